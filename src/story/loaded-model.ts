import type { Engine } from '../engine/engine.ts';
import type { Ending, Guide } from '../language/guide.ts';
import type { Model } from '../language/model.ts';
import { BY_HEART } from '../language/recipe.ts';
import type { Teller } from '../language/teller.ts';
import { isWord } from '../language/tokenizer.ts';
import type { Style } from '../language/typeset.ts';
import type { Vocabulary } from '../language/vocabulary.ts';
import { CopyGuide } from './copy-guide.ts';
import { LoopGuide } from './loop-guide.ts';
import { Openings } from './openings.ts';
import { OriginalityIndex } from './originality-index.ts';
import { SentenceEnding } from './sentence-ending.ts';
import { SentenceStarts } from './sentence-starts.ts';

/** What a storyteller needs of a teller. */
export type ModelTeller = Pick<Teller, 'tell' | 'dispose'>;

export type OpenTeller = (engine: Engine, model: Model) => ModelTeller;

/** How a text that was not learned by heart is told, unless asked otherwise: daring, but nothing that hardly ever fits. */
const LIVELY = { temperature: 0.8, topP: 0.9 };
/** Word for word; and where that is not wanted, with everything that the model holds for possible. */
const BY_HEART_MANNER = { temperature: 0, topP: 1 };

/** A model in memory with all that its stories need: read once, used by every story until it makes room for others. */
export class LoadedModel {
  readonly version: string;
  /** `native` or `wasm`. */
  readonly engine: string;
  readonly vocabulary: Vocabulary;
  readonly teller: ModelTeller;
  readonly style: Style;
  readonly openings: Openings;
  readonly starts: SentenceStarts;
  readonly originality: OriginalityIndex;
  /** What it is told at unless asked otherwise: a fable learned by heart word for word, a book with some life. */
  readonly temperature: number;
  /** The share of probability that it is told from unless asked otherwise. */
  readonly topP: number;
  readonly ending: Ending;
  /** Symbols that predict the next one. */
  readonly window: number;
  /** Bytes of its weights and its text. */
  readonly bytes: number;
  readonly #loops: LoopGuide;
  readonly #word: readonly boolean[];

  constructor(engine: Engine, version: string, model: Model, openTeller: OpenTeller) {
    const { vocabulary, language, recipe } = model;
    const { stories } = model.text;
    const symbols = stories.reduce((sum, story) => sum + story.length, 0);
    this.version = version;
    this.engine = engine.name;
    this.vocabulary = vocabulary;
    this.style = { language, formOf: (symbol) => vocabulary.forms[vocabulary.idOf(symbol) ?? -1] ?? symbol };
    this.openings = new Openings(vocabulary, stories, recipe.window);
    this.starts = new SentenceStarts(vocabulary, stories, this.style);
    this.originality = new OriginalityIndex(vocabulary, stories);
    const { temperature, topP } = symbols < BY_HEART ? BY_HEART_MANNER : LIVELY;
    this.temperature = temperature;
    this.topP = topP;
    this.#loops = new LoopGuide(this.originality.text);
    this.#word = vocabulary.symbols.map(isWord);
    this.ending = new SentenceEnding(vocabulary, stories);
    this.window = recipe.window;
    this.bytes = model.weights.reduce((sum, { values }) => sum + values.byteLength, 0) + 4 * symbols;
    // Last: whatever failed above would leave its weights in the engine for ever.
    this.teller = openTeller(engine, model);
  }

  /** What keeps its stories from going round in circles, and from copying more than so many words in a row. */
  guides(maxCopy: number | undefined): Guide[] {
    if (maxCopy === undefined) return [this.#loops];
    return [new CopyGuide(this.originality.text, this.#word, maxCopy), this.#loops];
  }
}
