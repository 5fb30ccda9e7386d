import { afterEach, describe, expect, it, vi } from 'vitest';
import type { WebOptions } from '../../../src/chat/web/web-options.ts';
import { FabulistError } from '../../../src/errors.ts';
import { MemoryLibrary } from '../../../src/library/memory-library.ts';
import { FakeLog } from '../adapter-contract.ts';
import { FakeStoryteller } from '../fake-storyteller.ts';
import { eventually, openPage, pageOn } from './open-web.ts';
import { ask, own, until, wire } from './raw.ts';

type Open = Awaited<ReturnType<typeof openPage>>;

let opened: Open | undefined;

async function open(options: Partial<WebOptions> = {}): Promise<Open & { address: string; port: string }> {
  opened = await openPage(options);
  const address = opened.adapter.address.replace('localhost', '127.0.0.1');
  return { ...opened, address, port: new URL(address).port };
}

afterEach(async () => {
  await opened?.adapter.stop();
  opened = undefined;
});

describe('the page refuses', () => {
  it.each([
    ['evil.example', 403],
    ['evil.example:PORT', 403],
    ['localhost.evil.example:PORT', 403],
    ['127.0.0.1.evil.example', 403],
    ['192.168.1.7:PORT', 403],
    ['localhost@evil.example', 400],
    ['localhost:PORT', 200],
    ['LOCALHOST.:PORT', 200],
    ['127.0.0.1:PORT', 200],
    ['[::1]:PORT', 200],
  ])('a request for the host %s: %i', async (host, status) => {
    const { address, port } = await open();
    const { status: found } = await ask(address, '/', { headers: { Host: host.replace('PORT', port) } });
    expect(found).toBe(status);
  });

  it('a request that names no host', async () => {
    const { address } = await open();
    for (const request of ['GET / HTTP/1.1\r\nHost:\r\n\r\n', 'GET / HTTP/1.0\r\n\r\n']) {
      const socket = await wire(address);
      const answered = until(socket, '\r\n\r\n');
      socket.write(request);
      expect(await answered).toMatch(/^HTTP\/1\.1 40[03] /);
      socket.destroy();
    }
  });

  it.each([
    ['https://evil.example', 403],
    ['http://localhost:1', 403],
    ['http://127.0.0.1', 403],
    ['null', 403],
    ['file://', 403],
    ['http://127.0.0.1:PORT', 202],
  ])('what comes from %s: %i', async (origin, status) => {
    const { address, port, storyteller } = await open();
    const headers = { Origin: origin.replace('PORT', port), 'Content-Type': 'application/json' };
    const answer = await ask(address, '/api/say', { method: 'POST', headers, body: '{"line":"/accuracy"}' });
    expect(answer.status).toBe(status);
    expect((await ask(address, '/api/state', { headers: { Origin: headers.Origin } })).status).toBe(
      status === 202 ? 200 : 403,
    );
    expect(storyteller.calls).toHaveLength(status === 202 ? 1 : 0);
  });

  it('a change that does not say where it comes from', async () => {
    const { address } = await open();
    const body = '{"line":"/forget"}';
    expect((await ask(address, '/api/say', { method: 'POST', body })).status).toBe(403);
    // Even a browser that sends no Origin says that it is another site.
    const headers = { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'no-cors', 'Sec-Fetch-Dest': 'image' };
    expect((await ask(address, '/api/library/x/export', { headers })).status).toBe(403);
    const link = { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'document' };
    expect((await ask(address, '/', { headers: link })).status).toBe(200);
    const frame = { ...link, 'Sec-Fetch-Dest': 'iframe' };
    expect((await ask(address, '/', { headers: frame })).status).toBe(403);
  });

  it.each([
    '/page/../web-adapter.ts',
    '/page/..%2fweb-adapter.ts',
    '/page/%2e%2e/%2e%2e/%2e%2e/package.json',
    '/page/..\\..\\package.json',
    '/page//etc/passwd',
    '/page/lit/../../package.json',
    '/page/main.js%00.css',
    '/page/tsconfig.json',
    '/page/__proto__',
    '/../../../../etc/passwd',
    '/api/files/../../package.json',
    '/api/library/..%2f..%2fpackage.json/export',
    '/api/nothing',
  ])('to give anything for %s', async (path) => {
    const { address, said } = await open();
    const { status, text } = await ask(address, path);
    // The storyteller of the tests knows every corpus; what it hands out is three bytes.
    expect([400, 404, 410, 200]).toContain(status);
    if (status === 200) expect(text.length).toBeLessThanOrEqual(3);
    expect(text).not.toMatch(/import |"name"|root:/);
    expect(said()).toEqual([]);
  });

  it.each([
    ['/api/say', '{'],
    ['/api/say', '{"line":3}'],
    ['/api/say', '{"line":"  "}'],
    ['/api/press', '{"entry":1,"action":"format","target":"x"}'],
    ['/api/language', '{"language":"xx"}'],
    ['/api/library/x', '{"what":"explode"}'],
    ['/api/stories/x/branch', '{"at":-1,"symbol":""}'],
  ])('%s %s', async (path, body) => {
    const { address, storyteller, said } = await open();
    const headers = { Origin: address, 'Content-Type': 'application/json' };
    expect((await ask(address, path, { method: 'POST', headers, body })).status).toBe(400);
    expect([...storyteller.calls, ...said()]).toEqual([]);
  });

  it('a line as long as a book', async () => {
    const { address, said } = await open();
    const answer = await own(address, '/api/say', { line: 'x'.repeat(100_000) });
    expect(answer.status).toBe(413);
    expect(said()).toEqual([]);
  });
});

