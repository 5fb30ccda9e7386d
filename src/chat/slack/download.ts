import type { webApi } from '@slack/bolt';
import { FabulistError } from '../../errors.ts';
import { quoted } from '../../library/safe-names.ts';
import type { SlackFile } from './incoming.ts';

const MEGABYTE = 1024 * 1024;

export interface DownloadOptions {
  readonly client: webApi.WebClient;
  /** Opens files of people's workspaces; goes to `origins` and nowhere else. */
  readonly token: string;
  /** Origins that files are taken from. */
  readonly origins: readonly string[];
  readonly maxBytes: number;
  /** Milliseconds that a download may take in all. */
  readonly timeout: number;
  readonly signal: AbortSignal;
}

/**
 * Downloads a file that somebody handed over. Nothing but Slack's own hosts is ever asked, and nothing else is shown our
 * token. What Slack says of a file's size is a claim; the bytes are counted as they arrive. Throws `bad-file`, `too-large`
 * and `not-allowed`.
 */
export async function download(given: SlackFile, options: DownloadOptions): Promise<Uint8Array> {
  const { origins, maxBytes, timeout, token, signal } = options;
  const file = await described(given, options);
  const name = quoted(nameOf(file));
  const url = file.url_private_download ?? file.url_private ?? '';
  const origin = URL.canParse(url) ? new URL(url).origin : undefined;
  if (origin === undefined || !origins.includes(origin)) {
    throw new FabulistError('bad-file', `${name} is not kept by Slack, so I do not fetch it: upload the file itself.`);
  }
  const tooLarge = new FabulistError(
    'too-large',
    `${name} is too large: at most ${Math.floor(maxBytes / MEGABYTE)} MB are taken.`,
  );
  if ((file.size ?? 0) > maxBytes) throw tooLarge;
  try {
    const within = AbortSignal.any([AbortSignal.timeout(timeout), signal]);
    const headers = { authorization: `Bearer ${token}` };
    const response = await fetch(url, { headers, redirect: 'manual', signal: within });
    // Without the scope Slack shows a page to log in at, or the way to it.
    const isPage = response.headers.get('content-type')?.startsWith('text/html') === true;
    if (isPage && !/\.html?$/i.test(nameOf(file))) {
      await response.body?.cancel();
      throw noScope(name);
    }
    if (response.status !== 200 || !response.body) {
      await response.body?.cancel();
      throw notThere(name);
    }
    const bytes = await collect(response.body, maxBytes, tooLarge);
    if (isPage && isLoginPage(bytes)) throw noScope(name);
    return bytes;
  } catch (error) {
    if (error instanceof FabulistError) throw error;
    if (error instanceof DOMException && error.name === 'TimeoutError') {
      throw new FabulistError('bad-file', `${name} took too long to fetch from Slack: hand it over again.`, {
        cause: error,
      });
    }
    throw notThere(name, error);
  }
}

export function nameOf({ name }: SlackFile): string {
  return name?.trim() || 'story.txt';
}

/** Files that come from another organisation, by Slack Connect, say nothing of themselves until they are asked for. */
async function described(file: SlackFile, { client }: DownloadOptions): Promise<SlackFile> {
  if (file.file_access !== 'check_file_info' && (file.url_private_download ?? file.url_private)) return file;
  try {
    const { file: found } = await client.files.info({ file: file.id });
    const { name, size, url_private_download, url_private } = found ?? {};
    return { id: file.id, name, size, url_private_download, url_private };
  } catch (error) {
    throw notThere(quoted(nameOf(file)), error);
  }
}

function isLoginPage(bytes: Uint8Array): boolean {
  const start = Buffer.from(bytes.subarray(0, 4_096)).toString('utf8');
  return /slack/i.test(start) && /sign.?in|log.?in/i.test(start);
}

function noScope(name: string): FabulistError {
  return new FabulistError(
    'not-allowed',
    `Slack does not let me read ${name}: the permission files:read is missing, so a workspace admin must install me again.`,
  );
}

function notThere(name: string, cause?: unknown): FabulistError {
  return new FabulistError('bad-file', `${name} could not be fetched from Slack: hand it over again.`, { cause });
}

async function collect(body: ReadableStream<Uint8Array>, most: number, tooLarge: FabulistError): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  // Leaving the loop by throwing cancels the download.
  for await (const chunk of body as unknown as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength;
    if (size > most) throw tooLarge;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
