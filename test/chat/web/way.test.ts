import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { browser, CHROMIUM, closeBrowser } from './chromium.ts';

const ROOT = resolve(import.meta.dirname, '../../..');
const MINUTES = 8 * 60_000;

let folder: string;
let server: ChildProcess | undefined;

/** The program as people start it, without a token; resolves to where it says that the page is. */
async function start(port: string): Promise<string> {
  const env = { ...process.env, FABULIST_DATA: folder, FABULIST_ENGINE: 'wasm', PORT: port, LOG_LEVEL: 'fatal' };
  const loader = join(ROOT, 'scripts/typescript.mjs');
  server = spawn(process.execPath, ['--import', loader, join(ROOT, 'src/cli/index.ts'), 'start'], {
    env: { ...env, DISCORD_TOKEN: '' },
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for await (const chunk of server.stderr as NodeJS.ReadableStream) {
    said += chunk;
    const [address] = said.match(/http:\/\/localhost:\d+/) ?? [];
    if (address) return address;
  }
  throw new Error(`It said: ${said}`);
}

async function end(signal: NodeJS.Signals): Promise<void> {
  const ending = server;
  server = undefined;
  if (!ending || ending.exitCode !== null) return;
  const ended = once(ending, 'exit');
  ending.kill(signal);
  await ended;
}

/** Drops a file on the page, as from a folder. */
async function drop(page: Page, name: string, text: string): Promise<void> {
  const data = await page.evaluateHandle(
    `(() => {
      const data = new DataTransfer();
      data.items.add(new File([${JSON.stringify(text)}], ${JSON.stringify(name)}, { type: 'text/plain' }));
      return data;
    })()`,
  );
  await page.dispatchEvent('body', 'dragover', { dataTransfer: data });
  await page.locator('.drop').waitFor();
  await page.dispatchEvent('body', 'drop', { dataTransfer: data });
}

/** Sentences enough for minutes of training, which is stopped long before its end. */
function book(): string {
  const who = ['the miller', 'a fox', 'the old queen', 'my brother', 'the baker', 'a stranger'];
  const did = ['walked to', 'dreamed of', 'painted', 'lost', 'sang about', 'bought'];
  const what = ['the river', 'a golden key', 'the winter', 'seven stones', 'his own shadow', 'the quiet town'];
  const lines = Array.from({ length: 2_000 }, (_, at) => {
    const [one, two, three] = [who[at % 6], did[(at * 5 + (at >> 2)) % 6], what[(at * 7 + (at >> 3)) % 6]];
    return `Once ${one} ${two} ${three}, and ${who[(at * 3 + 1) % 6]} laughed.`;
  });
  return lines.join(' ');
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fabulist-way-'));
});
afterEach(async () => {
  await end('SIGTERM');
  rmSync(folder, { recursive: true, force: true });
});
afterAll(closeBrowser);

describe.runIf(CHROMIUM)('the whole way of a newcomer', () => {
  it('from the first press to another way through a story, over a reload and a kill', {
    timeout: MINUTES,
  }, async () => {
    const address = await start('0');
    const context = await (await browser()).newContext({ locale: 'en-GB' });
    context.setDefaultTimeout(3 * 60_000);
    const page = await context.newPage();
    const problems: string[] = [];
    page.on('pageerror', (error) => problems.push(error.message));

    // The first press: the fable is learned before everybody's eyes, and told.
    await page.goto(address);
    await page.locator('.quill').click();
    const tale = page.locator('.tale .told').first();
    await tale.waitFor();
    expect(await tale.textContent()).toMatch(
      /^had a general council to consider what measures they could take to outwit their common enemy, the cat\. Some said this, and some said that but at last a young mouse got$/,
    );

    // A book is dropped, and watched.
    await drop(page, 'miller.txt', book());
    await page.locator('.staged li:not(.coming)', { hasText: 'miller.txt' }).waitFor();
    await page.getByRole('button', { name: 'Learn', exact: true }).click();
    const card = page.locator('.card.running');
    await card.locator('progress').waitFor();
    await card.getByText('Words guessed right').first().waitFor();
    await card.locator('.curve img').waitFor();

    // Reloaded in the middle of it, all is there; another tab is in step.
    await page.reload();
    await page.locator('.card.running progress').waitFor();
    expect(await tale.textContent()).toContain('council to consider');
    const other = await context.newPage();
    await other.goto(address);
    await other.locator('.card.running progress').waitFor();
    await other.locator('#line').fill('/corpora');
    await other.locator('#line').press('Enter');
    await page.locator('.content', { hasText: 'What I can tell from' }).waitFor();
    await other.close();

    // Killed and started again under the open page, the training goes on in its place.
    await end('SIGKILL');
    await page.locator('.notice', { hasText: 'The connection to Fabulist is lost' }).waitFor();
    expect(await start(new URL(address).port)).toBe(address);
    await page.locator('.notice:empty').waitFor({ state: 'attached' });
    await page.locator('.card.running progress').waitFor();
    expect(await page.locator('.card.running').count()).toBe(1);

    // Stopped, it keeps what it has learned.
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.locator('.content', { hasText: 'It was stopped early' }).waitFor();
    await page.locator('.card.ended .curve img').waitFor();
    expect(await page.locator('.card.ended .curve img').getAttribute('alt')).toMatch(/Of 100 words/);

    // A story from it, told on and taken back.
    await page.locator('#line').fill('/story corpus:miller Once the miller');
    await page.locator('#line').press('Enter');
    const story = page.locator('.tale').last();
    await page.locator('.tale .told', { hasText: 'Once the miller' }).waitFor();
    const told = (await story.locator('.told').textContent()) ?? '';
    await story.getByRole('button', { name: 'Continue' }).click();
    await story.getByRole('button', { name: 'Undo' }).waitFor();
    expect((await story.locator('.told').textContent())?.length).toBeGreaterThan(told.length);
    await story.getByRole('button', { name: 'Undo' }).click();
    await story.getByRole('button', { name: 'Undo' }).waitFor({ state: 'detached' });
    expect(await story.locator('.told').textContent()).toBe(told);

    // What else was likely, by the keyboard alone; another way, and back.
    await story.getByRole('link', { name: 'Look inside' }).click();
    await page.locator('#word-0').waitFor();
    expect(await page.locator('.words').textContent()).toContain(told.split(' ').slice(3, 8).join(' '));
    await page.locator('#word-0').focus();
    for (const key of ['ArrowRight', 'ArrowRight', 'ArrowLeft', 'Enter']) await page.keyboard.press(key);
    const choices = page.locator('.candidates button');
    await choices.first().waitFor();
    expect(await choices.count()).toBe(3);
    const first = page.url();
    const taken = await page.locator('.candidates button:focus .symbol').textContent();
    await page.keyboard.press('Enter');
    await page.locator('.word.turn').waitFor();
    expect(page.url()).not.toBe(first);
    expect(taken).toContain(await page.locator('.word.turn').textContent());
    await page.getByRole('link', { name: 'Back to how it went before' }).click();
    await page.locator('.branches a').waitFor();
    expect(page.url()).toBe(first);

    // How well it knows what it read.
    await page.getByRole('link', { name: 'Stories', exact: true }).click();
    await page.locator('.person', { hasText: 'What if' }).waitFor();
    await page.locator('#line').fill('/accuracy corpus:miller');
    await page.locator('#line').press('Enter');
    await page.locator('.content', { hasText: 'How well I know “miller”' }).waitFor();
    expect(problems).toEqual([]);
    await context.close();
  });
});
