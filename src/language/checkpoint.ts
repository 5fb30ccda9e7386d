import type { NamedValues } from '../engine/engine.ts';
import { FabulistError } from '../errors.ts';
import type { Model } from './model.ts';
import { parsingJson } from './parsing-json.ts';
import type { Recipe } from './recipe.ts';
import { decodeNGrams, encodeNGrams } from './sequence/n-grams.ts';
import { Vocabulary } from './text/vocabulary.ts';
import { atOnce, mapping, type Work } from './turns.ts';

/** The files of a model that it is told from, where all of these are there: it needs no others. */
export const TELLING_FILES: readonly string[] = ['model.json', 'text.bin', 'predictions.bin'];

/** Raised whenever what is written below changes its meaning. */
const FORMAT = 1;

type Files = Readonly<Record<string, Uint8Array>>;

interface Placed {
  readonly name: string;
  readonly shape: readonly number[];
}

interface ModelDescription {
  readonly format: number;
  readonly recipe: Omit<Recipe, 'seconds'> & { readonly seconds: number | null };
  readonly language: string;
  readonly symbols: readonly string[];
  /** Only where they differ from the symbols. */
  readonly forms: Readonly<Record<string, string>>;
  /** Lengths of the stories that stand one after the other in text.bin. */
  readonly stories: readonly number[];
  readonly weights: readonly Placed[];
}

/**
 * Writes a model as files that describe themselves: `model.json` (recipe, vocabulary, shapes), `weights.bin` (float32, little
 * endian, one weight after the other), `text.bin` (the text as int32 ids), of a sequence model `grams.bin`, and of a short text
 * `predictions.bin` (float32). The vocabulary goes with the weights: made anew from an edited corpus it would give every symbol
 * another meaning.
 */
export function encodeModel(model: Model): Record<string, Uint8Array> {
  const { vocabulary, recipe } = model;
  const description: ModelDescription = {
    format: FORMAT,
    recipe: { ...recipe, seconds: Number.isFinite(recipe.seconds) ? recipe.seconds : null },
    language: model.language,
    symbols: vocabulary.symbols,
    forms: Object.fromEntries(
      vocabulary.symbols.flatMap((symbol, id) =>
        vocabulary.forms[id] === symbol ? [] : [[symbol, vocabulary.forms[id] as string]],
      ),
    ),
    stories: model.text.stories.map((story) => story.length),
    weights: model.weights.map(({ name, shape }) => ({ name, shape })),
  };
  return {
    'model.json': Buffer.from(JSON.stringify(description)),
    'weights.bin': joinBytes(model.weights.map(({ values }) => values)),
    'text.bin': joinBytes(model.text.stories),
    ...(model.grams ? { 'grams.bin': joinBytes([encodeNGrams(model.grams)]) } : {}),
    ...(model.predictions ? { 'predictions.bin': joinBytes([model.predictions]) } : {}),
  };
}

/**
 * Reads it back, all of it or `TELLING_FILES` alone. Throws `storage` where the files are not a model of a format this version
 * knows.
 */
export function decodeModel(files: Files): Model {
  return atOnce(decodingModel(files));
}

/** The same as work that can be done in turns. */
export function* decodingModel(files: Files): Work<Model> {
  try {
    const json = Buffer.from(fileOf(files, 'model.json')).toString();
    const description = (yield* parsingJson(json, 'symbols')) as ModelDescription;
    if (description.format !== FORMAT) throw new Error(`format ${description.format}`);
    yield;
    const { symbols, forms } = description;
    const formOf = (symbol: string) => (Object.hasOwn(forms, symbol) ? (forms[symbol] as string) : symbol);
    const vocabulary = yield* Vocabulary.holding(symbols, yield* mapping(symbols, formOf));
    const ids = new Int32Array(...aligned(fileOf(files, 'text.bin')));
    const predictions = files['predictions.bin'] ? new Float32Array(...aligned(files['predictions.bin'])) : null;
    const stories = splitText(description.stories, ids);
    return {
      // Models from before there were sequence models do not say what they are.
      recipe: {
        ...{ model: 'window' as const, embedding: 256, dropout: 0, recurrentDropout: 0, hidden: 0 },
        ...description.recipe,
        seconds: description.recipe.seconds ?? Number.POSITIVE_INFINITY,
      },
      vocabulary,
      language: description.language,
      text: { stories },
      weights:
        predictions && !files['weights.bin'] ? [] : splitValues(description.weights, fileOf(files, 'weights.bin')),
      grams: files['grams.bin'] ? decodeNGrams(new Int32Array(...aligned(files['grams.bin']))) : null,
      predictions,
    };
  } catch (error) {
    throw new FabulistError(
      'storage',
      'This model cannot be read by this version of Fabulist; train the corpus again.',
      { cause: error },
    );
  }
}

/** Named values as two files, `<stem>.json` with anything else that describes them and `<stem>.bin`. */
export function encodeValues(
  stem: string,
  values: readonly NamedValues[],
  details: object,
): Record<string, Uint8Array> {
  return {
    [`${stem}.json`]: Buffer.from(
      JSON.stringify({ format: FORMAT, ...details, values: values.map(({ name, shape }) => ({ name, shape })) }),
    ),
    [`${stem}.bin`]: joinBytes(values.map((entry) => entry.values)),
  };
}

/** Reads what `encodeValues` wrote; undefined where the files are missing or of another format. */
export function decodeValues<Details>(
  stem: string,
  files: Files,
): { values: NamedValues[]; details: Details } | undefined {
  const [head, body] = [files[`${stem}.json`], files[`${stem}.bin`]];
  if (!head || !body) return undefined;
  const { format, values, ...details } = JSON.parse(Buffer.from(head).toString());
  return format === FORMAT ? { values: splitValues(values, body), details } : undefined;
}

function fileOf(files: Files, name: string): Uint8Array {
  const file = files[name];
  if (!file) throw new Error(`${name} is missing`);
  return file;
}

function splitText(lengths: readonly number[], ids: Int32Array): Int32Array[] {
  let at = 0;
  const stories = lengths.map((length) => {
    at += length;
    return ids.subarray(at - length, at);
  });
  if (at !== ids.length) throw new Error(`${ids.length} symbols where ${at} belong`);
  return stories;
}

function splitValues(placed: readonly Placed[], bytes: Uint8Array): NamedValues[] {
  const all = new Float32Array(...aligned(bytes));
  let at = 0;
  const values = placed.map(({ name, shape }) => {
    const length = shape.reduce((a, b) => a * b, 1);
    at += length;
    return { name, shape, values: all.subarray(at - length, at) };
  });
  if (at !== all.length) throw new Error(`${all.length} numbers where ${at} belong`);
  return values;
}

/**
 * Where a view of 4-byte numbers finds its bytes. It needs an offset that 4 divides, which a slice of a pooled buffer need
 * not have: that one is copied. A large file is read into a buffer of its own, and copying it would take a while.
 */
function aligned(bytes: Uint8Array): [buffer: ArrayBuffer, offset: number, length: number] {
  const whole = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
  if (whole.byteLength % 4 !== 0) throw new RangeError(`${whole.byteLength} bytes are no whole numbers`);
  return [whole.buffer as ArrayBuffer, whole.byteOffset, whole.byteLength / 4];
}

function joinBytes(parts: readonly (Float32Array | Int32Array)[]): Uint8Array {
  return Buffer.concat(parts.map((part) => new Uint8Array(part.buffer, part.byteOffset, part.byteLength)));
}
