import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

/** Where Debian and others put it. */
const PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/opt/google/chrome/chrome',
];

/** A Chromium of this machine, or undefined: then what needs one is left out. */
export const CHROMIUM = [process.env.CHROMIUM_PATH ?? '', ...PLACES].find((path) => path !== '' && existsSync(path));

if (!CHROMIUM)
  console.warn('There is no Chromium here: the tests that need one are left out. CHROMIUM_PATH says where it is.');

let launched: Promise<Browser> | undefined;

/** The browser, opened once for all tests of a file. */
export function browser(): Promise<Browser> {
  launched ??= chromium.launch({
    ...(CHROMIUM && { executablePath: CHROMIUM }),
    // In a container there is no sandbox to be had, and root may not have one anywhere.
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
  });
  return launched;
}

export async function closeBrowser(): Promise<void> {
  await (await launched)?.close();
}
