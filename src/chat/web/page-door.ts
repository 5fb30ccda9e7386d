import { Hono, type MiddlewareHandler } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import type { PageContents } from './page-contents.ts';
import { pageTextsFor } from './page-texts.ts';
import type { Password } from './password.ts';
import { localeIn, readBody } from './reading.ts';

const COOKIE = 'fabulist-session';
/** Bytes of the form at most. */
const FORM = 4_096;

/** Lets in who knows the password; everybody, where there is none. */
export class PageDoor {
  readonly #contents: PageContents;
  readonly #password: Password | undefined;

  constructor(contents: PageContents, password: Password | undefined) {
    this.#contents = contents;
    this.#password = password;
  }

  /** The form that asks for the password, and where it is sent. */
  routes(): Hono {
    const app = new Hono();
    const password = this.#password;
    if (!password) return app;
    app.get('/door', (context) => this.#contents.door(context, 200, ''));
    app.post('/door', async (context) => {
      const form = new URLSearchParams(Buffer.from(await readBody(context.req.raw, FORM)).toString());
      const verdict = await password.check(form.get('password') ?? '');
      const texts = pageTextsFor(localeIn(context));
      if (verdict === 'wrong') return this.#contents.door(context, 401, texts.doorWrong);
      if (verdict === 'too-many') {
        context.header('Retry-After', '60');
        return this.#contents.door(context, 429, texts.doorTooMany);
      }
      const { value, seconds } = await password.session();
      const secure = /^https:/u.test(context.req.header('origin') ?? '');
      setCookie(context, COOKIE, value, { path: '/', httpOnly: true, sameSite: 'Strict', secure, maxAge: seconds });
      return context.redirect('/', 303);
    });
    return app;
  }

  guard(): MiddlewareHandler {
    return async (context, next) => {
      if (!this.#password || (await this.#password.isSession(getCookie(context, COOKIE)))) return next();
      if (context.req.path.startsWith('/api/')) return context.json({ sentence: 'Sign in first.' }, 401);
      return context.redirect('/door', 303);
    };
  }
}