describe('every answer', () => {
  it.each(['/', '/library', '/story/x', '/page/main.js', '/api/state', '/page/none.js'])(
    '%s says what may be done with it',
    async (path) => {
      const { address } = await open();
      const { headers } = await ask(address, path);
      expect(headers['content-security-policy']).toMatch(
        /default-src 'none'; script-src 'self'; style-src 'self'; .*frame-ancestors 'none'/,
      );
      expect(headers['content-security-policy']).not.toMatch(/unsafe|https?:|data:|\*/);
      expect(headers['x-frame-options']).toBe('DENY');
      expect(headers['x-content-type-options']).toBe('nosniff');
      expect(headers['referrer-policy']).toBe('same-origin');
      expect(headers['cross-origin-resource-policy']).toBe('same-origin');
      expect(headers['access-control-allow-origin']).toBeUndefined();
    },
  );

  it('has nothing inline and names no other host', async () => {
    const { address } = await open({ password: 'a long password' });
    for (const path of ['/door', '/page/index.html', '/page/main.js', '/page/base.css']) {
      const { text } = await ask(address, path);
      expect(text).not.toMatch(/<script>|<style|style="|\son\w+="|javascript:/);
      expect(text.replaceAll('http://www.w3.org/2000/svg', '')).not.toMatch(/https?:\/\/(?!\$)/);
    }
  });
});

describe('an upload', () => {
  const headersOf = (address: string, length?: number) => ({
    Origin: address,
    'Content-Type': 'application/octet-stream',
    ...(length !== undefined && { 'Content-Length': String(length) }),
  });

  it('of a gigabyte is refused before it is sent', async () => {
    const { address, port } = await open();
    const socket = await wire(address);
    const answered = until(socket, 'MB, which is the most');
    socket.write(
      `POST /api/uploads?name=huge.txt HTTP/1.1\r\nHost: localhost:${port}\r\nOrigin: http://localhost:${port}\r\n` +
        `Content-Length: ${2 ** 30}\r\n\r\n`,
    );
    expect(await answered).toMatch(/^HTTP\/1\.1 413 /);
    socket.destroy();
    expect((await ask(address, '/')).status).toBe(200);
  });

  it('that does not say how long it is is left where it is too long', async () => {
    const { address, port, said } = await open();
    const socket = await wire(address);
    const answered = until(socket, 'MB, which is the most');
    socket.write(
      `POST /api/uploads?name=huge.txt HTTP/1.1\r\nHost: localhost:${port}\r\nOrigin: http://localhost:${port}\r\n` +
        'Transfer-Encoding: chunked\r\n\r\n',
    );
    const piece = `10000\r\n${'x'.repeat(0x10000)}\r\n`;
    let sent = 0;
    const pour = setInterval(() => {
      sent += piece.length;
      socket.write(piece);
    }, 1);
    try {
      expect(await answered).toMatch(/^HTTP\/1\.1 413 /);
    } finally {
      clearInterval(pour);
      socket.destroy();
    }
    // A gigabyte would have been 16,384 pieces.
    expect(sent).toBeLessThan(64 * 1024 * 1024);
    expect((await ask(address, '/')).status).toBe(200);
    expect(said()).toEqual([]);
  });

  it('that breaks off in the middle is nobody else’s trouble', async () => {
    const { address, port, said } = await open();
    const socket = await wire(address);
    socket.write(
      `POST /api/uploads?name=half.txt HTTP/1.1\r\nHost: localhost:${port}\r\nOrigin: http://localhost:${port}\r\n` +
        `Content-Length: 1000\r\n\r\nonce`,
    );
    socket.destroy();
    expect((await ask(address, '/')).status).toBe(200);
    expect(said()).toEqual([]);
  });

  it('is held until it is learned from, and then gone', async () => {
    const { address, storyteller } = await open();
    const headers = headersOf(address, 4);
    const { text } = await ask(address, '/api/uploads?name=a.txt', { method: 'POST', headers, body: 'once' });
    const { key } = JSON.parse(text);
    await own(address, '/api/say', { line: '/train corpus:a', uploads: [key] });
    await eventually(() => expect(storyteller.calls.map(({ method }) => method)).toEqual(['train']));
    await own(address, '/api/say', { line: '/train corpus:b', uploads: [key] });
    const state = await eventually(async () => {
      const found = JSON.parse((await ask(address, '/api/state')).text);
      expect(found.entries).toHaveLength(4);
      expect(found.entries[3].state).toBe('said');
      return found;
    });
    expect(state.entries[3].message.paragraphs[0][0].text).toMatch(/no longer at hand/);
    expect(storyteller.calls).toHaveLength(1);
  });
});

