import type { MiddlewareHandler } from 'hono';
import { isOurs } from './hosts.ts';

/** Only what we serve ourselves, nothing inline, and no frame around it. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  'trusted-types lit-html',
].join('; ');

const HEADERS: Readonly<Record<string, string>> = {
  'Content-Security-Policy': POLICY,
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  // With less than this a browser says of the form at the door that it comes from nowhere.
  'Referrer-Policy': 'same-origin',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(), geolocation=(), microphone=()',
};

export interface GuardOptions {
  readonly names: readonly string[];
  /** Whether others than this machine may come, with a password. */
  readonly open: boolean;
}

/**
 * Refuses with 403 what another site sends: requests for a host that is not ours, with an origin that is not ours, or
 * that change something and do not say where they come from.
 */
export function guard({ names, open }: GuardOptions): MiddlewareHandler {
  return async (context, next) => {
    const { req } = context;
    const host = req.header('host');
    const origin = req.header('origin');
    const site = req.header('sec-fetch-site');
    const changes = req.method !== 'GET' && req.method !== 'HEAD';
    // A link from elsewhere may open the page; nothing else may be fetched from there.
    const foreign = site !== undefined && site !== 'same-origin' && site !== 'none';
    const opens = req.header('sec-fetch-mode') === 'navigate' && req.header('sec-fetch-dest') === 'document';
    const refused =
      !isOurs(host, names, open) ||
      (origin === undefined ? changes : !isOrigin(origin, host)) ||
      (foreign && (changes || !opens));
    if (refused) return context.text('This page answers only itself.\n', 403, HEADERS);
    await next();
    for (const [name, value] of Object.entries(HEADERS)) context.header(name, value);
    return undefined;
  };
}

/** Behind a proxy the page may be https where we are http; the host tells who it is. */
function isOrigin(origin: string, host: string | undefined): boolean {
  return URL.canParse(origin) && /^https?:$/.test(new URL(origin).protocol) && new URL(origin).host === canonical(host);
}

function canonical(host: string | undefined): string {
  return new URL(`http://${host}`).host;
}
