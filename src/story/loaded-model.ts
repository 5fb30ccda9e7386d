import type { Engine } from '../engine/engine.ts';
import type { Model } from '../language/model.ts';
import { BY_HEART } from '../language/recipe.ts';
import type { Teller } from '../language/teller.ts';
import type { Style } from '../language/typeset.ts';
import type { Vocabulary } from '../language/vocabulary.ts';
import { Openings } from './openings.ts';
import { OriginalityIndex } from './originality-index.ts';
import { SentenceStarts } from './sentence-starts.ts';

/** What a storyteller needs of a teller. */
export type ModelTeller = Pick<Teller, 'tell' | 'dispose'>;

export type OpenTeller = (engine: Engine, model: Model) => ModelTeller;

/** Reads best among those tried where a model knows more than one story by heart. */
const LIVELY = 0.6;

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
  /** Symbols that predict the next one. */
  readonly window: number;
  /** Bytes of its weights and its text. */
  readonly bytes: number;

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
    this.temperature = symbols < BY_HEART ? 0 : LIVELY;
    this.window = recipe.window;
    this.bytes = model.weights.reduce((sum, { values }) => sum + values.byteLength, 0) + 4 * symbols;
    // Last: whatever failed above would leave its weights in the engine for ever.
    this.teller = openTeller(engine, model);
  }
}
