import { Hono } from 'hono';
import { setCookie } from 'hono/cookie';
import { z } from 'zod';
import { ACTIONS, type ActionName } from '../commands.ts';
import { harmless } from '../harmless.ts';
import type { Locale } from '../locale.ts';
import { textsFor } from '../texts/texts.ts';
import type { Entry } from './entry.ts';
import type { EventStreams } from './event-stream.ts';
import type { PageChat } from './page-chat.ts';
import { filled, pageTextsFor } from './page-texts.ts';
import { localeIn, readBody, readJson, TooLong } from './reading.ts';
import { suggestionsFor } from './suggestions.ts';
import type { WebOptions } from './web-options.ts';

const SAID = z.object({ line: z.string().max(10_000), uploads: z.array(z.string().max(64)).max(10).default([]) });
const PRESSED = z.object({
  entry: z.number().int(),
  action: z.enum(Object.keys(ACTIONS) as [ActionName, ...ActionName[]]),
  target: z.string().max(300),
});
const LANGUAGE = z.object({ language: z.enum(['en', 'de']) });
/** Characters of a line that is completed at most. */
const LONGEST_TYPED = 500;
const YEAR = 365 * 24 * 60 * 60;
const MEGABYTE = 1024 * 1024;

export interface ChatRoutesOptions extends Pick<WebOptions, 'handler' | 'asker' | 'maxUpload'> {
  readonly chat: PageChat;
  readonly streams: EventStreams;
  /** An entry as the page gets it. */
  readonly shown: (entry: Entry) => object;
  /** Told in which language the page is read. */
  readonly onLocale: (locale: Locale) => void;
}

/** The conversation over HTTP: what was said, what is said now, and what can be done. */
export function chatRoutes({ chat, streams, shown, onLocale, handler, asker, maxUpload }: ChatRoutesOptions): Hono {
  const app = new Hono();
  const { conversation } = chat;

  app.get('/api/state', async (context) => {
    const locale = localeIn(context);
    onLocale(locale);
    await conversation.tidy();
    return context.json({
      locale,
      texts: { ...pageTextsFor(locale), ...textsFor(locale).actions },
      entries: conversation.entries.map(shown),
      seen: `${conversation.epoch}-${conversation.revision}`,
      maxUpload,
    });
  });

  app.get('/api/events', (context) =>
    streams.answer(context, context.req.header('last-event-id') ?? context.req.query('after')),
  );

  app.post('/api/say', async (context) => {
    const said = await readJson(context.req.raw, SAID);
    if (!said || (said.line.trim() === '' && said.uploads.length === 0)) return context.body(null, 400);
    chat.say(said.line.trim() || '/train', said.uploads, localeIn(context));
    return context.body(null, 202);
  });

  app.post('/api/press', async (context) => {
    const pressed = await readJson(context.req.raw, PRESSED);
    if (!pressed) return context.body(null, 400);
    chat.press(pressed.entry, pressed.action, pressed.target, localeIn(context));
    return context.body(null, 202);
  });

  app.post('/api/uploads', async (context) => {
    const name = harmless(context.req.query('name') ?? '').slice(0, 200) || 'story.txt';
    try {
      return context.json({ key: chat.uploads.put(name, await readBody(context.req.raw, maxUpload)) });
    } catch (error) {
      if (!(error instanceof TooLong)) throw error;
      const most = Math.floor(maxUpload / MEGABYTE);
      const sentence = filled(pageTextsFor(localeIn(context)).uploadTooLarge, { name, most });
      // What is still on its way is not waited for.
      return context.json({ sentence }, 413, { Connection: 'close' });
    }
  });

  app.get('/api/suggestions', async (context) => {
    const line = (context.req.query('line') ?? '').slice(0, LONGEST_TYPED);
    return context.json(await suggestionsFor(handler, asker, line, localeIn(context)));
  });

  app.get('/api/files/:key', (context) => {
    const file = chat.files.get(context.req.param('key'));
    if (!file) return context.text(`${pageTextsFor(localeIn(context)).fileGone}\n`, 410);
    return context.body(new Uint8Array(file.bytes), 200, download(file.name));
  });

  app.post('/api/language', async (context) => {
    const chosen = await readJson(context.req.raw, LANGUAGE);
    if (!chosen) return context.body(null, 400);
    setCookie(context, 'fabulist-language', chosen.language, { path: '/', sameSite: 'Strict', maxAge: YEAR });
    onLocale(chosen.language);
    return context.body(null, 204);
  });

  return app;
}

/** Headers of a file that is kept, never shown in the page. */
export function download(name: string): Record<string, string> {
  const plain = name.replace(/[^\w.-]+/gu, '-');
  return {
    'Content-Type': 'application/octet-stream',
    'Content-Disposition': `attachment; filename="${plain}"; filename*=UTF-8''${encodeURIComponent(name)}`,
  };
}
