import { afterAll, describe } from 'vitest';
import type { WebAdapter } from '../../../src/chat/web/web-adapter.ts';
import { type AdapterHarness, describeAdapter } from '../adapter-contract.ts';
import { CHROMIUM, closeBrowser } from './chromium.ts';
import { pageOn } from './open-web.ts';
import { Reader } from './reader.ts';

/** Those of the test before: they look at the page until it is over. */
const readers: Reader[] = [];

const harness: AdapterHarness = {
  edits: true,
  announces: true,
  async open(storyteller, log) {
    await Promise.all(readers.splice(0).map((reader) => reader.leave()));
    const pages: { readonly adapter: WebAdapter; readonly reader: Reader }[] = [];
    return {
      async join(asker) {
        const adapter = pageOn(storyteller, log, { asker });
        await adapter.start();
        const reader = await Reader.at(adapter.address);
        pages.push({ adapter, reader });
        readers.push(reader);
        return reader;
      },
      async announce(reportTo, message) {
        // Each page is one channel; the others refuse.
        const told = pages.map(({ adapter }) => adapter.announce(reportTo, message));
        await Promise.any(told).catch(({ errors }: AggregateError) => Promise.reject(errors[0]));
      },
      live: () => pages.flatMap(({ reader }) => reader.live()),
      async stop() {
        await Promise.all(pages.map(({ adapter }) => adapter.stop()));
      },
    };
  },
};

afterAll(closeBrowser);

describe.runIf(CHROMIUM)('in Chromium', () => describeAdapter('web', harness));