describe('many and slow readers', () => {
  it('500 open streams keep nobody from talking, and all are told', async () => {
    const { address, port } = await open();
    const sockets = await Promise.all(Array.from({ length: 500 }, () => wire(address)));
    const told = sockets.map((socket) => until(socket, 'council to consider'));
    for (const socket of sockets) socket.write(`GET /api/events HTTP/1.1\r\nHost: localhost:${port}\r\n\r\n`);
    expect((await own(address, '/api/say', { line: '/story had a general' })).status).toBe(202);
    const all = await Promise.all(told);
    expect(all.every((text) => text.startsWith('HTTP/1.1 200'))).toBe(true);
    for (const socket of sockets) socket.destroy();
    expect((await ask(address, '/')).status).toBe(200);
  });

  it('says that it is full where there are too many', async () => {
    const { address, port } = await open();
    const sockets = await Promise.all(Array.from({ length: 1_000 }, () => wire(address)));
    const open_ = sockets.map((socket) => until(socket, 'retry: 1000'));
    for (const socket of sockets) socket.write(`GET /api/events HTTP/1.1\r\nHost: localhost:${port}\r\n\r\n`);
    await Promise.all(open_);
    expect((await ask(address, '/api/events')).status).toBe(503);
    for (const socket of sockets) socket.destroy();
    // Those that went have left their places.
    await eventually(async () => {
      const socket = await wire(address);
      socket.write(`GET /api/events HTTP/1.1\r\nHost: localhost:${port}\r\n\r\n`);
      await until(socket, 'retry: 1000').finally(() => socket.destroy());
    });
  });

  it('one who does not read holds nothing up, and catches up later', async () => {
    const { address, port, storyteller } = await open();
    const slow = await wire(address);
    slow.write(`GET /api/events HTTP/1.1\r\nHost: localhost:${port}\r\n\r\n`);
    await until(slow, 'retry: 1000');
    slow.pause();
    const long = 'word '.repeat(20_000);
    storyteller.story = { ...storyteller.story, prose: { opening: 'long', continuation: long } };
    for (let told = 0; told < 60; told++) await own(address, '/api/say', { line: `/story ${told}` });
    const memory = process.memoryUsage().heapUsed;
    expect((await ask(address, '/')).status).toBe(200);
    expect(memory).toBeLessThan(1024 ** 3);
    const caught = until(slow, '/story 59');
    slow.resume();
    await caught;
    slow.destroy();
  });

  it('one who never ends a request holds nobody up', async () => {
    const { address } = await open();
    const sockets = await Promise.all(Array.from({ length: 50 }, () => wire(address)));
    for (const socket of sockets) socket.write('GET / HTTP/1.1\r\nHost: local');
    expect((await ask(address, '/')).status).toBe(200);
    for (const socket of sockets) socket.destroy();
  });
});

