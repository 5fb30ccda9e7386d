import type { Respond } from './reply-place.ts';

const LONGEST_WAIT = 30_000;

/**
 * Answers at the address that came with a command or a button; undefined where it is not Slack's. It needs no token, and no
 * membership of the channel.
 */
export function respondTo(address: string | null | undefined, apiUrl: string): Respond | undefined {
  if (!address || !URL.canParse(address)) return undefined;
  const [url, api] = [new URL(address), new URL(apiUrl)];
  const isSlacks =
    url.origin === api.origin || (url.protocol === 'https:' && url.hostname.endsWith(`.${api.hostname}`));
  if (!isSlacks) return undefined;
  return async (body) => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      redirect: 'error',
      signal: AbortSignal.timeout(LONGEST_WAIT),
    });
    await response.body?.cancel();
    if (!response.ok) throw new Error(`Slack answered a response with ${response.status}`);
  };
}
