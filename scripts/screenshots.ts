/**
 * Takes a picture of every view of the page, light and dark, on a wide screen and on a phone, into docs/screenshots/. What
 * they show is real: a house of its own in a temporary folder learns the fable and a small collection, and tells from them.
 *
 *   npm run screenshots        (two to five minutes; needs Chromium, CHROMIUM_PATH says where it is)
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { loadConfig } from '../src/config.ts';
import { openWeb } from '../src/main/open-surfaces.ts';
import { assemble, type House } from '../src/main.ts';

const PROJECT = resolve(import.meta.dirname, '..');
const TARGET = join(PROJECT, 'docs/screenshots');
const PLACES = [
  process.env.CHROMIUM_PATH ?? '',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
];
const ASKER = { server: 'local', channel: 'page', user: 'local' };
/** A repository is no place for larger pictures, bytes. */
const LARGEST = 300_000;
const PATIENCE = 300_000;

const LOOKS = [
  { name: 'light', width: 1280, height: 800, colorScheme: 'light' },
  { name: 'dark', width: 1280, height: 800, colorScheme: 'dark' },
  { name: 'phone', width: 390, height: 780, colorScheme: 'light' },
] as const;

async function openLook(browser: Browser, address: string, look: (typeof LOOKS)[number]): Promise<Page> {
  const { width, height, colorScheme } = look;
  const viewport = { width, height };
  const context = await browser.newContext({ viewport, colorScheme, locale: 'en-GB', reducedMotion: 'reduce' });
  context.setDefaultTimeout(PATIENCE);
  const page = await context.newPage();
  await page.goto(address);
  return page;
}

async function lookAt(browser: Browser, address: string, view: string, prepare: (page: Page) => Promise<void>) {
  for (const look of LOOKS) {
    const page = await openLook(browser, address, look);
    await prepare(page);
    await page.waitForLoadState('networkidle').catch(() => undefined);
    await shoot(page, `${view}-${look.name}`);
    await page.context().close();
  }
}

async function shoot(page: Page, name: string): Promise<void> {
  const path = join(TARGET, `${name}.png`);
  await page.evaluate('document.activeElement?.blur()');
  await page.screenshot({ path, animations: 'disabled' });
  if (statSync(path).size > LARGEST)
    throw new Error(`${name}.png has ${statSync(path).size} bytes, more than ${LARGEST}.`);
  console.log(`docs/screenshots/${name}.png`);
}

/** A collection that was learned several times, each time a little longer. */
async function learn({ storyteller }: House): Promise<void> {
  const names = ['the-umbrella-mender', 'belling-the-cat'];
  for (const [at, iterations] of [6, 14, 60].entries()) {
    const files = names.slice(0, at + 1).map((name) => {
      return { fileName: `${name}.txt`, bytes: readFileSync(join(PROJECT, 'corpora', `${name}.txt`)) };
    });
    const options = { iterations };
    const { training } = await storyteller.train(ASKER, { files, corpus: 'evening tales', mode: 'append', options });
    await training.ended;
  }
}

/** Waits until the curve has a shape, unless the text is learned before anybody can look. */
async function halfway(page: Page): Promise<void> {
  const shaped = new Promise<void>((resolve) => page.exposeFunction('grown', resolve));
  await page.evaluate(`new MutationObserver((_, observer) => {
    if (document.querySelector('progress')?.value < 40) return;
    observer.disconnect();
    grown();
  }).observe(document, { subtree: true, childList: true, characterData: true, attributes: true })`);
  await shaped;
}

/** The word of a story at which the model was least sure. */
async function doubtful(page: Page): Promise<string> {
  const response = await page.request.get(page.url().replace('/story/', '/api/stories/'));
  const { words } = (await response.json()) as { words: { candidates: { probability: number }[] }[] };
  const sure = words.map(({ candidates: [first] }) => first?.probability ?? 1);
  return `#word-${sure.indexOf(Math.min(...sure))}`;
}

async function say(page: Page, line: string): Promise<void> {
  await page.locator('#line').fill(line);
  await page.locator('#line').press('Enter');
}

const executablePath = PLACES.find((path) => path !== '' && existsSync(path));
if (executablePath === undefined) throw new Error('There is no Chromium here: CHROMIUM_PATH must say where it is.');
mkdirSync(TARGET, { recursive: true });
const dataFolder = mkdtempSync(join(tmpdir(), 'fabulist-screenshots-'));
const config = loadConfig({ FABULIST_DATA: dataFolder, PORT: '0' });
const nothing = () => undefined;
const log = { error: console.error, warn: console.warn, info: nothing, debug: nothing };
const house = await assemble({ config, log, tell: nothing, waitForNative: 'long' });
const web = await openWeb(house, log, ASKER, config);
const browser = await chromium.launch({ executablePath, args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] });
try {
  await web.start();
  const { address } = web;
  await lookAt(browser, address, 'invitation', (page) => page.locator('.quill').waitFor());

  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: 'en-GB' });
  context.setDefaultTimeout(PATIENCE);
  const page = await context.newPage();
  await page.goto(address);
  await page.locator('.quill').click();
  await page.locator('.tale .told').waitFor();
  await learn(house);
  await say(page, '/story corpus:the-umbrella-mender a torn umbrella');
  await page.locator('.tale .told').nth(1).waitFor();
  await lookAt(browser, address, 'stories', (one) => one.locator('.tale .told').nth(1).waitFor());
  await lookAt(browser, address, 'library', async (one) => {
    await one.goto(`${address}/library`);
    await one.locator('.sparkline').waitFor();
  });
  await lookAt(browser, address, 'corpus', async (one) => {
    await one.goto(`${address}/library/evening%20tales`);
    await one.locator('.curve img').first().waitFor();
    await one.locator('.steps').waitFor();
  });
  await page.locator('.tale a', { hasText: 'Look inside' }).last().click();
  await page.locator('#word-4').waitFor();
  const inside = page.url();
  const word = await doubtful(page);
  await lookAt(browser, address, 'inside', async (one) => {
    await one.goto(inside);
    await one.locator(word).click();
    await one.locator('.candidates button').first().waitFor();
  });

  // A training on its way, which every look watches from its beginning.
  const watching = await Promise.all(LOOKS.map((look) => openLook(browser, address, look)));
  const [first] = watching;
  const text = ['the-umbrella-mender', 'belling-the-cat', 'der-kleine-leuchtturm', 'la-panadera-y-la-luna']
    .map((name) => readFileSync(join(PROJECT, 'corpora', `${name}.txt`), 'utf8'))
    .join('\n\n');
  await page.goto(address);
  await page.locator('#file').setInputFiles({ name: 'tales.txt', mimeType: 'text/plain', buffer: Buffer.from(text) });
  await page.locator('.staged li:not(.coming)').waitFor();
  await say(page, '/train corpus:tales');
  await first?.locator('.card.running .curve img').waitFor();
  if (first) await halfway(first);
  await Promise.all(watching.map((one, at) => shoot(one, `learning-${LOOKS[at]?.name}`)));
  await context.close();
  await house.storyteller.cancel(ASKER, 'tales').catch(nothing);
} finally {
  await browser.close();
  await web.stop();
  await house.close();
  rmSync(dataFolder, { recursive: true, force: true });
}
