import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Turns } from '../../../src/chat/discord/turns.ts';

describe('turns', () => {
  let begun: string[];
  let ends: Map<string, (error?: Error) => void>;
  beforeEach(() => {
    vi.useFakeTimers();
    [begun, ends] = [[], new Map()];
  });
  afterEach(() => vi.useRealTimers());

  const work = (name: string) => () => {
    begun.push(name);
    return new Promise<string>((resolve, reject) => ends.set(name, (error) => (error ? reject(error) : resolve(name))));
  };
  const settle = () => vi.advanceTimersByTimeAsync(0);

  it('are taken in the order of asking, so many at a time, and given on also by what fails', async () => {
    const turns = new Turns(2, 500);
    const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((name) => turns.take(work(name)));
    await settle();
    expect(begun).toEqual(['a', 'b']);
    ends.get('b')?.();
    await expect(b).resolves.toBe('b');
    await settle();
    expect(begun).toEqual(['a', 'b', 'c']);
    ends.get('a')?.(new Error('broken'));
    await expect(a).rejects.toThrow('broken');
    await settle();
    expect(begun).toEqual(['a', 'b', 'c', 'd']);
    ends.get('c')?.();
    ends.get('d')?.();
    await Promise.all([c, d]);
    // All are free again, and no more than there were.
    for (const name of ['e', 'f', 'g']) void turns.take(work(name));
    await settle();
    expect(begun.slice(4)).toEqual(['e', 'f']);
  });

  it('are given away by what takes longer than a moment, once', async () => {
    const turns = new Turns(1, 500);
    const [long] = ['long', 'next', 'last'].map((name) => turns.take(work(name)));
    await vi.advanceTimersByTimeAsync(499);
    expect(begun).toEqual(['long']);
    await vi.advanceTimersByTimeAsync(1);
    expect(begun).toEqual(['long', 'next']);
    ends.get('long')?.();
    await long;
    await settle();
    expect(begun).toEqual(['long', 'next']);
  });
});
