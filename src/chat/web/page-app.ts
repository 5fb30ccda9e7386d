import { Hono } from 'hono';
import { guard } from './guard.ts';
import type { PageContents } from './page-contents.ts';
import type { PageDoor } from './page-door.ts';
import { BrokenOff, TooLong } from './reading.ts';
import type { WebLog } from './web-options.ts';

export interface PageAppOptions {
  readonly names: readonly string[];
  /** Whether others than this machine may come. */
  readonly open: boolean;
  readonly contents: PageContents;
  readonly door: PageDoor;
  /** What is behind the door. */
  readonly routes: readonly Hono[];
  readonly log: WebLog;
}

/** Everything that is answered over HTTP, guarded first, then asked for the password, then done. */
export function pageApp({ names, open, contents, door, routes, log }: PageAppOptions): Hono {
  const app = new Hono();
  app.use(guard({ names, open }));
  app.onError((error, context) => {
    if (error instanceof TooLong) return context.json({ sentence: 'That is too long.' }, 413, { Connection: 'close' });
    if (error instanceof BrokenOff) return context.body(null, 400);
    log.error({ err: error, path: context.req.path }, 'A request of the page failed');
    return context.json({ sentence: 'Something went wrong inside Fabulist; the details are in its log.' }, 500);
  });
  app.notFound((context) => context.text('There is nothing here.\n', 404));
  // What the page is made of holds no secret; the page of the password needs it too.
  app.get('/page/*', (context) => contents.file(context));
  app.route('/', door.routes());
  app.use(door.guard());
  for (const path of ['/', '/library', '/library/:name', '/story/:id']) {
    app.get(path, (context) => contents.page(context));
  }
  app.use('/api/*', async (context, next) => {
    await next();
    if (!context.res.headers.has('Cache-Control')) context.header('Cache-Control', 'no-store');
  });
  for (const route of routes) app.route('/', route);
  return app;
}
