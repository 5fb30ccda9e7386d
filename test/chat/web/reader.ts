import type { BrowserContext, Page } from 'playwright-core';
import type { ActionName } from '../../../src/chat/commands.ts';
import type { Person } from '../adapter-contract.ts';
import { browser } from './chromium.ts';

/** What may stand in a message; told text that became anything else would act. */
const KNOWN =
  'p, span, strong, em, code, section, h2, dl, dt, dd, div, progress, figure, figcaption, blockquote, picture, source, img, i, ' +
  'button.command, button.button';

/** Tells, at every change of the page, what stands in the messages and what in them acts. */
const LOOK = `
  new MutationObserver(() => {
    const messages = [...document.querySelectorAll('.fabulist .content')];
    const acting = messages.flatMap((message) => [...message.querySelectorAll('*')]).filter((one) => !one.matches('${KNOWN}'));
    const texts = messages.map((message) => message.innerText);
    const marks = texts.flatMap((text) => text.match(/[\\p{Cc}\\u202a-\\u202e]/gu) ?? []).filter((mark) => !/[\\n\\t]/.test(mark));
    told(texts, [...acting.map((one) => one.outerHTML), ...marks]);
  }).observe(document, { subtree: true, childList: true, characterData: true });
`;

/** Somebody who reads the page in Chromium. */
export class Reader implements Person {
  readonly page: Page;
  #seen: string[] = [];
  #live: string[] = [];

  private constructor(page: Page) {
    this.page = page;
  }

  static async at(address: string, context?: BrowserContext): Promise<Reader> {
    const own = context ?? (await (await browser()).newContext({ locale: 'en-GB' }));
    const page = await own.newPage();
    const reader = new Reader(page);
    await page.exposeFunction('told', (seen: string[], live: string[]) => {
      reader.#seen = seen;
      reader.#live.push(...live);
    });
    // What is offered while a line is typed asks the storyteller too; it has tests of its own.
    await page.route('**/api/suggestions?*', (route) => route.fulfill({ json: [] }));
    await page.addInitScript({ content: LOOK });
    await page.goto(address);
    await page.locator('#line').waitFor();
    return reader;
  }

  async says(line: string, file?: { readonly fileName: string; readonly bytes: Uint8Array }): Promise<void> {
    if (file) {
      const { fileName: name, bytes } = file;
      await this.page.locator('#file').setInputFiles({ name, mimeType: 'text/plain', buffer: Buffer.from(bytes) });
      await this.page.locator('.staged li:not(.coming)').waitFor();
    }
    await this.page.locator('#line').fill(line);
    await this.page.locator('#line').press('Enter');
  }

  async presses(action: ActionName): Promise<void> {
    await this.page.locator(`[data-action=${action}]`).last().click();
  }

  sees(): string[] {
    return this.#seen;
  }

  /** What acted, of all that was ever shown. */
  live(): string[] {
    return this.#live;
  }

  async leave(): Promise<void> {
    await this.page.context().close();
  }
}
