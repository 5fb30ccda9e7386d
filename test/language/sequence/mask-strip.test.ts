import { expect, it } from 'vitest';
import { ops } from '../../../src/engine/engine.ts';
import { MaskStrip } from '../../../src/language/sequence/mask-strip.ts';
import { onEachEngine } from '../../engines.ts';

onEachEngine('a strip of dropout masks', (open) => {
  it('gives masks of the rate and shape asked for, the same for the same cut', async () => {
    const strip = new MaskStrip(await open(), 20_000, 0.3, 7);
    const read = (cut: number) =>
      ops.tidy(() => {
        const mask = strip.cut([4, 50, 40], cut);
        expect(mask.shape).toEqual([4, 50, 40]);
        return mask.dataSync();
      }) as unknown as Float32Array;
    const [one, again, other] = [read(1), read(1), read(2)];
    strip.dispose();
    expect(again).toEqual(one);
    expect(other).not.toEqual(one);
    const kept = Math.fround(1 / 0.7);
    expect(new Set([...one].map((factor) => (Math.abs(factor - kept) < 1e-6 ? 1 : factor)))).toEqual(new Set([0, 1]));
    // 8,000 draws: five standard deviations are 0.026.
    for (const mask of [one, other]) {
      expect(Math.abs(mask.filter((factor) => factor === 0).length / mask.length - 0.3)).toBeLessThan(0.026);
    }
  });

  it('cuts at any place, to its end', async () => {
    const strip = new MaskStrip(await open(), 10, 0.5, 1);
    for (let cut = 0; cut < 100; cut++) {
      ops.tidy(() => {
        expect(strip.cut([7], cut).dataSync()).toHaveLength(7);
      });
    }
    expect(strip.cut([10], 3).dataSync()).toHaveLength(10);
    strip.dispose();
  });
});
