import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ALICE, eventually, type OpenSlack, OURS, openSlack, settled, TOKEN } from './open-slack.ts';

const LIMIT = 1024 * 1024;

describe('a file handed over on Slack', () => {
  let slack: OpenSlack;
  /** Requests that nobody should make. */
  let lured: string[];
  beforeEach(async () => {
    lured = [];
    slack = await openSlack({ downloadTimeout: 300, maxUpload: LIMIT });
    slack.standIn.files.set('/lure', (response) => {
      lured.push('/lure');
      response.end('Long ago, the mice had a general council.');
    });
  });
  afterEach(async () => {
    await slack.close();
    expect(slack.standIn.objections).toEqual([]);
  });

  const serve = (answer: (response: ServerResponse, request: IncomingMessage) => void) => {
    slack.standIn.files.set('/file', answer);
    return `${slack.standIn.origin}/file`;
  };
  const hand = (url: string, more: object = {}) =>
    slack.alice.writes(`<@${OURS.us}>`, {
      attached: [{ id: 'F1', name: 'fables.txt', size: 40, url_private_download: url, ...more }],
    });
  const refused = async (sentence: RegExp) => {
    await eventually(() => expect(slack.alice.sees()).toEqual([expect.stringMatching(sentence)]));
    const [message] = slack.alice.shown();
    expect(message?.onlyFor).toBe(ALICE.user);
    expect(message?.text).not.toMatch(/127\.0\.0\.1|node_modules|\n/);
    await settled();
    expect(slack.storyteller.calls).toEqual([]);
    expect(slack.said()).toEqual([]);
  };

  it.each([
    'https://example.org/fables.txt',
    'https://files.slack.com/fables.txt',
    'https://files.slack.com.example.org/fables.txt',
    'https://files.slack.com@127.0.0.1/fables.txt',
    'http://localhost/lure',
    'http://[::1]/lure',
    'http://169.254.169.254/latest/meta-data',
    'file:///etc/passwd',
    'data:text/plain,x',
    '/lure',
  ])('is not fetched from %j', async (url) => {
    await hand(url);
    await refused(/is not kept by Slack/);
  });

  it('is not fetched from another port of the machine', async () => {
    const other = new URL(slack.standIn.origin);
    other.port = String(Number(other.port) === 9 ? 10 : 9);
    await hand(`${other.origin}/lure`);
    await refused(/is not kept by Slack/);
  });

  it('is not looked for where a redirect points, and our token does not go there', async () => {
    await hand(serve((response) => response.writeHead(302, { location: '/lure' }).end()));
    await refused(/could not be fetched from Slack/);
    expect(lured).toEqual([]);
  });

  it('is refused by the size that is claimed, before it is fetched', async () => {
    await hand(`${slack.standIn.origin}/lure`, { size: LIMIT + 1 });
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
    await hand(url);
    await refused(/is too large: at most 1 MB/);
    await eventually(() => expect(closed).toBe(true));
    expect(sent).toBeLessThan(20 * LIMIT);
  });

  it.each<[string, (response: ServerResponse) => void, RegExp]>([
    ['stalls', (response) => void response.writeHead(200, { 'content-length': 40 }).write('Long ago'), /took too long/],
    ['never begins', () => undefined, /took too long/],
    [
      'ends early',
      (response) => {
        response.writeHead(200, { 'content-length': 4_000 }).write('Long ago', () => response.destroy());
      },
      /could not be fetched/,
    ],
  ])('that %s is given up', async (_, answer, sentence) => {
    await hand(serve(answer));
    await refused(sentence);
  });

  it.each([403, 404, 500])('that is answered with %i is refused', async (status) => {
    await hand(serve((response) => response.writeHead(status).end('gone')));
    await refused(/could not be fetched/);
  });

  it.each(['fables.txt', 'fables.html'])('that is a page to log in at is told from a story (%s)', async (name) => {
    const page = '<!doctype html><title>Slack</title><h1>Sign in to your workspace</h1>';
    const url = serve((response) => response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(page));
    await hand(url, { name });
    await refused(/Slack does not let me read .*: the permission files:read is missing/);
  });

  it('that is a page of somebody’s own is taken', async () => {
    const url = serve((response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<p>Long ago</p>'));
    await hand(url, { name: 'story.html' });
    await eventually(() => expect(slack.storyteller.calls).toHaveLength(1));
  });

  it('from another organisation is described by files.info', async () => {
    const { standIn, storyteller } = slack;
    standIn.described.set('F1', {
      id: 'F1',
      name: 'shared.txt',
      size: 8,
      url_private_download: serve((r) => r.end('Long ago')),
    });
    await hand('', { url_private_download: undefined, name: undefined, file_access: 'check_file_info' });
    await eventually(() => expect(storyteller.calls).toHaveLength(1));
    expect(standIn.calls.map(({ method }) => method)).toContain('files.info');
  });

  it('from another organisation that files.info does not know is refused', async () => {
    await hand('', { url_private_download: undefined, file_access: 'check_file_info' });
    await refused(/could not be fetched/);
  });

  it('arrives byte for byte, with our token, by a form, by a mention and by the shortcut', async () => {
    const { alice, standIn, storyteller } = slack;
    const bytes = Buffer.from(Array.from({ length: 100_000 }, (_, at) => (at * 7) % 256));
    const tokens: unknown[] = [];
    await hand(
      serve((response, request) => {
        tokens.push(request.headers.authorization);
        response.end(bytes);
      }),
      { size: bytes.length },
    );
    await eventually(() => expect(storyteller.calls).toHaveLength(1));
    expect(tokens).toEqual([`Bearer ${TOKEN}`]);
    await alice.says('/train dogs', { fileName: 'two.txt', bytes });
    await eventually(() => expect(storyteller.calls).toHaveLength(2));
    await alice.usesShortcut([{ fileName: 'three.txt', bytes }]);
    await eventually(() => expect(storyteller.calls).toHaveLength(3));
    for (const { args } of storyteller.calls) {
      const [{ files }] = args as [{ files: { bytes: Uint8Array }[] }];
      expect(files).toHaveLength(1);
      expect(Buffer.from(files[0]?.bytes ?? []).equals(bytes)).toBe(true);
    }
    expect(storyteller.calls[1]?.args).toMatchObject([{ corpus: 'dogs', mode: 'append' }]);
    expect(standIn.views).toHaveLength(1);
  });

  it('that a message does not have is missed in one sentence', async () => {
    await slack.alice.usesShortcut([]);
    await refused(/There is no file on that message/);
  });
});
