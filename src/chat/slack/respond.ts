import { fetchAgain } from './fetch-again.ts';
import type { Respond } from './reply-place.ts';

const LONGEST_WAIT = 30_000;
/** Characters of a refusal that are worth a line in the log. */
const LONGEST_REFUSAL = 100;

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
    const response = await fetchAgain(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      redirect: 'error',
      signal: AbortSignal.timeout(LONGEST_WAIT),
    });
    const said = await response.text();
    // An address that has been used five times, or for half an hour, is refused in the body as well.
    if (!response.ok || /"ok"\s*:\s*false/u.test(said)) {
      throw new Error(`Slack answered a response with ${response.status}: ${said.slice(0, LONGEST_REFUSAL)}`);
    }
  };
}
