import { FabulistError } from '../../errors.ts';
import { quoted } from '../../library/safe-names.ts';
import type { Attachment } from './read-interaction.ts';

/** Where Discord itself keeps what people attach. */
const DISCORDS_OWN: readonly string[] = ['https://cdn.discordapp.com', 'https://media.discordapp.net'];
const MEGABYTE = 1024 * 1024;

export interface DownloadOptions {
  /** Origins to take files from besides Discord's own, as the operator wants it. */
  readonly origins: readonly string[];
  readonly maxBytes: number;
  /** Milliseconds that a download may take in all. */
  readonly timeout: number;
  readonly signal: AbortSignal;
}

/**
 * Downloads an attachment, at once: its address is signed and expires. Nothing but Discord's own hosts is ever asked, so
 * nobody can make the bot fetch from the machine it runs on. Size and type that come with it are claims; the bytes are
 * counted as they arrive. Throws `bad-file` and `too-large`.
 */
export async function download({ filename, url, size }: Attachment, options: DownloadOptions): Promise<Uint8Array> {
  const name = quoted(filename);
  const { origins, maxBytes, timeout, signal } = options;
  const origin = URL.canParse(url) ? new URL(url).origin : undefined;
  if (origin === undefined || ![...DISCORDS_OWN, ...origins].includes(origin)) {
    throw new FabulistError(
      'bad-file',
      `${name} is not kept by Discord, so I do not fetch it: attach the file itself.`,
    );
  }
  const tooLarge = new FabulistError(
    'too-large',
    `${name} is too large: at most ${Math.floor(maxBytes / MEGABYTE)} MB are taken.`,
  );
  if (size > maxBytes) throw tooLarge;
  try {
    const within = AbortSignal.any([AbortSignal.timeout(timeout), signal]);
    const response = await fetch(url, { redirect: 'manual', signal: within });
    if (response.status !== 200 || !response.body) {
      await response.body?.cancel();
      throw notThere(name);
    }
    return await collect(response.body, maxBytes, tooLarge);
  } catch (error) {
    if (error instanceof FabulistError) throw error;
    if (error instanceof DOMException && error.name === 'TimeoutError') {
      throw new FabulistError('bad-file', `${name} took too long to fetch from Discord: attach it again.`, {
        cause: error,
      });
    }
    throw notThere(name, error);
  }
}

function notThere(name: string, cause?: unknown): FabulistError {
  return new FabulistError('bad-file', `${name} could not be fetched from Discord: attach it again.`, { cause });
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
