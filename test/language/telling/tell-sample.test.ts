import { expect, it } from 'vitest';
import { tellSample } from '../../../src/language/telling/tell-sample.ts';
import { Teller } from '../../../src/language/telling/teller.ts';
import type { TellOptions } from '../../../src/language/telling/telling.ts';
import { onEachEngine } from '../../engines.ts';
import { RHYME, tinyModel } from '../tiny.ts';

onEachEngine('the sample of a training', (open) => {
  it.each([
    { text: RHYME, sampling: { temperature: 0 } },
    { text: Array(100).fill(RHYME).join(' '), sampling: { temperature: 0.8, topP: 0.7 } },
  ] satisfies { text: string; sampling: Pick<TellOptions, 'temperature' | 'topP'> }[])(
    'is told as the stories will be: $sampling',
    async ({ text, sampling }) => {
      const engine = await open();
      const model = tinyModel({ seed: 5 }, text);
      const opening = (model.text.stories[0] as Int32Array).subarray(0, 3);
      const teller = await Teller.open(engine, model);
      const { ids } = await teller.tell(opening, { words: 14, seed: 5, ...sampling });
      teller.dispose();
      const words = (prose: string) => prose.toLowerCase().match(/\w+/g);
      expect(words(await tellSample(engine, model))).toEqual(
        words(model.vocabulary.decode([...opening, ...ids]).join(' ')),
      );
    },
  );
});
