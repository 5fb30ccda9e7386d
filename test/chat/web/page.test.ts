import { readFileSync } from 'node:fs';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { WebAdapter } from '../../../src/chat/web/web-adapter.ts';
import { FakeLog } from '../adapter-contract.ts';
import { FakeStoryteller, VERSION } from '../fake-storyteller.ts';
import { browser, CHROMIUM, closeBrowser } from './chromium.ts';
import { eventually, pageOn } from './open-web.ts';

afterAll(closeBrowser);

describe.runIf(CHROMIUM)('the page', () => {
  let storyteller: FakeStoryteller;
  let adapter: WebAdapter;
  let context: BrowserContext;
  let page: Page;
  let problems: string[];

  async function open(
    locale = 'en-GB',
    path = '/',
    size: readonly [width: number, height: number] = [1280, 720],
  ): Promise<void> {
    const [width, height] = size;
    context = await (await browser()).newContext({ locale, viewport: { width, height } });
    context.setDefaultTimeout(20_000);
    page = await context.newPage();
    page.on('pageerror', (error) => problems.push(error.message));
    page.on('console', (message) => {
      // What the policy refuses, a browser says on its console.
      if (message.type() === 'error' && !message.text().includes('404')) problems.push(message.text());
    });
    await page.goto(adapter.address + path);
    await page.locator('header').waitFor();
  }

  beforeEach(async () => {
    problems = [];
    storyteller = new FakeStoryteller();
    const report = storyteller.accuracy.bind(storyteller);
    storyteller.accuracy = async (asker, name) => {
      const found = await report(asker, name);
      const stories = found.corpus.stories.map((story) => ({ ...story, by: 'local' }));
      const older = { ...VERSION, id: '20261123-200000-aaaa' };
      const versions = { versions: [VERSION, older], damaged: [], telling: VERSION.id };
      return { ...found, corpus: { ...found.corpus, stories }, versions };
    };
    adapter = pageOn(storyteller, new FakeLog());
    await adapter.start();
  });

  afterEach(async () => {
    await context.close();
    await adapter.stop();
    expect(problems).toEqual([]);
  });

  const asked = (method: string) => storyteller.calls.filter((call) => call.method === method);
  const press = async (...keys: string[]) => {
    for (const key of keys) await page.keyboard.press(key);
  };

  it('is used by the keyboard alone: completed, told, told on, left for the library and come back to', async () => {
    await open();
    // Whoever comes may type at once.
    await page.locator('#line:focus').waitFor();
    await page.keyboard.type('/st');
    await page.locator('#suggestion-0').waitFor();
    await press('Tab');
    expect(await page.locator('#line').inputValue()).toBe('/story ');
    await page.locator('#suggestion-0', { hasText: 'Long ago, the mice' }).waitFor();
    await press('ArrowDown');
    expect(await page.locator('#line').getAttribute('aria-activedescendant')).toBe('suggestion-0');
    await press('Enter');
    expect(await page.locator('#line').inputValue()).toBe('/story Long ago, the mice');
    await press('Escape', 'Enter');
    await page.locator('.tale .told').waitFor();
    expect(asked('tell')[0]?.args).toMatchObject([{ opening: 'Long ago, the mice' }]);
    // From the line backwards: download, copy, the inside, retell, continue.
    await page.locator('#line').focus();
    await press('Shift+Tab', 'Shift+Tab', 'Shift+Tab', 'Shift+Tab', 'Shift+Tab', 'Shift+Tab');
    await page.locator('[data-action=continue]:focus').waitFor();
    await press('Enter');
    await page.locator('.told', { hasText: 'And then?' }).waitFor();
    await page.locator('.skip').focus();
    await press('Tab', 'Tab', 'Tab', 'Enter');
    await page.locator('h1:focus', { hasText: 'What I have read' }).waitFor();
    await press('Shift+Tab', 'Shift+Tab', 'Shift+Tab', 'Enter');
    await page.locator('.told', { hasText: 'And then?' }).waitFor();
  });

  it('takes a line without a slash as the beginning of a story, and remembers the last lines', async () => {
    await open();
    await page.locator('#line').fill('Once upon a time words:64');
    await press('Enter');
    await eventually(() => expect(asked('tell')[0]?.args).toMatchObject([{ opening: 'Once upon a time', words: 64 }]));
    await page.locator('.tale .told').waitFor();
    await press('ArrowUp');
    expect(await page.locator('#line').inputValue()).toBe('Once upon a time words:64');
  });

  it('speaks German to who reads German, and English to who would rather', async () => {
    await open('de-DE');
    await page.getByText('Fang eine Geschichte an, und ich erzähle weiter.').waitFor();
    expect(await page.locator('html').getAttribute('lang')).toBe('de');
    await page.locator('#line').fill('/accuracy');
    await press('Enter');
    await page.getByText('Wie gut ich „fables“ kenne').waitFor();
    await page.getByRole('button', { name: 'English' }).click();
    await page.locator('html[lang=en]').waitFor();
    await page.getByRole('link', { name: 'Library' }).waitFor();
    expect(adapter.localeOf()).toBe('en');
  });

  it.each(['de-DE', 'en-GB'])('reaches nowhere beyond a screen of 320 pixels in %s', async (locale) => {
    await open(locale);
    await page.setViewportSize({ width: 320, height: 640 });
    for (const line of ['/story', '/help', '/train']) {
      await page.locator('#line').fill(line);
      await press('Enter');
    }
    await page.locator('.content').nth(2).waitFor();
    const beyond = () => page.evaluate('document.documentElement.scrollWidth - innerWidth');
    expect(await beyond()).toBeLessThanOrEqual(0);
    for (const [path, shown] of [
      ['/library', '.corpora'],
      ['/library/fables', '.models'],
      [`/story/${storyteller.story.id}`, '.words'],
    ] as const) {
      await page.goto(adapter.address + path);
      await page.locator(shown).waitFor();
      expect(await beyond()).toBeLessThanOrEqual(0);
    }
  });

  it('shows the invitation from its beginning, and a conversation at its end', async () => {
    await open('en-GB', '/', [320, 800]);
    await page.locator('#line:focus').waitFor();
    // Whatever is drawn anew meanwhile.
    await page.keyboard.type('/');
    await page.locator('#suggestion-0').waitFor();
    await press('Escape', 'Backspace');
    const scrolled = () => page.evaluate('[scrollY, document.documentElement.scrollHeight - innerHeight - scrollY]');
    expect(await scrolled()).toEqual([0, expect.any(Number)]);
    await page.setViewportSize({ width: 320, height: 480 });
    expect(await scrolled()).toEqual([0, expect.any(Number)]);
    for (let k = 0; k < 3; k++) {
      await page.locator('#line').fill('had a general');
      await press('Enter');
      await page.locator('.content').nth(k).waitFor();
    }
    const [above, below] = (await scrolled()) as [number, number];
    expect(above).toBeGreaterThan(100);
    expect(below).toBeLessThanOrEqual(1);
  });

  it('shows an answer from the line on that it answers, where it has no room, and the end of all when somebody comes back', async () => {
    await open('en-GB', '/', [320, 480]);
    await page.locator('#line').fill('had a general');
    await press('Enter');
    await page.locator('.content').waitFor();
    await page.locator('#line').fill('/help');
    await press('Enter');
    await page.locator('.content').nth(1).waitFor();
    const top = () =>
      page
        .locator('.person')
        .nth(1)
        .evaluate((line) => line.getBoundingClientRect().top);
    expect(await top()).toBeGreaterThanOrEqual(0);
    expect(await top()).toBeLessThan(40);
    // Whatever is drawn anew meanwhile.
    await page.keyboard.type('/');
    await page.locator('#suggestion-0').waitFor();
    expect(await top()).toBeGreaterThanOrEqual(0);
    await page.getByRole('link', { name: 'Library' }).click();
    await page.getByRole('link', { name: 'Stories' }).click();
    await page.locator('.content').nth(1).waitFor();
    expect(await top()).toBeLessThan(0);
  });

  it('stays where somebody reads while they type, and follows them when they send', async () => {
    await open('en-GB', '/', [320, 480]);
    await page.locator('#line').fill('/help');
    await press('Enter');
    await page.locator('.content').waitFor();
    await page.evaluate('scrollTo(0, 50)');
    await page.keyboard.type('/nonsense');
    await page.locator('#suggestion-0').waitFor({ state: 'detached' });
    expect(await page.evaluate('scrollY')).toBe(50);
    await press('Enter');
    await page.locator('.content').nth(1).waitFor();
    expect(await page.evaluate('document.documentElement.scrollHeight - innerHeight - scrollY')).toBeLessThanOrEqual(1);
  });

  it('shows the invitation from its beginning to who comes from further down the library', async () => {
    await open('en-GB', '/library/fables', [320, 480]);
    await page.locator('.models').waitFor();
    await page.evaluate('scrollTo(0, document.documentElement.scrollHeight)');
    await page.evaluate(`document.querySelector('.top nav a').click()`);
    await page.locator('#line:focus').waitFor();
    expect(await page.evaluate('scrollY')).toBe(0);
  });

  it('has what it offers at first stand in one line', async () => {
    await open('en-GB', '/', [1280, 800]);
    const tops = () =>
      page.locator('.doors strong').evaluateAll((all) => all.map((one) => one.getBoundingClientRect().top));
    await page.locator('.doors').waitFor();
    const [left, right] = await tops();
    expect(left).toBe(right);
  });

  it('lets who presses what vanishes go on at the line', async () => {
    await open();
    const line = page.locator('#line:focus');
    await page.locator('.quill').focus();
    await press('Enter');
    await page.locator('.tale .told').waitFor();
    await line.waitFor();
    await page.locator('#file').setInputFiles({ name: 'a.txt', mimeType: 'text/plain', buffer: Buffer.from('x') });
    await page.getByRole('button', { name: 'Take a.txt back' }).focus();
    await press('Enter');
    await page.locator('.staged').waitFor({ state: 'detached' });
    await line.waitFor();
  });

  it('shows the suggestion that is chosen, where not all have room', async () => {
    await open('en-GB', '/', [320, 480]);
    await page.locator('#line').fill('/');
    await page.locator('#suggestion-0').waitFor();
    await press('ArrowUp');
    const outside = () =>
      page.evaluate(`(() => {
        const list = document.querySelector('#suggestions').getBoundingClientRect();
        const chosen = document.querySelector('[aria-selected=true]').getBoundingClientRect();
        return chosen.top < list.top || chosen.bottom > list.bottom;
      })()`);
    await page.locator('[aria-selected=true]').waitFor();
    expect(await page.evaluate("document.querySelector('#suggestions').scrollTop")).toBeGreaterThan(0);
    expect(await outside()).toBe(false);
    await press('ArrowDown');
    expect(await outside()).toBe(false);
    expect(await page.evaluate('scrollY')).toBe(0);
  });

  it('covers nothing with what it has to say at once', async () => {
    await open('en-GB', '/', [320, 480]);
    await page.locator('#line').fill('/help');
    await press('Enter');
    await page.locator('.content').waitFor();
    const file = (name: string, size: number) => ({ name, mimeType: 'text/plain', buffer: Buffer.alloc(size, 'x ') });
    await page.locator('#file').setInputFiles([file('a.txt', 9), file('huge.txt', 1024 * 1024 + 1)]);
    await page.locator('.notice', { hasText: 'huge.txt' }).waitFor();
    await page.locator('.staged li:not(.coming)').waitFor();
    await page.evaluate('scrollTo(0, document.documentElement.scrollHeight)');
    const edges = (of: string) => page.locator(of).evaluate((one) => [one.getBoundingClientRect()]);
    const [content] = await edges('.content');
    const [notice] = await edges('.notice');
    const [staged] = await edges('.staged');
    expect(content?.bottom).toBeLessThanOrEqual(notice?.top ?? 0);
    expect(notice?.bottom).toBeLessThanOrEqual(staged?.top ?? 0);
  });

  it('keeps the button that stops a training in one line beside a long name', async () => {
    await open('en-GB', '/', [320, 800]);
    const text = { name: 'a.txt', mimeType: 'text/plain', buffer: Buffer.from('Long ago') };
    await page.locator('#file').setInputFiles(text);
    await page.locator('.staged li:not(.coming)').waitFor();
    await page.locator('#line').fill('/train corpus:the-very-long-tales-of-the-umbrella-mender');
    await press('Enter');
    await eventually(() => expect(storyteller.training).toBeDefined());
    storyteller.training?.send({ kind: 'preparing', what: 'Reading the stories', share: null });
    const lines = await page.locator('.card [data-action=stop]').evaluate((button) => {
      const range = button.ownerDocument.createRange();
      range.selectNodeContents(button);
      return new Set([...range.getClientRects()].map(({ top }) => top)).size;
    });
    expect(lines).toBe(1);
  });

  it('says at once that a file is too large, and takes one back', async () => {
    await open();
    const file = (name: string, size: number) => ({ name, mimeType: 'text/plain', buffer: Buffer.alloc(size, 'x ') });
    await page.locator('#file').setInputFiles(file('huge.txt', 1024 * 1024 + 1));
    await page.locator('.notice', { hasText: 'huge.txt is larger than 1 MB, which is the most I take.' }).waitFor();
    // One that is taken along does not hide what was said of the other.
    await page.locator('#file').setInputFiles([file('vast.txt', 1024 * 1024 + 1), file('a.txt', 9)]);
    await page.locator('.staged li:not(.coming)').waitFor();
    await page.locator('.notice', { hasText: 'vast.txt' }).waitFor();
    expect(await page.locator('#line').inputValue()).toBe('/train ');
    await page.getByRole('button', { name: 'Take a.txt back' }).click();
    await page.locator('.staged').waitFor({ state: 'detached' });
    expect(await page.locator('#line').inputValue()).toBe('');
    await page.locator('#line').press('h');
    await page.locator('.notice', { hasText: 'vast.txt' }).waitFor({ state: 'detached' });
    await page.locator('#file').setInputFiles([file('a.txt', 9), file('b.txt', 9)]);
    await page.locator('.staged li:not(.coming)').nth(1).waitFor();
    await page.getByRole('button', { name: 'Take a.txt back' }).click();
    await page.getByRole('button', { name: 'Learn', exact: true }).click();
    await eventually(() => expect(asked('train')).toHaveLength(1));
    expect(asked('train')[0]?.args).toMatchObject([{ files: [{ fileName: 'b.txt' }] }]);
  });

  it('shows a finger what else was likely, until it is put away, and the word as well', async () => {
    const [word] = storyteller.story.words;
    if (word) storyteller.story = { ...storyteller.story, words: Array.from({ length: 300 }, () => word) };
    context = await (await browser()).newContext({ viewport: { width: 320, height: 480 }, hasTouch: true });
    context.setDefaultTimeout(20_000);
    page = await context.newPage();
    await page.clock.install();
    await page.goto(`${adapter.address}/story/${storyteller.story.id}`);
    await page.locator('#word-299').waitFor();
    const [x, y, at] = (await page.evaluate(`(() => {
      const words = [...document.querySelectorAll('.word')].filter((one) => one.getBoundingClientRect().bottom < innerHeight);
      const box = words.at(-1).getBoundingClientRect();
      return [box.left + 5, box.top + 5, words.at(-1).id];
    })()`)) as [number, number, string];
    await page.touchscreen.tap(x, y);
    await page.locator('.candidates button').first().waitFor();
    // Long after the finger has left.
    await page.clock.runFor(5_000);
    expect(await page.locator('.candidates').isVisible()).toBe(true);
    const edges = (of: string) => page.locator(of).evaluate((one) => [one.getBoundingClientRect()]);
    const [tapped] = await edges(`#${at}`);
    const [sheet] = await edges('.candidates');
    expect(tapped?.bottom).toBeLessThanOrEqual(sheet?.top ?? 0);
    expect(tapped?.top).toBeGreaterThanOrEqual(0);
    await page.touchscreen.tap(300, 30);
    await page.locator('.candidates').waitFor({ state: 'hidden' });
  });

  it('keeps what a key has opened, whatever a mouse has left just before', async () => {
    context = await (await browser()).newContext();
    context.setDefaultTimeout(20_000);
    page = await context.newPage();
    await page.clock.install();
    await page.goto(`${adapter.address}/story/${storyteller.story.id}`);
    await page.locator('#word-1').hover();
    await page.locator('.candidates button').first().waitFor();
    await page.locator('#word-0').focus();
    await page.mouse.move(0, 0);
    await press('Enter');
    await page.clock.runFor(5_000);
    await page.locator('.candidates button:focus').waitFor();
  });

  it('hands a story over, and a corpus', async () => {
    await open();
    await page.locator('.quill').click();
    await page.locator('.tale .told').waitFor();
    const [saved] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download' }).click(),
    ]);
    expect(saved.suggestedFilename()).toBe('had a general council to.txt');
    expect(readFileSync(await saved.path(), 'utf8')).toBe('had a general council to consider.\n');
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.getByRole('button', { name: 'Copy' }).click();
    await page.locator('[role=status]', { hasText: 'Copied' }).waitFor();
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe('had a general council to consider.');
    await page.locator('#line').fill('/corpora action:export corpus:dogs');
    await press('Enter');
    const [archive] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Download dogs.fabulist.gz' }).click(),
    ]);
    expect([...readFileSync(await archive.path())]).toEqual([1, 2, 3]);
  });

  it('rolls a corpus back, chooses it and deletes it by the same commands, and asks before the last', async () => {
    await open('en-GB', '/library/fables');
    await page.locator('h1', { hasText: 'fables' }).waitFor();
    await page.getByRole('button', { name: /Tell from this one/ }).click();
    await page.locator('.said', { hasText: 'is told from the model' }).waitFor();
    expect(asked('rollback')[0]?.args).toEqual(['fables', '20261123-200000-aaaa']);
    await page.getByRole('button', { name: 'Tell from it here' }).click();
    await page.locator('.said', { hasText: 'Stories here are told from “fables” now.' }).waitFor();
    expect(asked('choose')[0]?.args).toEqual(['fables', 'channel']);
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    await page.getByRole('button', { name: 'Keep it' }).click();
    await page.locator('dialog[open]').waitFor({ state: 'detached' });
    expect(asked('forget')).toEqual([]);
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    await page.getByRole('button', { name: 'Delete it' }).click();
    await page.locator('.said', { hasText: 'Deleted from “fables”' }).waitFor();
    expect(asked('forget')[0]?.args).toEqual(['fables']);
  });

  it('takes nothing from another host, and under 150 kB at first', async () => {
    context = await (await browser()).newContext();
    page = await context.newPage();
    const network = await context.newCDPSession(page);
    await network.send('Network.enable');
    let bytes = 0;
    network.on('Network.loadingFinished', ({ encodedDataLength }) => {
      bytes += encodedDataLength;
    });
    const hosts = new Set<string>();
    page.on('request', (request) => hosts.add(new URL(request.url()).origin));
    await page.goto(adapter.address);
    await page.locator('#line:focus').waitFor();
    await page.waitForLoadState('load');
    expect([...hosts]).toEqual([adapter.address]);
    expect(bytes).toBeGreaterThan(10_000);
    expect(bytes).toBeLessThan(150_000);
  });
});
