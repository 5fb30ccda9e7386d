import type { Context } from 'hono';
import { type PageFile, preloads, readPageFiles } from './page-files.ts';
import { pageTextsFor } from './page-texts.ts';
import { localeIn } from './reading.ts';

/** Serves what the page is made of, packed where the browser can unpack it. */
export class PageContents {
  readonly #files = readPageFiles();

  /** A file below `/page/`. */
  file(context: Context): Response | Promise<Response> {
    const file = this.#files.get(context.req.path.slice('/page/'.length));
    return file ? sent(context, file) : context.notFound();
  }

  /** The page itself: the same for every view, which the browser then chooses by the address. */
  page(context: Context): Response {
    const modules = preloads(this.#files);
    return this.#written(context, 'index.html', { modules });
  }

  /** The page that asks for the password. problem: what was wrong with the one before, or empty. */
  door(context: Context, status: 200 | 401 | 429, problem: string): Response {
    return this.#written(context, 'door.html', { problem }, status);
  }

  #written(context: Context, name: string, values: Readonly<Record<string, string>>, status: 200 | 401 | 429 = 200) {
    const locale = localeIn(context) === 'de' ? 'de' : 'en';
    const all: Readonly<Record<string, string>> = { ...pageTextsFor(locale), ...values };
    const template = Buffer.from(this.#files.get(name)?.body ?? []).toString();
    // Only texts of our own go in here.
    const page = template
      .replace('lang="en"', `lang="${locale}"`)
      .replace(/\{\{(\w+)\}\}/gu, (_, key: string) => all[key] ?? '');
    return context.html(page, status, { 'Cache-Control': 'no-store', Vary: 'Accept-Language, Cookie' });
  }
}

function sent({ req, body }: Context, { type, body: plain, gzip, etag }: PageFile): Response {
  const headers = { 'Cache-Control': 'no-cache', ETag: etag, Vary: 'Accept-Encoding' };
  if (req.header('if-none-match') === etag) return body(null, 304, headers);
  const packs = /\bgzip\b/u.test(req.header('accept-encoding') ?? '');
  const more = packs ? { 'Content-Encoding': 'gzip' } : undefined;
  return body(packs ? gzip : plain, 200, { ...headers, ...more, 'Content-Type': type });
}