describe('with a password', () => {
  const form = (address: string, password: string) =>
    ask(address, '/door', {
      method: 'POST',
      headers: { Origin: address, 'Content-Type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ password }).toString(),
    });

  it('is required beyond loopback', () => {
    const on = (host: string) => pageOn(new FakeStoryteller(), new FakeLog(), { host });
    for (const host of ['0.0.0.0', '::', '192.168.1.7', 'stories.example.org']) {
      expect(() => on(host)).toThrowError(
        expect.objectContaining({ code: 'usage', message: expect.stringContaining('FABULIST_WEB_PASSWORD') }),
      );
    }
    expect(() => on('127.0.0.2')).not.toThrow(FabulistError);
  });

  it('shows nothing but the door, and lets in who knows it', async () => {
    const { address } = await open({ password: 'open sesame, please' });
    for (const path of ['/', '/library', '/story/x']) {
      const { status, headers } = await ask(address, path);
      expect([status, headers.location]).toEqual([303, '/door']);
    }
    for (const path of ['/api/state', '/api/events', '/api/library'])
      expect((await ask(address, path)).status).toBe(401);
    expect((await own(address, '/api/say', { line: '/forget' })).status).toBe(401);
    const wrong = await form(address, 'open sesame');
    expect([wrong.status, wrong.headers['set-cookie']]).toEqual([401, undefined]);
    expect(wrong.text).toContain('That is not the password.');
    const right = await form(address, 'open sesame, please');
    expect([right.status, right.headers.location]).toEqual([303, '/']);
    const [cookie = ''] = right.headers['set-cookie'] as string[];
    expect(cookie).toMatch(/HttpOnly/);
    expect(cookie).toMatch(/SameSite=Strict/);
    const session = cookie.split(';')[0] as string;
    expect((await ask(address, '/api/state', { headers: { Cookie: session } })).status).toBe(200);
    const forged = session.replace(/=\d/, (digits) => (digits === '=9' ? '=8' : '=9'));
    expect((await ask(address, '/api/state', { headers: { Cookie: forged } })).status).toBe(401);
  });

  it('is answered from other hosts only under names that are its own', async () => {
    const { address, port } = await open({ password: 'open sesame, please', names: ['tales.example.org'] });
    const statusOf = async (host: string) => (await ask(address, '/door', { headers: { Host: host } })).status;
    expect(await statusOf(`192.168.1.7:${port}`)).toBe(200);
    expect(await statusOf('tales.example.org')).toBe(200);
    expect(await statusOf('evil.example')).toBe(403);
  });

  it('is not guessed: ten wrong ones in a minute close the door, for the right one too', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    try {
      const { address } = await open({ password: 'open sesame, please' });
      const tried = await Promise.all(Array.from({ length: 14 }, (_, at) => form(address, `wrong ${at}`)));
      expect(tried.filter(({ status }) => status === 401)).toHaveLength(10);
      expect(tried.filter(({ status }) => status === 429)).toHaveLength(4);
      expect((await form(address, 'open sesame, please')).status).toBe(429);
      vi.setSystemTime(Date.now() + 61_000);
      expect((await form(address, 'open sesame, please')).status).toBe(303);
    } finally {
      vi.useRealTimers();
    }
  });

  it('keeps a session over a restart, until the password is changed', async () => {
    const kept = new MemoryLibrary();
    const again = await open({ password: 'open sesame, please', library: kept });
    const { headers } = await form(again.address, 'open sesame, please');
    const session = (headers['set-cookie'] as string[])[0]?.split(';')[0] as string;
    const stateOf = async (address: string) =>
      (await ask(address, '/api/state', { headers: { Cookie: session } })).status;
    expect(await stateOf(again.address)).toBe(200);
    await again.adapter.stop();
    const third = await open({ password: 'open sesame, please', library: kept });
    expect(await stateOf(third.address)).toBe(200);
    await third.adapter.stop();
    const changed = await open({ password: 'another password', library: kept });
    expect(await stateOf(changed.address)).toBe(401);
  });
});

describe('the port', () => {
  it('is the next free one where it is taken', async () => {
    const first = await open();
    const second = await openPage({ port: Number(first.port) });
    try {
      const port = Number(new URL(second.adapter.address).port);
      expect(port).toBeGreaterThan(Number(first.port));
      expect((await ask(second.adapter.address.replace('localhost', '127.0.0.1'), '/')).status).toBe(200);
    } finally {
      await second.adapter.stop();
    }
  });

  it('says in one sentence where the address is not this machine’s', async () => {
    await expect(openPage({ host: '203.0.113.7', password: 'open sesame, please' })).rejects.toThrowError(
      expect.objectContaining({ code: 'usage', message: expect.stringContaining('203.0.113.7') }),
    );
  });
});
