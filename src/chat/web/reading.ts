import type { Context } from 'hono';
import type { z } from 'zod';
import { type Locale, localeOf } from '../locale.ts';

/** A body that is longer than it may be. */
export class TooLong extends Error {}

/** A body whose sender went away in the middle of it. */
export class BrokenOff extends Error {}

/**
 * The body of a request, in memory, at most so many bytes. One that says it is longer is refused before a byte of it is
 * read; one that turns out to be is left at that point. Throws `TooLong`
 * and `BrokenOff`.
 */
export async function readBody(request: Request, most: number): Promise<Uint8Array> {
  if (Number(request.headers.get('content-length') ?? 0) > most) throw new TooLong();
  const chunks: Uint8Array[] = [];
  let length = 0;
  const reader = request.body?.getReader();
  const next = () =>
    reader?.read().catch((error: unknown) => {
      throw new BrokenOff('', { cause: error });
    });
  for (let read = await next(); read && !read.done; read = await next()) {
    length += read.value.byteLength;
    if (length > most) {
      await reader?.cancel().catch(() => undefined);
      throw new TooLong();
    }
    chunks.push(read.value);
  }
  return Buffer.concat(chunks, length);
}

/** Bytes of a request that is no upload. */
const MOST = 64 * 1024;

/** A request's JSON of that shape; undefined where it is not that. Throws `TooLong`. */
export async function readJson<T>(request: Request, shape: z.ZodType<T>): Promise<T | undefined> {
  const text = Buffer.from(await readBody(request, MOST)).toString();
  try {
    return shape.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

const COOKIE = /(?:^|;\s*)fabulist-language=(en|de)(?:;|$)/;

/** The language that the reader chose, else the first one that the browser asks for and we have; else English. */
export function localeIn(context: Context): Locale {
  const chosen = context.req.header('cookie')?.match(COOKIE)?.[1];
  if (chosen) return localeOf(chosen);
  const wanted = (context.req.header('accept-language') ?? '')
    .split(',')
    .map((part) => {
      const [tag = '', weight] = part.trim().split(/\s*;\s*q=/u);
      return { language: tag.split('-')[0]?.toLowerCase() ?? '', weight: weight === undefined ? 1 : Number(weight) };
    })
    .sort((one, other) => other.weight - one.weight);
  return localeOf(wanted.find(({ language }) => language === 'en' || language === 'de')?.language);
}
