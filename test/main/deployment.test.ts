/** What the Dockerfile, compose.yaml, deploy/ and the operator's guide name is what the program has. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { CONFIG_KEYS, loadConfig, PACKAGE_FOLDER } from '../../src/config.ts';
import { observe } from '../../src/main/observation.ts';
import { HealthServer } from '../../src/telemetry/health-server.ts';
import { Metrics } from '../../src/telemetry/metrics.ts';
import { run } from '../cli/fakes.ts';

/** A file without its comments, and without its lines' ends where they go on. */
const read = (name: string) =>
  readFileSync(join(PACKAGE_FOLDER, name), 'utf8')
    .replace(/^\s*#.*\n/gm, '')
    .replace(/\\\n\s*/g, ' ');
const all = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(([, found = '']) => found);
const pairs = (text: string, pattern: RegExp) =>
  Object.fromEntries([...text.matchAll(pattern)].map(([, key = '', value = '']) => [key, value.replaceAll('"', '')]));
/** The block below a line of YAML: all that is further in than the line itself. */
const below = (text: string, head: RegExp) => {
  const lines = text.split('\n');
  const at = lines.findIndex((line) => head.test(line));
  const depth = (line: string) => line.search(/\S/);
  const after = lines.slice(at + 1);
  const end = after.findIndex((line) => line.trim() !== '' && depth(line) <= depth(lines[at] ?? ''));
  if (at < 0) throw new Error(`There is no ${head}`);
  return after.slice(0, end < 0 ? undefined : end).join('\n');
};

const dockerfile = read('Dockerfile');
const compose = read('compose.yaml');
const kubernetes = read('deploy/fabulist.yaml');
const guide = readFileSync(join(PACKAGE_FOLDER, 'docs/operating.md'), 'utf8');

/** What the environment of a container of ours is, by where that is written. */
const environments: Record<string, Record<string, string>> = {
  Dockerfile: Object.fromEntries(
    all(dockerfile, /^ENV (.*)$/gm).flatMap((line) => Object.entries(pairs(line, /(\w+)=(\S+)/g))),
  ),
  'compose.yaml, bot': pairs(below(below(compose, /^ {2}bot:/), /environment:/), /^ +([A-Z_]+): (.*)$/gm),
  'compose.yaml, trainer': pairs(below(below(compose, /^ {2}trainer:/), /environment:/), /^ +([A-Z_]+): (.*)$/gm),
  'deploy, all': pairs(below(kubernetes, /^data:/), /^ +([A-Z_]+): (.*)$/gm),
  'deploy, trainer': pairs(kubernetes, /name: ([A-Z_]+), value: ([^ }]+)/g),
};

