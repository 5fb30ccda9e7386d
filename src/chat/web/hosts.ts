import { isIP } from 'node:net';
import { hostname } from 'node:os';

/** Whether only this machine can reach that address. */
export function isLoopback(host: string): boolean {
  const name = bare(host);
  return name === 'localhost' || name === '::1' || (isIP(name) === 4 && name.startsWith('127.'));
}

/**
 * Whether a request may name this host. A page elsewhere can have its own name lead to this machine (DNS rebinding), but
 * it cannot keep its name out of the request. open: beyond loopback, where a password is asked for; then numbers and the
 * machine's own names are ours too, since a name that leads to a number is never one.
 */
export function isOurs(header: string | undefined, names: readonly string[], open: boolean): boolean {
  if (header === undefined || !URL.canParse(`http://${header}`)) return false;
  const url = new URL(`http://${header}`);
  if (url.username || url.password || url.pathname !== '/' || url.search || url.hash) return false;
  const name = bare(url.hostname);
  if (isLoopback(name) || names.some((one) => bare(one) === name)) return true;
  const machine = hostname().toLowerCase();
  return open && (isIP(name) !== 0 || name === machine || name === `${machine}.local`);
}

function bare(host: string): string {
  return host
    .toLowerCase()
    .replace(/^\[(.*)\]$/u, '$1')
    .replace(/\.$/u, '');
}
