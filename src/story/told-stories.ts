import { FabulistError } from '../errors.ts';
import { tokenize } from '../language/text/tokenizer.ts';
import { UNKNOWN } from '../language/text/vocabulary.ts';
import type { CorpusRef, ServerId } from '../library/library.ts';
import { quoted } from '../library/safe-names.ts';
import type { LoadedModel } from './loaded-model.ts';
import type { Lease } from './model-shelf.ts';
import { DEFAULT_WORDS } from './story-options.ts';
import type { Part, StorySession, StorySessions } from './story-sessions.ts';
import { likelyOf, wordsOf } from './story-words.ts';
import type { Asker, Replacement, Story, StoryRequest } from './storyteller.ts';
import { tellPart } from './tell-part.ts';

/** A retelling of a text known by heart starts at this heat, and gets hotter until another story comes out. */
const RETELL_TEMPERATURE = 0.7;
const HOTTER = 0.3;
const HOTTEST = 2;
/** Tries at most: even the hottest telling of a text of few symbols may come out the same. */
const RETELLINGS = 8;

const SEEDS = 2 ** 32;

/** Opens the model for a story of a corpus: the wanted version if it is still there. */
export type OpenModel = (corpus: CorpusRef, wanted?: string) => Promise<Lease>;

/** Finds what may stand in for words that the corpus of a model does not know; words without such are left out. */
export type FindRelated = (
  server: ServerId,
  corpus: CorpusRef,
  model: LoadedModel,
  unknown: readonly string[],
) => Promise<readonly Replacement[]>;

/** Tells stories part by part, and keeps them. */
export class ToldStories {
  readonly #sessions: StorySessions;
  readonly #open: OpenModel;
  readonly #randomSeed: () => number;
  readonly #related: FindRelated;

  /** randomSeed: a whole number from 0 to 2^32 - 1, another one each time. */
  constructor(sessions: StorySessions, open: OpenModel, randomSeed: () => number, related: FindRelated) {
    this.#sessions = sessions;
    this.#open = open;
    this.#randomSeed = randomSeed;
    this.#related = related;
  }

