import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ALICE, eventually, type OpenDiscord, openDiscord, settled } from './open-discord.ts';

const LIMIT = 1024 * 1024;

describe('a file handed over on Discord', () => {
  let discord: OpenDiscord;
  /** Requests that nobody should make. */
  let lured: string[];
  beforeEach(async () => {
    lured = [];
    discord = await openDiscord({ downloadTimeout: 300, maxUpload: LIMIT });
    discord.standIn.files.set('/lure', (response) => {
      lured.push('/lure');
      response.end('Long ago, the mice had a general council.');
    });
  });
  afterEach(async () => {
    await discord.close();
    expect(discord.standIn.objections).toEqual([]);
  });

  const serve = (answer: (response: ServerResponse) => void) => {
    discord.standIn.files.set('/file', answer);
    return `${discord.standIn.origin}/file`;
  };
  const hand = (url: string, size = 40) => {
    discord.alice.command('train', [], { id: '1', filename: 'fables.txt', url, size, content_type: 'text/plain' });
  };
  const refused = async (sentence: RegExp) => {
    await eventually(() => expect(discord.alice.sees()).toEqual([expect.stringMatching(sentence)]));
    const [message] = discord.alice.shown();
    expect(message?.onlyFor).toBe(ALICE.user);
    expect(message?.content).not.toMatch(/127\.0\.0\.1|node_modules|\n/);
    await settled();
    expect(discord.storyteller.calls).toEqual([]);
    expect(discord.said()).toEqual([]);
  };

  it.each([
    'https://example.org/fables.txt',
    'https://cdn.discordapp.com.example.org/fables.txt',
    'https://cdn.discordapp.com@127.0.0.1/fables.txt',
    'http://cdn.discordapp.com/fables.txt',
    'https://cdn.discordapp.com:8443/fables.txt',
    'http://localhost/lure',
    'http://[::1]/lure',
    'http://169.254.169.254/latest/meta-data',
    'file:///etc/passwd',
    'data:text/plain,x',
    '/lure',
    '',
  ])('is not fetched from %j', async (url) => {
    hand(url);
    await refused(/is not kept by Discord/);
  });

  it('is not fetched from another port of the machine', async () => {
    const other = new URL(discord.standIn.origin);
    other.port = String(Number(other.port) === 9 ? 10 : 9);
    hand(`${other.origin}/lure`);
    await refused(/is not kept by Discord/);
  });

  it('is not looked for where a redirect points', async () => {
    hand(serve((response) => response.writeHead(302, { location: '/lure' }).end()));
    await refused(/could not be fetched from Discord/);
    expect(lured).toEqual([]);
  });

  it('is refused by the size that is claimed, before it is fetched', async () => {
    hand(`${discord.standIn.origin}/lure`, LIMIT + 1);
    await refused(/is too large: at most 1 MB/);
    expect(lured).toEqual([]);
  });

  it('is refused as soon as too many bytes have come, whatever was claimed', async () => {
    let sent = 0;
    let closed = false;
    const url = serve((response) => {
      response.on('close', () => {
        closed = true;
      });
      const chunk = Buffer.alloc(64 * 1024, 'a ');
      const more = () => {
        while (sent < 50 * LIMIT && !closed) {
          sent += chunk.length;
          if (!response.write(chunk)) return void response.once('drain', more);
        }
        response.end();
      };
      more();
    });
    hand(url);
    await refused(/is too large: at most 1 MB/);
    await eventually(() => expect(closed).toBe(true));
    expect(sent).toBeLessThan(20 * LIMIT);
  });

  it('that stalls is given up', async () => {
    hand(serve((response) => void response.writeHead(200, { 'content-length': 40 }).write('Long ago')));
    await refused(/took too long/);
  });

  it('that never begins is given up', async () => {
    hand(serve(() => undefined));
    await refused(/took too long/);
  });

  it('that ends early is refused', async () => {
    hand(
      serve((response) => {
        response.writeHead(200, { 'content-length': 4_000 }).write('Long ago');
        setTimeout(() => response.destroy(), 20);
      }),
    );
    await refused(/could not be fetched/);
  });

  it.each([403, 404, 500])('that is answered with %i is refused', async (status) => {
    hand(serve((response) => response.writeHead(status).end('This content is no longer available.')));
    await refused(/could not be fetched/);
  });

  it('that is not among those sent along is refused', async () => {
    discord.alice.command('train', [{ name: 'file', type: 11, value: '77' }]);
    await refused(/I no longer know/);
  });

  it('arrives byte for byte, and without our token going out for it', async () => {
    const bytes = Buffer.from(Array.from({ length: 100_000 }, (_, at) => (at * 7) % 256));
    const tokens: unknown[] = [];
    const url = serve((response) => {
      tokens.push(response.req.headers.authorization);
      response.end(bytes);
    });
    hand(url, bytes.length);
    await eventually(() => expect(discord.storyteller.calls).toHaveLength(1));
    const [request] = discord.storyteller.calls[0]?.args ?? [];
    const { files } = request as { files: { fileName: string; bytes: Uint8Array }[] };
    expect(files).toHaveLength(1);
    expect(files[0]?.fileName).toBe('fables.txt');
    expect(Buffer.from(files[0]?.bytes ?? []).equals(bytes)).toBe(true);
    expect(tokens).toEqual([undefined]);
  });
});