describe('what is deployed', () => {
  it.each(Object.entries(environments))('sets only what is read, to what it may be: %s', (_, environment) => {
    // Node reads NODE_ENV, and compose itself the password of its database.
    const { NODE_ENV: __, ...ours } = environment;
    expect(Object.keys(ours).length).toBeGreaterThan(0);
    expect(Object.keys(ours).filter((key) => !CONFIG_KEYS.includes(key))).toEqual([]);
    const filled = Object.entries(ours).map(([key, value]) => [
      key,
      value.replace(/\$\{POSTGRES_PASSWORD[^}]*\}/, 'x'),
    ]);
    expect(loadConfig(Object.fromEntries(filled))).toBeDefined();
  });

  it('is not emptied by a copy of .env.example, which Docker takes at its word', () => {
    const empty = all(read('.env.example'), /^([A-Z_]+)=$/gm);
    const hidden = Object.keys(environments.Dockerfile ?? {}).filter((key) => empty.includes(key));
    expect(hidden).toEqual(expect.arrayContaining(['FABULIST_CACHE', 'FABULIST_DATA']));
    for (const service of ['bot', 'trainer']) {
      // A trainer is given what the bot is, by an anchor, and more.
      const own = { ...environments['compose.yaml, bot'], ...environments[`compose.yaml, ${service}`] };
      for (const key of hidden) expect(own[key], `${service}, ${key}`).toBe(environments.Dockerfile?.[key]);
    }
  });

  it('has one port, one folder and one user everywhere', () => {
    const { METRICS_PORT: port = '', FABULIST_DATA: data = '' } = environments.Dockerfile ?? {};
    const others = Object.values(environments).flatMap(({ METRICS_PORT = port, FABULIST_DATA = data }) => [
      METRICS_PORT,
      FABULIST_DATA,
    ]);
    expect(new Set(others)).toEqual(new Set([port, data]));
    expect(all(kubernetes, /containerPort: (\d+)/g)).toEqual([port, port]);
    expect(all(kubernetes, /prometheus\.io\/port: "(\d+)"/g)).toEqual([port, port]);
    expect(all(dockerfile, /^VOLUME (.*)$/gm)).toEqual([data]);
    expect(all(compose, /-cache:(\/\w+)$/gm)).toEqual([data, data]);
    expect(all(kubernetes, /name: cache, mountPath: ([^ }]+)/g)).toEqual([data, data]);
    const [user = ''] = all(dockerfile, /^USER (\d+)$/gm);
    expect(all(dockerfile, /chown (\d+):\d+ \/data/g)).toEqual([user]);
    expect(all(kubernetes, /(?:runAsUser|fsGroup): (\d+)/g)).toEqual([user, user, user, user]);
    // Nothing else is written to, so that the rest may be read-only.
    expect(all(compose, /^ {2}read_only: (\w+)/gm)).toEqual(['true']);
    expect(all(kubernetes, /readOnlyRootFilesystem: (\w+)/g)).toEqual(['true', 'true']);
    expect(all(kubernetes, /name: tmp, mountPath: ([^ }]+)/g)).toEqual(['/tmp', '/tmp']);
    expect(below(compose, /^ {2}tmpfs:/).trim()).toBe('- /tmp');
  });

  it('runs commands that there are, from the file that is built', async () => {
    const texts = [dockerfile, compose, kubernetes];
    const commands = texts.flatMap((text) => all(text, /^\s*(?:CMD|command:|args:) \[("node", "dist.*)\]$/gm));
    expect(commands).toHaveLength(5);
    const { bin } = JSON.parse(readFileSync(join(PACKAGE_FOLDER, 'package.json'), 'utf8')) as {
      bin: { fabulist: string };
    };
    expect(existsSync(join(PACKAGE_FOLDER, bin.fabulist.replace('dist', 'src').replace(/js$/, 'ts')))).toBe(true);
    for (const command of commands) {
      const [node, file, name = '', ...rest] = JSON.parse(`[${command}]`) as string[];
      expect([node, file, rest]).toEqual(['node', bin.fabulist, []]);
      expect((await run([name, '--help'])).code).toBe(0);
    }
    for (const path of all(dockerfile, /^COPY (?!--from)(.*) \S+$/gm).flatMap((paths) => paths.split(' ')))
      expect(existsSync(join(PACKAGE_FOLDER, path.replace(/\/\*.*$/, ''))), path).toBe(true);
    for (const path of all(dockerfile, /node (?:--import tsx )?((?:src|scripts)\/\S+)/g))
      expect(existsSync(join(PACKAGE_FOLDER, path)), path).toBe(true);
  });

  it('has what the compiler leaves out, and all that the image is built from', () => {
    const { scripts } = JSON.parse(readFileSync(join(PACKAGE_FOLDER, 'package.json'), 'utf8')) as {
      scripts: { build: string };
    };
    const [script = ''] = all(scripts.build, /node (scripts\/\S+\.mjs)$/g);
    const folders = all(read(script), /'((?:\w+\/)+\w+)'/g);
    const sources = readdirSync(join(PACKAGE_FOLDER, 'src'), {
      recursive: true,
      encoding: 'utf8',
      withFileTypes: true,
    });
    const uncompiled = sources
      .filter((entry) => entry.isFile() && !entry.name.endsWith('.ts'))
      .map((entry) => relative(join(PACKAGE_FOLDER, 'src'), join(entry.parentPath, entry.name)));
    expect(uncompiled.length).toBeGreaterThan(5);
    expect(uncompiled.filter((path) => !folders.some((folder) => path.startsWith(`${folder}/`)))).toEqual([]);
    const copied = all(dockerfile, /^COPY (?!--from)(.*) \S+$/gm).flatMap((paths) => paths.split(' '));
    expect(copied).toContain(script);
    const sent = all(read('.dockerignore'), /^!(.*)$/gm);
    expect(copied.filter((path) => !sent.some((one) => path === one || path.startsWith(`${one}/`)))).toEqual([]);
  });

  it('asks for health where it is told', async () => {
    const paths = [
      ...all(dockerfile, /METRICS_PORT\}(\/\w+)/g),
      ...all(kubernetes, /httpGet: \{ path: (\/\w+), port: metrics/g),
      ...all(guide, /^\| `(\/\w+)` \|/gm),
    ];
    expect(paths.length).toBe(8);
    const server = new HealthServer({
      port: 0,
      host: '127.0.0.1',
      metrics: new Metrics(),
      ready: async () => undefined,
    });
    const port = await server.open();
    onTestFinished(() => server.close());
    for (const path of new Set(paths)) expect((await fetch(`http://127.0.0.1:${port}${path}`)).status, path).toBe(200);
  });

  it('is given longer to end than it takes at most', () => {
    const program = readFileSync(join(PACKAGE_FOLDER, 'src/cli/program.ts'), 'utf8');
    const [grace = ''] = all(program, /if \(database\) return ([\d_]+);/g);
    const seconds = [
      ...all(compose, /^ {2}stop_grace_period: (\d+)s/gm),
      ...all(kubernetes, /terminationGracePeriodSeconds: (\d+)/g),
      ...all(guide, /Give it (\d+) seconds/g),
    ].map(Number);
    expect(seconds).toHaveLength(4);
    expect(Math.min(...seconds)).toBeGreaterThan(Number(grace.replace('_', '')) / 1_000);
  });

  it('has a database as new as it must be', () => {
    const [oldest = ''] = all(guide, /PostgreSQL (\d+) or newer/g);
    expect(Number(all(compose, /image: postgres:(\d+)/g)[0])).toBeGreaterThanOrEqual(Number(oldest));
  });

  it('is described with the settings and the metrics that there are', async () => {
    const settings = all(guide, /`([A-Z][A-Z_]+)(?:=[^`]*)?`/g);
    expect(settings).toEqual(expect.arrayContaining(['DATABASE_URL', 'METRICS_PORT', 'QUOTA_WORDS']));
    // What a person who builds the image sets is in these files too.
    expect(settings.filter((name) => !CONFIG_KEYS.includes(name))).toEqual([]);
    const { metrics, close } = await observe(
      { port: 0, host: '127.0.0.1' },
      {
        ready: async () => undefined,
        trainings: () => ({ waiting: 1, running: 1 }),
        oldest: async () => 1,
        processes: async () => ({ chat: 1, trainer: 1 }),
      },
    );
    onTestFinished(close);
    const text = await metrics.text();
    const names = all(guide, /^\| `((?:fabulist|nodejs|process)_\w+)/gm);
    expect(names.length).toBeGreaterThan(5);
    for (const name of names) expect(text, name).toContain(name);
  });
});
