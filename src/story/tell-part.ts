import type { TellOptions } from '../language/telling/telling.ts';
import { tokenize } from '../language/text/tokenizer.ts';
import { Typesetter } from '../language/text/typeset.ts';
import { inTurns } from '../language/turns.ts';
import type { Lease } from './model-shelf.ts';
import type { Part } from './story-sessions.ts';
import { keptWords, type Likely } from './story-words.ts';
import type { Replacement } from './storyteller.ts';

/** How a part is told. */
export interface Manner {
  readonly words: number;
  readonly temperature: number;
  readonly topP?: number;
  readonly maxCopy?: number | undefined;
  readonly seed: number;
  /** Words of the opening that have their stand-ins already. */
  readonly replaced?: readonly Replacement[];
}

/** Symbols that a part begins with whatever the model says, and what was likely in their places. */
export interface Given {
  readonly symbols: readonly string[];
  readonly likely: readonly (readonly Likely[])[];
}

/** Tells one more part after an opening and the parts before. */
export async function tellPart(
  { model }: Lease,
  opening: string,
  before: readonly Part[],
  manner: Manner,
  given: Given = { symbols: [], likely: [] },
): Promise<{ part: Part; replaced: readonly Replacement[] }> {
  const { vocabulary } = model;
  const earlier = before.flatMap(({ symbols }) => symbols);
  const read = [opening, ...earlier, ...given.symbols].join(' ');
  const preparing = model.openings.preparing(read, model.starts.draw(manner.seed), manner.replaced);
  const { context, silent, replaced } = await inTurns(preparing);
  const { temperature, topP = 1, maxCopy, seed } = manner;
  const words = manner.words - given.symbols.length;
  const options: TellOptions = {
    words,
    temperature,
    topP,
    seed,
    silent,
    guides: model.guides(maxCopy),
    // Who asks for the most likely words gets these, wherever they end.
    ending: temperature > 0 ? model.ending : undefined,
  };
  const told = words > 0 ? await model.teller.tell(context, options) : { ids: [], candidates: [] };
  const symbols = [...given.symbols, ...vocabulary.decode(told.ids)];
  const likely = [
    ...given.likely.slice(0, given.symbols.length),
    ...told.candidates.map((place) =>
      place.map(({ id, probability }) => ({ symbol: vocabulary.symbolOf(id), probability })),
    ),
  ];
  const typesetter = new Typesetter(model.style);
  typesetter.read(opening);
  for (const part of before) typesetter.add(part.symbols);
  const pieces = typesetter.pieces(
    symbols,
    likely.map((place) => place.map(({ symbol }) => symbol)),
  );
  const begun = tokenize(opening);
  const whole = [...begun, ...earlier, ...symbols];
  const part: Part = {
    symbols,
    prose: pieces.map(({ text }) => text).join(''),
    version: model.version,
    engine: model.engine,
    originality: model.originality.of(whole),
    words: keptWords(pieces, likely),
    copied: model.originality
      .copied(whole)
      .map(([from, to]) => [Math.max(0, from - begun.length), to - begun.length] as const)
      .filter(([, to]) => to > 0),
  };
  return { part, replaced };
}
