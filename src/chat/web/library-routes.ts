import { Hono } from 'hono';
import { z } from 'zod';
import type { Figures, Version } from '../../library/library.ts';
import type { AccuracyReport, CorpusOverview } from '../../story/storyteller.ts';
import { lastNight } from '../../training/night-notes.ts';
import type { Training } from '../../training/trainer.ts';
import type { Locale } from '../locale.ts';
import { exportReply } from '../replies/corpora-reply.ts';
import { textsFor } from '../texts/texts.ts';
import { answered } from './answered.ts';
import { download } from './chat-routes.ts';
import type { PageChat } from './page-chat.ts';
import { localeIn, readJson } from './reading.ts';
import type { WebOptions } from './web-options.ts';

const CHANGE = z.discriminatedUnion('what', [
  z.object({ what: z.literal('use') }),
  z.object({ what: z.literal('rollback'), version: z.string().max(100) }),
  z.object({ what: z.literal('forget') }),
]);

export type LibraryRoutesOptions = Pick<WebOptions, 'storyteller' | 'library' | 'asker'> & { readonly chat: PageChat };

/** What the library view shows of a version. */
function versionShown({ id, createdAt, keptOut, figures, stories }: Version) {
  return { id, createdAt, keptOut, stories: stories.length, ...figuresShown(figures) };
}

function figuresShown(figures: Figures) {
  const { words, vocabulary, accuracy, heldOutAccuracy, perplexity, heldOutPerplexity } = figures;
  const { seconds, sample, sampleText, engine, language } = figures;
  return {
    words,
    vocabulary,
    accuracy,
    heldOutAccuracy,
    perplexity,
    heldOutPerplexity,
    seconds,
    sample,
    sampleText,
    engine,
    language,
  };
}

/** Share done; null while it waits or gets ready. */
function trainingShown(training: Training | null) {
  if (!training) return null;
  const { latest } = training;
  return { share: latest.kind === 'progress' ? latest.progress.share : null };
}

/** The corpora, and what can be done with each. */
export function libraryRoutes({ storyteller, library, asker, chat }: LibraryRoutesOptions): Hono {
  const app = new Hono();

  const overviewShown = async ({ name, starter, chosen, stories, stale, version }: CorpusOverview) => {
    const { versions, training } = await storyteller.accuracy(asker, name);
    return {
      ...{ name, starter, chosen, stories, stale },
      version: version && versionShown(version),
      // Oldest first, as a curve is read.
      history: versions.versions
        .map(({ figures: { heldOutAccuracy, accuracy } }) => heldOutAccuracy ?? accuracy)
        .reverse(),
      training: trainingShown(training),
    };
  };

  const corpusShown = async (report: AccuracyReport, locale: Locale) => {
    const { corpus, starter, telling, versions, stale, nextRetrain, setAside, training } = report;
    const ids = new Set(versions.versions.map(({ id }) => id));
    const night = await lastNight(library, corpus);
    const { versionHistoryAlt } = await import('../pictures/version-history.ts');
    return {
      ...{ name: corpus.name, starter, stale, nextRetrain, setAside, changedAt: corpus.changedAt },
      stories: corpus.stories.map(({ fileName, at, bytes, by }) => ({ fileName, at, bytes, own: by === asker.user })),
      telling: telling?.id ?? null,
      versions: versions.versions.map(versionShown),
      historyAlt: versionHistoryAlt(versions.versions, locale, versions.telling),
      damaged: versions.damaged,
      training: trainingShown(training),
      night: night ? { ...night, after: night.after !== null && ids.has(night.after) ? night.after : null } : null,
    };
  };

  app.get('/api/library', async (context) => {
    const corpora = await storyteller.corpora(asker);
    return context.json(await Promise.all(corpora.map(overviewShown)));
  });

  app.get('/api/library/:name', (context) =>
    answered(context, async () => {
      const report = await storyteller.accuracy(asker, context.req.param('name'));
      return context.json(await corpusShown(report, localeIn(context)));
    }),
  );

  app.get('/api/library/:name/export', (context) =>
    answered(context, async () => {
      const name = context.req.param('name');
      const archive = await storyteller.exportCorpus(asker, name);
      const { file } = exportReply(name, archive, textsFor(localeIn(context)));
      return context.body(new Uint8Array(archive), 200, download(file?.fileName ?? name));
    }),
  );

  app.post('/api/library/:name', async (context) => {
    const change = await readJson(context.req.raw, CHANGE);
    if (!change) return context.body(null, 400);
    const corpus = context.req.param('name');
    const locale = localeIn(context);
    // By the same commands as in the conversation, so that they obey the same rules and say the same.
    if (change.what === 'forget') return context.json(await chat.ask('forget', { corpus }, locale));
    const options = change.what === 'use' ? { action: 'use' } : { action: 'rollback', version: change.version };
    return context.json(await chat.ask('corpora', { ...options, corpus }, locale));
  });

  return app;
}
