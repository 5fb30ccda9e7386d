import { z } from 'zod';
import type { CurvePoint } from '../../language/progress.ts';
import type { CorpusRef, Library, Version } from '../../library/library.ts';
import type { Locale } from '../locale.ts';
import type { Picture } from '../message.ts';
import { textsFor } from '../texts/texts.ts';
import { learningCurveAlt, learningCurveSvg } from './learning-curve.ts';
import { isDrawable, type Look } from './look.ts';
import { pngOf } from './png.ts';

/** Where a training has left its learning curve, among the files of its version. */
const FILE = 'curve.json';
/** More points than a training of ours leaves: an imported archive may hold anything. */
const MOST_POINTS = 2_000;

const CURVE = z
  .array(
    z.object({
      step: z.number(),
      seconds: z.number(),
      loss: z.number(),
      accuracy: z.number(),
      heldOutPerplexity: z.number().positive().nullable(),
    }),
  )
  .max(MOST_POINTS);

/** Pictures kept, about 80 kB each: many people ask for the same, and drawing takes 30 ms in which nobody is answered. */
const KEPT = 24;
const drawn = new WeakMap<Library, Map<string, Promise<Picture | undefined>>>();

/**
 * The learning curve of a version as a picture for a chat; undefined where it has none that can be drawn. Throws what
 * reading a version throws.
 */
export async function curvePicture(
  library: Library,
  corpus: CorpusRef,
  version: Version,
  locale: Locale,
  theme: Look['theme'] = 'light',
): Promise<Picture | undefined> {
  const pictures = drawn.get(library) ?? new Map<string, Promise<Picture | undefined>>();
  drawn.set(library, pictures);
  const key = JSON.stringify([corpus.server, corpus.name, version.id, locale, theme]);
  const picture = pictures.get(key) ?? drawnNow(library, corpus, version, locale, theme);
  // The one asked for last is the last to go.
  pictures.delete(key);
  pictures.set(key, picture);
  for (const oldest of [...pictures.keys()].slice(0, -KEPT)) pictures.delete(oldest);
  try {
    return await picture;
  } catch (error) {
    pictures.delete(key);
    throw error;
  }
}

async function drawnNow(
  library: Library,
  corpus: CorpusRef,
  version: Version,
  locale: Locale,
  theme: Look['theme'],
): Promise<Picture | undefined> {
  const points = await curvePoints(library, corpus, version.id);
  if (points.length === 0) return undefined;
  const { accuracy, pictures } = textsFor(locale);
  const title = isDrawable(corpus.name) ? accuracy.curve(corpus.name) : pictures.curve;
  const png = await pngOf(learningCurveSvg(points, { theme, locale, title }));
  return { png, alt: learningCurveAlt(points, locale) };
}

/** The learning curve of a version; none where it has left none that can be drawn. Throws what reading a version throws. */
export async function curvePoints(
  library: Library,
  corpus: CorpusRef,
  version: string,
): Promise<readonly CurvePoint[]> {
  const file = (await library.readVersion(corpus, version))[FILE];
  return (file && curveOf(file)) ?? [];
}

function curveOf(file: Uint8Array) {
  try {
    return CURVE.safeParse(JSON.parse(Buffer.from(file).toString())).data;
  } catch {
    return undefined;
  }
}
