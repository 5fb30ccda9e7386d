import { beforeEach, describe } from 'vitest';
import type { Library } from '../../src/library/library.ts';
import type { Context } from './contract-context.ts';
import { corporaContract } from './contract-corpora.ts';
import { keepingContract } from './contract-keeping.ts';
import { modelsContract } from './contract-models.ts';

/** What every library must do. `open` makes an empty one with the starter `fable`. */
export function libraryContract(name: string, open: (clock: () => Date) => Promise<Library>): void {
  describe(name, () => {
    const context = {} as Context;

    beforeEach(async () => {
      const clock = { now: new Date('2026-11-24T21:55:41Z') };
      const library = await open(() => clock.now);
      Object.assign(context, { library, clock });
      return () => library.close();
    });

    corporaContract(context);
    modelsContract(context);
    keepingContract(context);
  });
}
