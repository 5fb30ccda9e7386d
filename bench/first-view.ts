/**
 * What the first view of the page takes, with nothing cached: the bytes of everything that it loads, and the milliseconds
 * from the first byte of the answer until the line can be typed in and the invitation be pressed. In Chromium, on loopback.
 * Run: npm run bench -- first-view   (about 15 s; CHROMIUM_PATH says where Chromium is, if not in the usual places)
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { loadConfig } from '../src/config.ts';
import { openWeb } from '../src/main/open-surfaces.ts';
import { assemble } from '../src/main.ts';
import type { Measurement } from './measurement.ts';

const ROUNDS = 9;
const PLACES = [
  process.env.CHROMIUM_PATH ?? '',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
];

/** Notes when the page can be used, by its own clock. */
const NOTE = `
  new MutationObserver((_, observer) => {
    if (!document.querySelector('#line') || !document.querySelector('.quill')) return;
    observer.disconnect();
    // After the task that drew it, which has put the listeners on.
    setTimeout(() => usable(performance.now()));
  }).observe(document, { subtree: true, childList: true });
`;

async function firstView(browser: Browser, address: string): Promise<{ bytes: number; milliseconds: number }> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  try {
    const page = await context.newPage();
    const usable = new Promise<number>((resolve) => page.exposeFunction('usable', resolve));
    await page.addInitScript({ content: NOTE });
    const network = await context.newCDPSession(page);
    await network.send('Network.enable');
    let bytes = 0;
    network.on('Network.loadingFinished', ({ encodedDataLength }) => {
      bytes += encodedDataLength;
    });
    await page.goto(address, { waitUntil: 'load' });
    const usableAt = await usable;
    const answeredAt = Number(await page.evaluate("performance.getEntriesByType('navigation')[0].responseStart"));
    return { bytes, milliseconds: usableAt - answeredAt };
  } finally {
    await context.close();
  }
}

async function measure(): Promise<Measurement[]> {
  const executablePath = PLACES.find((path) => path !== '' && existsSync(path));
  if (executablePath === undefined) throw new Error('There is no Chromium here: CHROMIUM_PATH must say where it is.');
  const dataFolder = mkdtempSync(join(tmpdir(), 'fabulist-bench-'));
  const config = loadConfig({ FABULIST_DATA: dataFolder, FABULIST_ENGINE: 'wasm', PORT: '0' });
  const nothing = () => undefined;
  const log = { error: nothing, warn: nothing, info: nothing, debug: nothing };
  const house = await assemble({ config, log, tell: nothing, waitForNative: 'long' });
  const page = await openWeb(house, log, { server: 'local', channel: 'page', user: 'local' }, config);
  const browser = await chromium.launch({ executablePath, args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] });
  try {
    await page.start();
    const views: { bytes: number; milliseconds: number }[] = [];
    for (let round = 0; round <= ROUNDS; round++) views.push(await firstView(browser, page.address));
    // The first one warms browser and server up.
    const measured = views.slice(1);
    const median = (values: number[]) => values.sort((one, other) => one - other)[values.length >> 1] as number;
    const alone = { peer: null, peerName: null, ratio: null };
    return [
      {
        name: 'first view of the page, transferred',
        ours: Number((median(measured.map(({ bytes }) => bytes)) / 1_000).toFixed(1)),
        unit: 'kB',
        ...alone,
      },
      {
        name: 'first view of the page, from the answer until it can be used, median',
        ours: Math.round(median(measured.map(({ milliseconds }) => milliseconds))),
        unit: 'ms',
        ...alone,
      },
    ];
  } finally {
    await browser.close();
    await page.stop();
    await house.close();
    rmSync(dataFolder, { recursive: true, force: true });
  }
}

console.log(JSON.stringify(await measure()));
