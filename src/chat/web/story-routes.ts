import { Hono } from 'hono';
import { z } from 'zod';
import type { Story } from '../../story/storyteller.ts';
import { harmless } from '../harmless.ts';
import { answered } from './answered.ts';
import type { PageChat } from './page-chat.ts';
import { localeIn, readJson } from './reading.ts';
import type { WebOptions } from './web-options.ts';

const BRANCH = z.object({ at: z.number().int().min(0), symbol: z.string().min(1).max(200) });

export type StoryRoutesOptions = Pick<WebOptions, 'storyteller' | 'asker'> & { readonly chat: PageChat };

/** A story word by word, with what else was likely, and the ways that branch off from it. */
export function storyRoutes({ storyteller, asker, chat }: StoryRoutesOptions): Hono {
  const app = new Hono();

  app.get('/api/stories/:id', (context) =>
    answered(context, async () => context.json(shown(await storyteller.retrieve(asker, context.req.param('id'))))),
  );

  app.post('/api/stories/:id/branch', (context) =>
    answered(context, async () => {
      const way = await readJson(context.req.raw, BRANCH);
      if (!way) return context.body(null, 400);
      const story = await chat.branch(context.req.param('id'), way.at, way.symbol, localeIn(context));
      return context.json(shown(story));
    }),
  );

  return app;
}

/** A story as the page gets it. Symbols are sent back as they are; what is shown is harmless. */
function shown({ id, corpus, prose, words, originality, modelVersion, parent }: Story) {
  return {
    ...{ id, corpus, originality, modelVersion, parent: parent ?? null },
    opening: harmless(prose.opening),
    words: words.map(({ text, symbol, candidates, copied }) => ({
      ...{ symbol, copied, text: harmless(text) },
      candidates: candidates.map((one) => ({ ...one, text: harmless(one.text) })),
    })),
  };
}
