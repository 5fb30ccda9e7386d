import type { Engine } from '../engine/engine.ts';
import type { Model } from '../language/model.ts';
import { defaultSampling } from '../language/telling/default-sampling.ts';
import type { Ending, Guide } from '../language/telling/guide.ts';
import type { Teller } from '../language/telling/teller.ts';
import { RunIndex } from '../language/text/run-index.ts';
import { isWord } from '../language/text/tokenizer.ts';
import type { Style } from '../language/text/typeset.ts';
import type { Vocabulary } from '../language/text/vocabulary.ts';
import { inTurns, mapping } from '../language/turns.ts';
import { CopyGuide } from './copy-guide.ts';
import { LoopGuide } from './loop-guide.ts';
import { Openings } from './openings.ts';
import { OriginalityIndex } from './originality-index.ts';
import { SentenceEnding } from './sentence-ending.ts';
import { SentenceStarts } from './sentence-starts.ts';

/** What a storyteller needs of a teller. */
export type ModelTeller = Pick<Teller, 'tell' | 'dispose' | 'bytes'>;

/** engine: null for a model that has its predictions; index: of the model's text, punctuation marks included. */
export type OpenTeller = (engine: Engine | null, model: Model, index: RunIndex) => ModelTeller | Promise<ModelTeller>;

export interface VersionToLoad {
  readonly id: string;
  /** As `LoadedModel.engine`. */
  readonly engine: string;
}

/** What is built of a model before it can tell. */
interface Parts {
  readonly style: Style;
  readonly starts: SentenceStarts;
  readonly originality: OriginalityIndex;
  readonly ending: SentenceEnding;
  /** By id, whether it is a word. */
  readonly word: readonly boolean[];
  readonly teller: ModelTeller;
}

/** A vocabulary in a Map, two arrays and two sets of strings: bytes a symbol, roughly. */
const SYMBOL_BYTES = 150;

/** Bytes that a model takes in memory besides its teller: its weights, its text, the indexes of that with and without marks, its words. */
function bytesOf(model: Model, symbols: number): number {
  const learned = model.weights.reduce((sum, { values }) => sum + values.byteLength, 0);
  const built = 2 * RunIndex.bytes(symbols) + SYMBOL_BYTES * model.vocabulary.size;
  const grams = (model.grams?.levels ?? []).flatMap(({ symbols: last, counts, children }) => [last, counts, children]);
  const counted = grams.reduce((sum, { byteLength }) => sum + byteLength, 0);
  return learned + 4 * symbols + built + counted;
}

/** A model in memory with all that its stories need: read once, used by every story until it makes room for others. */
export class LoadedModel {
  readonly version: string;
  /** `native` or `wasm`: what works its words out, or did so when it was trained. */
  readonly engine: string;
  readonly vocabulary: Vocabulary;
  readonly teller: ModelTeller;
  readonly style: Style;
  readonly openings: Openings;
  readonly starts: SentenceStarts;
  readonly originality: OriginalityIndex;
  /** As `defaultSampling` has it, like `topP`. */
  readonly temperature: number;
  readonly topP: number;
  readonly ending: Ending;
  /** Symbols that predict the next one. */
  readonly window: number;
  /** Bytes of its weights, its text and all that is built of it, within a quarter or so. */
  readonly bytes: number;
  readonly #loops: LoopGuide;
  readonly #word: readonly boolean[];

  private constructor(version: VersionToLoad, model: Model, parts: Parts) {
    const { vocabulary, recipe } = model;
    const symbols = model.text.stories.reduce((sum, story) => sum + story.length, 0);
    const { temperature, topP } = defaultSampling(symbols);
    this.version = version.id;
    this.engine = version.engine;
    this.vocabulary = vocabulary;
    this.style = parts.style;
    this.openings = new Openings(vocabulary, model.text.stories, recipe.window);
    this.starts = parts.starts;
    this.originality = parts.originality;
    this.ending = parts.ending;
    this.teller = parts.teller;
    this.temperature = temperature;
    this.topP = topP;
    this.window = recipe.window;
    this.bytes = bytesOf(model, symbols) + parts.teller.bytes;
    this.#loops = new LoopGuide(this.originality.text);
    this.#word = parts.word;
  }

  /** Makes all that telling needs, without keeping anybody waiting meanwhile. Rejects as `openTeller` does. */
  static async open(
    engine: Engine | null,
    version: VersionToLoad,
    model: Model,
    openTeller: OpenTeller,
  ): Promise<LoadedModel> {
    const { vocabulary, language } = model;
    const { stories } = model.text;
    const style: Style = { language, formOf: (symbol) => vocabulary.forms[vocabulary.idOf(symbol) ?? -1] ?? symbol };
    const starts = await inTurns(SentenceStarts.building(vocabulary, stories, style));
    const originality = await inTurns(OriginalityIndex.building(vocabulary, stories));
    const ending = await inTurns(SentenceEnding.building(vocabulary, stories));
    const word = await inTurns(mapping(vocabulary.symbols, isWord));
    // Last: whatever failed above would leave its weights in the engine for ever.
    const teller = await openTeller(engine, model, originality.text);
    return new LoadedModel(version, model, { style, starts, originality, ending, word, teller });
  }

  /** What keeps its stories from going round in circles, and from copying more than so many words in a row. */
  guides(maxCopy: number | undefined): Guide[] {
    if (maxCopy === undefined) return [this.#loops];
    return [new CopyGuide(this.originality.text, this.#word, maxCopy), this.#loops];
  }
}