  /** opening: tidied; where it has no symbol a sentence start of the corpus takes its place. */
  async tell(
    asker: Asker,
    corpus: CorpusRef,
    opening: string,
    request: StoryRequest,
    at: Date,
  ): Promise<[string, StorySession]> {
    const seed = request.seed ?? this.#randomSeed();
    const session = await this.#with(corpus, undefined, async (lease): Promise<StorySession> => {
      const { model } = lease;
      const start = model.starts.draw(seed);
      const text = tokenize(opening).length > 0 ? opening : model.starts.proseAt(start, Math.max(3, model.window));
      const { words = DEFAULT_WORDS, temperature = model.temperature, topP = model.topP, maxCopy } = request;
      const unknown = model.openings.unknownWords(text);
      const related = unknown.length > 0 ? await this.#related(asker.server, corpus, model, unknown) : [];
      const manner = { words, temperature, topP, maxCopy, seed, replaced: related };
      const { part, replaced } = await tellPart(lease, text, [], manner);
      return {
        server: asker.server,
        corpus,
        at: at.toISOString(),
        opening: text,
        replaced,
        words,
        temperature,
        topP,
        ...(maxCopy !== undefined && { maxCopy }),
        seed,
        parts: [part],
      };
    });
    return [await this.#keep(session), session];
  }

  continue(asker: Asker, id: string): Promise<StorySession> {
    return this.#sessions.change(asker, id, (session) =>
      this.#with(session.corpus, session.parts.at(-1)?.version, async (lease) => {
        const { opening, parts } = session;
        // The same seed again could lead a sampled story round in the same circle.
        const seed = (session.seed + parts.length) % SEEDS;
        const { part } = await tellPart(lease, opening, parts, { ...session, seed });
        return { ...session, parts: [...parts, part] };
      }),
    );
  }

  /** Another last part. Never the same as the one it replaces, as far as trying helps. */
  retell(asker: Asker, id: string): Promise<StorySession> {
    return this.#sessions.change(asker, id, (session) =>
      this.#with(session.corpus, session.parts.at(-1)?.version, async (lease) => {
        const before = session.parts.slice(0, -1);
        const old = session.parts.at(-1)?.symbols.join(' ');
        let temperature = session.temperature || RETELL_TEMPERATURE;
        let part: Part;
        let tries = 0;
        do {
          const manner = { ...session, temperature, seed: this.#randomSeed() };
          part = (await tellPart(lease, session.opening, before, manner)).part;
          temperature = Math.min(HOTTEST, temperature + HOTTER);
          tries++;
        } while (part.symbols.join(' ') === old && tries < RETELLINGS);
        return { ...session, parts: [...before, part] };
      }),
    );
  }

  undo(asker: Asker, id: string): Promise<StorySession> {
    return this.#sessions.change(asker, id, async (session) => {
      if (session.parts.length > 1) return { ...session, parts: session.parts.slice(0, -1) };
      throw new FabulistError('usage', 'Only the first part of this story is left, so there is nothing to take back.');
    });
  }

  /** Another story, which takes another way at a place of this one's continuation. */
  async branch(asker: Asker, id: string, at: number, symbol: string, now: Date): Promise<[string, StorySession]> {
    const session = await this.#sessions.find(asker, id);
    const length = session.parts.reduce((sum, { symbols }) => sum + symbols.length, 0);
    if (!Number.isInteger(at) || at < 0 || at >= length) {
      throw new FabulistError('usage', `at must be a whole number from 0 to ${length - 1}, not ${at}.`);
    }
    // The parts that end before the place stay as they are; what comes after them is one part.
    const before: Part[] = [];
    let first = 0;
    for (const part of session.parts) {
      if (first + part.symbols.length > at) break;
      before.push(part);
      first += part.symbols.length;
    }
    const split = session.parts[before.length] as Part;
    const branched = await this.#with(session.corpus, split.version, async (lease): Promise<StorySession> => {
      const other = knownSymbol(lease, symbol, session.corpus);
      const given = [...split.symbols.slice(0, at - first), other];
      const manner = { ...session, words: length - first };
      const { part } = await tellPart(lease, session.opening, before, manner, {
        symbols: given,
        likely: likelyOf(split),
      });
      return { ...session, at: now.toISOString(), parts: [...before, part], parent: { id, at } };
    });
    return [await this.#keep(branched), branched];
  }

  retrieve(asker: Asker, id: string): Promise<StorySession> {
    return this.#sessions.find(asker, id);
  }

  async #with<T>(corpus: CorpusRef, version: string | undefined, task: (lease: Lease) => Promise<T>): Promise<T> {
    const lease = await this.#open(corpus, version);
    try {
      const told = await task(lease);
      if (!lease.withdrawn()) return told;
      throw new FabulistError(
        'no-model',
        'The stories that this one was told from were deleted meanwhile; ask once more.',
      );
    } finally {
      lease.release();
    }
  }

  /** A full disk keeps nobody from hearing a story: it cannot be continued then, which its empty id says. */
  async #keep(session: StorySession): Promise<string> {
    try {
      return await this.#sessions.begin(session);
    } catch (error) {
      if (error instanceof FabulistError && (error.code === 'disk-full' || error.code === 'storage')) return '';
      throw error;
    }
  }
}

/** A symbol that was named to be told. Throws `usage` for one that the corpus does not have. */
function knownSymbol({ model: { vocabulary } }: Lease, named: string, corpus: CorpusRef): string {
  const symbol = named.normalize('NFC').toLowerCase();
  if (symbol !== UNKNOWN && vocabulary.idOf(symbol) !== undefined) return symbol;
  throw new FabulistError(
    'usage',
    `${quoted(named)} stands nowhere in ${quoted(corpus.name)}; choose a word that does.`,
  );
}

/** A kept story as people are shown it. milliseconds: that this asking took. */
export function storyOf(id: string, session: StorySession, milliseconds: number): Story {
  const last = session.parts.at(-1) as Part;
  return {
    id,
    corpus: session.corpus.name,
    opening: session.opening,
    continuation: session.parts.flatMap(({ symbols }) => symbols),
    words: wordsOf(session),
    prose: { opening: session.opening, continuation: session.parts.map(({ prose }) => prose).join('') },
    replaced: session.replaced,
    originality: last.originality,
    engine: last.engine,
    modelVersion: last.version,
    milliseconds,
    parts: session.parts.length,
    ...(session.parent && { parent: session.parent }),
  };
}
