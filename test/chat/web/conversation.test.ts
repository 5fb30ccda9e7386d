import { afterEach, describe, expect, it, vi } from 'vitest';
import { said } from '../../../src/chat/message.ts';
import { Conversation } from '../../../src/chat/web/conversation.ts';
import { type Entry, entryMessage, withPoint } from '../../../src/chat/web/entry.ts';
import { MemoryLibrary } from '../../../src/library/memory-library.ts';
import { FakeLog } from '../adapter-contract.ts';

const PLACE = { server: 'local', channel: 'page' };
const HOUR = 3_600_000;
const message = (text: string, about?: string) => entryMessage({ ...said(text), ...(about && { about }) }, () => '');
const texts = (entries: readonly Entry[]) => entries.map((entry) => entry.message.paragraphs[0]?.[0]?.text);

async function open(library: MemoryLibrary, log = new FakeLog()): Promise<Conversation> {
  const conversation = new Conversation(library, PLACE, log);
  await conversation.load();
  return conversation;
}

function say(conversation: Conversation, text: string, about?: string): Entry {
  return conversation.add({ from: 'fabulist', state: 'said', message: message(text, about) });
}

afterEach(() => {
  vi.useRealTimers();
});

describe('the conversation of the page', () => {
  it('is found again after a restart, in order, and goes on counting', async () => {
    const library = new MemoryLibrary();
    const first = await open(library);
    for (let at = 0; at < 12; at++) say(first, `${at}`);
    await first.close();
    const second = await open(library);
    expect(texts(second.entries)).toEqual(Array.from({ length: 12 }, (_, at) => `${at}`));
    expect(say(second, 'more').id).toBeGreaterThan(Math.max(...first.entries.map(({ id }) => id)));
    expect(second.epoch).not.toBe(first.epoch);
    await second.close();
  });

  it('keeps what changes a little later, and at the end', async () => {
    const library = new MemoryLibrary();
    const first = await open(library);
    const { id } = say(first, 'before');
    first.change(id, (entry) => ({ ...entry, message: message('after') }), false);
    await first.close();
    expect(texts((await open(library)).entries)).toEqual(['after']);
  });

  it('calls what was on its way broken off', async () => {
    const library = new MemoryLibrary();
    const first = await open(library);
    first.add({ from: 'fabulist', state: 'waiting' });
    const card = { state: 'running', title: 'Learning', share: 0.5, facts: [], sample: null } as const;
    first.add({ from: 'fabulist', state: 'said', message: { ...message('x'), card } });
    first.add({ from: 'fabulist', state: 'said', message: { ...message('y'), card: { ...card, state: 'ended' } } });
    await first.close();
    expect((await open(library)).entries.map(({ state }) => state)).toEqual(['broken', 'broken', 'said']);
  });

  it('is kept for a day, as the stories in it are', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const library = new MemoryLibrary();
    const conversation = await open(library);
    say(conversation, 'old');
    vi.setSystemTime(Date.now() + 20 * HOUR);
    say(conversation, 'young');
    vi.setSystemTime(Date.now() + 5 * HOUR);
    await conversation.tidy();
    expect(texts(conversation.entries)).toEqual(['young']);
    await conversation.close();
    expect(await library.listDocuments('conversations')).toHaveLength(1);
  });

  it('lets go of what was deleted from the library, and keeps what is said meanwhile', async () => {
    const library = new MemoryLibrary();
    const conversation = await open(library);
    say(conversation, 'of dogs', 'dogs');
    say(conversation, 'of cats', 'cats');
    await conversation.tidy();
    for (const { key, value } of await library.listDocuments<{ about?: string }>('conversations')) {
      if (value.about === 'dogs') await library.deleteDocument('conversations', key);
    }
    const tidying = conversation.tidy();
    say(conversation, 'meanwhile');
    await tidying;
    expect(texts(conversation.entries)).toEqual(['of cats', 'meanwhile']);
    await conversation.close();
  });

  it('keeps no more than 200, the latest', async () => {
    const library = new MemoryLibrary();
    const conversation = await open(library);
    for (let at = 0; at < 230; at++) say(conversation, `${at}`);
    await conversation.close();
    expect(texts(conversation.entries).at(0)).toBe('30');
    expect(texts((await open(library)).entries)).toHaveLength(200);
  });

  it('tells a tab what changed since it looked, and everything where something is gone', async () => {
    const conversation = await open(new MemoryLibrary());
    const { id } = say(conversation, 'one');
    const seen = conversation.revision;
    say(conversation, 'two');
    conversation.change(id, (entry) => ({ ...entry, message: message('one, told anew') }), true);
    expect(conversation.since(seen)).toMatchObject({ all: false });
    expect(texts(conversation.since(seen).entries)).toEqual(['one, told anew', 'two']);
    expect(conversation.since(conversation.revision).entries).toEqual([]);
    expect(conversation.since(undefined).all).toBe(true);
    // A number that this process has not counted to yet.
    expect(conversation.since(conversation.revision + 1).all).toBe(true);
    for (let at = 0; at < 200; at++) say(conversation, `${at}`);
    expect(conversation.since(seen).all).toBe(true);
    await conversation.close();
  });

  it('goes on where it cannot be kept, and says so once in the log', async () => {
    const library = new MemoryLibrary();
    const log = new FakeLog();
    const conversation = await open(library, log);
    library.writeDocument = () => Promise.reject(new Error('full'));
    for (const text of ['one', 'two', 'three']) say(conversation, text);
    await conversation.close();
    expect(texts(conversation.entries)).toEqual(['one', 'two', 'three']);
    expect(log.lines.map(({ message: line }) => line)).toEqual(['The conversation of the page could not be kept']);
  });

  it('is not mixed up by documents that somebody has edited, or of another place', async () => {
    const library = new MemoryLibrary();
    await library.writeDocument('conversations', 'a', { ...PLACE, entry: { id: 'x' } });
    await library.writeDocument('conversations', 'b', { server: 'local', channel: 'other', entry: { id: 1 } });
    expect((await open(library)).entries).toEqual([]);
  });
});

describe('an entry', () => {
  it('holds nothing that acts, and no bytes', () => {
    const kept: Uint8Array[] = [];
    const file = { fileName: 'a\u001b[2J\u202e.gz', bytes: Uint8Array.of(1, 2) };
    const card = { state: 'running', title: 'a\u0007b', share: null, facts: [], sample: 'c\u202ed' } as const;
    const whole = entryMessage({ ...said('x\u001b[31m\r\ny'), file, card }, (bytes) => {
      kept.push(bytes);
      return 'key';
    });
    expect(whole).toMatchObject({
      paragraphs: [[{ text: 'x[31m y' }]],
      file: { fileName: 'a[2J.gz', key: 'key' },
      card: { title: 'ab', sample: 'cd' },
    });
    expect(kept).toEqual([file.bytes]);
  });

  it('keeps the points of a curve in order, and no more than are seen', () => {
    const point = (step: number) => ({ step, seconds: step, loss: 1, accuracy: 0, heldOutPerplexity: null });
    let points = withPoint([], point(0));
    expect(points).toEqual([]);
    for (let step = 1; step <= 5_000; step++) points = withPoint(points, point(step));
    expect(points.length).toBeLessThanOrEqual(400);
    expect(points.at(-1)?.step).toBe(5_000);
    expect(withPoint(points, point(7))).toBe(points);
    expect(points.map(({ step }) => step)).toEqual(points.map(({ step }) => step).sort((a, b) => a - b));
  });
});
