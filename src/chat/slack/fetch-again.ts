/**
 * Sends a request, and once more where it did not get through: a connection that is kept for the next request may be closed
 * by the other side at the very moment in which that is sent. Throws what `fetch` throws.
 */
export async function fetchAgain(url: string | URL, request: RequestInit): Promise<Response> {
  try {
    return await fetch(url, request);
  } catch (error) {
    // Anything else is a time-out, or somebody who no longer waits.
    if (!(error instanceof TypeError)) throw error;
    return await fetch(url, request);
  }
}
