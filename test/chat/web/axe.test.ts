import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { WebAdapter } from '../../../src/chat/web/web-adapter.ts';
import { FakeLog } from '../adapter-contract.ts';
import { corpusOf, FakeStoryteller, VERSION } from '../fake-storyteller.ts';
import { browser, CHROMIUM, closeBrowser } from './chromium.ts';
import { eventually, pageOn } from './open-web.ts';
import { Reader } from './reader.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const STORY = '0123456789abcdef0123456789abcdef';
const PASSWORD = 'open sesame, please';

/** Each view, and how one gets there. */
const VIEWS: Readonly<Record<string, (reader: Reader, storyteller: FakeStoryteller) => Promise<void>>> = {
  async 'the empty page'() {
    // That is what is there.
  },
  async 'a conversation'(reader, storyteller) {
    await reader.says('/story had a general');
    await reader.page.locator('[data-action=continue]').waitFor();
    for (const line of ['/help', '/corpora action:export corpus:dogs', '/accuracy', '/nonsense'])
      await reader.says(line);
    await reader.says('/train', { fileName: 'fables.txt', bytes: Buffer.from('Long ago') });
    await eventually(() => expect(storyteller.training).toBeDefined());
    for (const step of [10, 40]) {
      storyteller.training?.send({ kind: 'progress', progress: { ...PROGRESS, step, accuracy: step / 100 } });
      await reader.page.getByText(`${step} %`, { exact: true }).waitFor();
    }
    await reader.page.locator('.card .curve').waitFor();
    await reader.says('/story');
    await eventually(async () => expect(await reader.page.locator('.content').count()).toBe(7));
  },
  async 'suggestions and a file'({ page }) {
    await page.unroute('**/api/suggestions?*');
    await page.locator('#file').setInputFiles({ name: 'a.txt', mimeType: 'text/plain', buffer: Buffer.from('x') });
    await page.locator('#line').fill('/');
    await page.locator('#suggestion-0').waitFor();
    await page.locator('#line').press('ArrowDown');
    await page.locator('[aria-selected=true]').waitFor();
  },
  async 'the library'({ page }) {
    await page.getByRole('link', { name: 'Library' }).click();
    await page.locator('.corpora a').waitFor();
  },
  async 'a corpus'({ page }) {
    await page.goto(`${new URL(page.url()).origin}/library/fables`);
    await page.locator('.models').waitFor();
  },
  async 'the question before a corpus is deleted'({ page }) {
    await page.goto(`${new URL(page.url()).origin}/library/fables`);
    await page.getByRole('button', { name: 'Delete' }).click();
    await page.locator('dialog[open]').waitFor();
  },
  async 'the inside of a story'({ page }) {
    await page.goto(`${new URL(page.url()).origin}/story/${STORY}`);
    await page.locator('#word-1').click();
    await page.locator('.candidates button').first().waitFor();
  },
  async 'a lost connection'({ page }) {
    await page.locator('#line').waitFor();
    await page.evaluate("document.querySelector('.notice').textContent = 'The connection to Fabulist is lost.'");
  },
};

const PROGRESS = {
  step: 40,
  share: 0.42,
  secondsSpent: 3,
  secondsLeft: 4,
  loss: 1.2,
  accuracy: 0.6,
  heldOutPerplexity: null,
  sample: 'The mice had a bell.',
};

/** In the light and in the dark, in which nothing but colours and pictures differ. */
async function findings(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  const found: string[] = [];
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    const { violations, incomplete } = (await page.evaluate('axe.run()')) as AxeResults;
    // What lies over something else cannot be judged by a program where the background is not one colour.
    const judged = [...violations, ...incomplete.filter(({ id }) => id !== 'color-contrast')];
    found.push(...judged.map(({ id, nodes }) => `${colorScheme}, ${id}: ${nodes.map(({ html }) => html).join(' | ')}`));
  }
  return found;
}

afterAll(closeBrowser);

describe.runIf(CHROMIUM)('axe finds nothing', () => {
  let adapter: WebAdapter;
  let storyteller: FakeStoryteller;

  beforeEach(async () => {
    storyteller = new FakeStoryteller();
    const older = { ...VERSION, id: '20261123-200000-aaaa', keptOut: 'it guesses worse' };
    const report = storyteller.accuracy.bind(storyteller);
    const fables = corpusOf('local', 'fables');
    const own = { ...fables, stories: fables.stories.map((story) => ({ ...story, by: 'local' })) };
    storyteller.accuracy = async (asker, corpus) => ({
      ...(await report(asker, corpus)),
      corpus: own,
      versions: { versions: [VERSION, older], damaged: [{ id: 'x', problem: 'torn' }], telling: VERSION.id },
      nextRetrain: '2026-11-25T03:00:00.000Z',
    });
    adapter = pageOn(storyteller, new FakeLog());
    await adapter.start();
  });

  afterEach(() => adapter.stop());

  it.each([320, 1280].flatMap((width) => Object.keys(VIEWS).map((view) => [width, view] as const)))(
    'at %i pixels, %s',
    async (width, view) => {
      const context = await (await browser()).newContext({
        viewport: { width, height: 800 },
        locale: 'en-GB',
        reducedMotion: 'reduce',
      });
      context.setDefaultTimeout(10_000);
      const reader = await Reader.at(adapter.address, context);
      await VIEWS[view]?.(reader, storyteller);
      expect(await findings(reader.page)).toEqual([]);
      // Nothing reaches beyond the screen.
      expect(await reader.page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0);
      await reader.leave();
    },
  );

  it.each([320, 1280])('at %i pixels, the door', async (width) => {
    const guarded = pageOn(storyteller, new FakeLog(), { password: PASSWORD });
    await guarded.start();
    const context = await (await browser()).newContext({ viewport: { width, height: 800 }, reducedMotion: 'reduce' });
    context.setDefaultTimeout(10_000);
    const page = await context.newPage();
    await page.goto(guarded.address);
    expect(await findings(page)).toEqual([]);
    await page.getByLabel('Password').fill('wrong');
    await page.getByRole('button').click();
    await page.getByText('That is not the password.').waitFor();
    expect(await findings(page)).toEqual([]);
    await page.getByLabel('Password').fill(PASSWORD);
    await page.getByRole('button').click();
    await page.locator('#line').waitFor();
    await context.close();
    await guarded.stop();
  });
});
