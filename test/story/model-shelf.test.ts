import { beforeEach, describe, expect, it } from 'vitest';
import type { Engine } from '../../src/engine/engine.ts';
import { LoadedModel } from '../../src/story/loaded-model.ts';
import { ModelShelf } from '../../src/story/model-shelf.ts';
import { HeartTeller, modelOf } from './fakes.ts';

const ENGINE = { name: 'wasm' } as Engine;
/** Bytes of a model that `load` makes: its weights, four symbols with all that is kept of them, and its teller. */
const SIZE = 1_000 + 4 * (4 + 16 + 150) + 88_000;

describe('the shelf', () => {
  let loads: string[] = [];
  const load = (name: string) => async () => {
    loads.push(name);
    return LoadedModel.open(
      ENGINE,
      { id: name, engine: 'wasm' },
      modelOf(['one two three .'], 'en', 1_000),
      (_, model) => new HeartTeller(model),
    );
  };

  beforeEach(() => {
    loads = [];
    HeartTeller.live = 0;
  });

  it('loads a model once, also for two who ask at the same time', async () => {
    const shelf = new ModelShelf(10 * SIZE);
    const [one, two] = await Promise.all([shelf.take('a', load('a')), shelf.take('a', load('a'))]);
    const three = await shelf.take('a', load('a'));
    expect(loads).toEqual(['a']);
    expect(new Set([one.model, two.model, three.model]).size).toBe(1);
  });

  it('lets the one go that was not used for longest', async () => {
    const shelf = new ModelShelf(2 * SIZE);
    for (const name of ['a', 'b', 'a', 'c', 'a', 'b']) (await shelf.take(name, load(name))).release();
    // c pushed b out, and not a, which was used after it; so b was loaded again, and pushed c out.
    expect(loads).toEqual(['a', 'b', 'c', 'b']);
    expect(HeartTeller.live).toBe(2);
  });

  it('holds no more than it may, however many are told from in turn', async () => {
    const shelf = new ModelShelf(20 * SIZE);
    let most = 0;
    for (let k = 0; k < 1_000; k++) {
      const lease = await shelf.take(`${k}`, load(`${k}`));
      most = Math.max(most, HeartTeller.live);
      expect(lease.model.bytes).toBe(SIZE);
      lease.release();
    }
    expect([most, HeartTeller.live]).toEqual([20, 20]);
    // The latest are still there.
    for (let k = 980; k < 1_000; k++) (await shelf.take(`${k}`, load('anew'))).release();
    expect(loads).not.toContain('anew');
  });

  it('never takes a model away while it is in use', async () => {
    const shelf = new ModelShelf(1);
    const [one, two] = [await shelf.take('a', load('a')), await shelf.take('b', load('b'))];
    expect(HeartTeller.live).toBe(2);
    one.release();
    one.release();
    expect(HeartTeller.live).toBe(1);
    const { ids } = await two.model.teller.tell(Int32Array.of(0), { words: 1, temperature: 0, seed: 1 });
    expect(ids).toHaveLength(1);
    two.release();
    expect(HeartTeller.live).toBe(0);
  });

  it('withdraws a model: at once from later users, and from memory when its last one is done', async () => {
    const shelf = new ModelShelf(10 * SIZE);
    const lease = await shelf.take('a', load('a'));
    expect(lease.withdrawn()).toBe(false);
    shelf.withdraw((key) => key === 'a');
    expect(lease.withdrawn()).toBe(true);
    const later = await shelf.take('a', load('a again'));
    expect(later.model.version).toBe('a again');
    expect(HeartTeller.live).toBe(2);
    lease.release();
    expect(HeartTeller.live).toBe(1);
  });

  it('frees a model that was withdrawn while it was being loaded', async () => {
    const shelf = new ModelShelf(10 * SIZE);
    const taking = shelf.take('a', load('a'));
    shelf.withdraw(() => true);
    (await taking).release();
    expect(HeartTeller.live).toBe(0);
  });

  it('forgets a load that failed', async () => {
    const shelf = new ModelShelf(10 * SIZE);
    const failing = () => Promise.reject(new Error('no such file'));
    await expect(Promise.all([shelf.take('a', failing), shelf.take('a', failing)])).rejects.toThrow('no such file');
    await expect(shelf.take('a', load('a'))).resolves.toMatchObject({ model: { version: 'a' } });
  });

  it('closes when the last story is done', async () => {
    const shelf = new ModelShelf(10 * SIZE);
    (await shelf.take('a', load('a'))).release();
    const lease = await shelf.take('b', load('b'));
    let closed = false;
    const closing = shelf.close().then(() => (closed = true));
    await Promise.resolve();
    expect([closed, HeartTeller.live]).toEqual([false, 1]);
    lease.release();
    await closing;
    expect(HeartTeller.live).toBe(0);
  });
});
