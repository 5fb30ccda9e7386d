import { type Context, Hono } from 'hono';
import type { Library } from '../../library/library.ts';
import type { ChatHandlerOptions } from '../chat-handler.ts';
import type { Colours, Look } from '../pictures/look.ts';
import { answered } from './answered.ts';
import type { Conversation } from './conversation.ts';
import { localeIn } from './reading.ts';
import type { WebOptions } from './web-options.ts';

/** The colours of the page, as in page/base.css. */
const COLOURS: Readonly<Record<Look['theme'], Colours>> = {
  light: {
    paper: '#fffdf8',
    text: '#2a2520',
    quiet: '#675e53',
    grid: '#e9e1d2',
    read: '#8a2f22',
    unread: '#8a5a00',
    right: '#1f6b5c',
  },
  dark: {
    paper: '#201c18',
    text: '#eae3d6',
    quiet: '#aca294',
    grid: '#3a342c',
    read: '#e59a83',
    unread: '#e0b15a',
    right: '#7cc4b2',
  },
};

/** In the width of the column, and of a phone: text in a picture that is made smaller could not be read. */
const SIZES = { wide: { width: 640, height: 340 }, narrow: { width: 300, height: 320 } } as const;

/** The picture beside a message on the page: what it says, and of which version it is drawn when somebody looks. */
export function curvesOfPage(library: Library): NonNullable<ChatHandlerOptions['curve']> {
  return async (corpus, version, locale) => {
    const { curvePoints } = await import('../pictures/curve-picture.ts');
    const points = await curvePoints(library, corpus, version.id);
    if (points.length === 0) return undefined;
    const { learningCurveAlt } = await import('../pictures/learning-curve.ts');
    const of = { corpus: corpus.name, version: version.id };
    return { png: new Uint8Array(), alt: learningCurveAlt(points, locale), of };
  };
}

/** Draws learning curves and version histories as SVG, in the reader's colours. */
export function curveRoutes(
  { storyteller, library, asker }: Pick<WebOptions, 'storyteller' | 'library' | 'asker'>,
  conversation: Conversation,
): Hono {
  const app = new Hono();

  app.get('/api/entries/:id/curve.svg', async (context) => {
    const entry = conversation.entry(Number(context.req.param('id')));
    if (!entry || entry.points.length === 0) return context.notFound();
    const { learningCurveSvg } = await import('../pictures/learning-curve.ts');
    return drawn(context, learningCurveSvg(entry.points, lookOf(context)));
  });

  app.get('/api/library/:name/curves/:version', (context) =>
    answered(context, async () => {
      const { corpus } = await storyteller.accuracy(asker, context.req.param('name'));
      const { curvePoints } = await import('../pictures/curve-picture.ts');
      const points = await curvePoints(library, corpus, context.req.param('version'));
      if (context.req.query('as') === 'points') return context.json(points);
      const { learningCurveSvg } = await import('../pictures/learning-curve.ts');
      return drawn(context, learningCurveSvg(points, lookOf(context)));
    }),
  );

  app.get('/api/library/:name/history.svg', (context) =>
    answered(context, async () => {
      const { versions } = await storyteller.accuracy(asker, context.req.param('name'));
      const { versionHistorySvg } = await import('../pictures/version-history.ts');
      const { telling } = versions;
      return drawn(context, versionHistorySvg(versions.versions, { ...lookOf(context), telling }));
    }),
  );

  return app;
}

function lookOf(context: Context): Look {
  const theme = context.req.query('theme') === 'dark' ? 'dark' : 'light';
  const size = context.req.query('size') === 'narrow' ? 'narrow' : 'wide';
  return { theme, locale: localeIn(context), colours: COLOURS[theme], ...SIZES[size] };
}

function drawn(context: Context, svg: string): Response {
  return context.body(svg, 200, { 'Content-Type': 'image/svg+xml' });
}
