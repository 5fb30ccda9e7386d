/**
 * Carries out the steps of the Dockerfile without Docker, each stage in a folder of its own under a new temporary one, and
 * then has the program of the last stage tell a story, as an ordinary user and on the native engine; where this machine lets
 * us, also with a read-only root (read-only.ts).
 *
 *   node --import tsx scripts/image-steps.ts        (about three minutes; downloads TensorFlow once more, 274 MB)
 *
 * Left out: Debian's packages (they must be installed already), the base image, layers. A path of the image such as /data
 * becomes one in the stage's folder.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { canBeReadOnly, runReadOnly } from './read-only.ts';

const PROJECT = resolve(import.meta.dirname, '..');
/** The folders that the Dockerfile names from the root of the image. */
const IMAGE_PATHS = /(?<![\w.~-])\/(?=(?:app|data|opt\/fabulist)\b)/g;
/** The user `nobody`: it owns no file and has no home. */
const NOBODY = 65534;

interface Stage {
  readonly folder: string;
  workdir: string;
  readonly env: Record<string, string>;
  ordinaryUser: boolean;
}

const root = mkdtempSync(join(tmpdir(), 'fabulist-image-'));
const stages = new Map<string, Stage>();
let stage: Stage | undefined;

try {
  chmodSync(root, 0o755);
  for (const line of instructions()) carryOut(line);
  if (!stage?.ordinaryUser) throw new Error('The last stage does not name an ordinary user.');
  tellStory(stage);
  if (canBeReadOnly()) {
    const { folder, workdir, env } = stage;
    const data = env.FABULIST_DATA ?? '';
    await runReadOnly({ folder, workdir, data, env: environment(stage), user: NOBODY, healthCheck: healthCheck() });
  } else console.log('Without root and unshare, a read-only root was not tried.');
} finally {
  rmSync(root, { recursive: true, force: true });
}

function instructions(): string[] {
  const text = readFileSync(join(PROJECT, 'Dockerfile'), 'utf8');
  const lines = text
    .replace(/^#.*\n/gm, '')
    .replace(/\\\n/g, ' ')
    .split('\n');
  return lines.map((line) => line.trim()).filter((line) => line !== '');
}

/** What the image's own health check has Node do. */
function healthCheck(): string {
  const line = instructions().find((text) => text.startsWith('HEALTHCHECK ')) ?? '';
  const [, , code = ''] = JSON.parse(line.slice(line.indexOf('CMD ') + 4)) as string[];
  return code;
}

function carryOut(line: string): void {
  console.log(line);
  const [, word = '', rest = ''] = /^(\w+)\s+(.*)$/.exec(line) ?? [];
  if (word === 'FROM') {
    stage = newStage(rest);
    return;
  }
  if (!stage) throw new Error(`${word} stands before the first FROM.`);
  if (word === 'WORKDIR') {
    stage.workdir = inStage(stage, rest);
    mkdirSync(stage.workdir, { recursive: true });
  } else if (word === 'ENV') {
    for (const [, key = '', value = ''] of rest.matchAll(/(\w+)=(\S+)/g)) stage.env[key] = inStage(stage, value);
  } else if (word === 'COPY') copy(stage, rest);
  else if (word === 'RUN') run(stage, rest);
  else if (word === 'USER') stage.ordinaryUser = rest !== 'root';
  else if (!['VOLUME', 'HEALTHCHECK', 'CMD'].includes(word))
    throw new Error(`The instruction ${word} is not known to this script.`);
}

function newStage(rest: string): Stage {
  const [base = '', , name = 'final'] = rest.split(/\s+/);
  const folder = join(root, name);
  mkdirSync(folder);
  const from = stages.get(base);
  if (from) cpSync(from.folder, folder, { recursive: true, verbatimSymlinks: true });
  const workdir = from ? join(folder, from.workdir.slice(from.folder.length)) : folder;
  const made: Stage = { folder, workdir, env: { ...from?.env }, ordinaryUser: false };
  stages.set(name, made);
  return made;
}

function inStage({ folder }: Stage, text: string): string {
  return text.replace(IMAGE_PATHS, `${folder}/`);
}

function copy(to: Stage, rest: string): void {
  const words = rest.split(/\s+/);
  const from = words[0]?.startsWith('--from=') ? stages.get(words.shift()?.slice('--from='.length) ?? '') : undefined;
  const target = resolve(to.workdir, inStage(to, words.pop() ?? ''));
  const intoFolder = rest.endsWith('/');
  for (const word of words.flatMap(expanded)) {
    const source = from ? inStage(from, word) : join(PROJECT, word);
    // Docker copies the contents of a folder, and a file into a folder that is named with a slash at its end.
    const place = statSync(source).isFile() && intoFolder ? join(target, basename(source)) : target;
    cpSync(source, place, { recursive: true, verbatimSymlinks: true });
  }
}

/** `folder/*.ending` as the files of the project that it stands for. */
function expanded(path: string): string[] {
  const [, folder, ending = ''] = /^([^*]+)\/\*(\.\w+)$/.exec(path) ?? [];
  if (folder === undefined) return [path];
  const names = readdirSync(join(PROJECT, folder)).filter((name) => name.endsWith(ending));
  return names.map((name) => `${folder}/${name}`);
}

function run(where: Stage, command: string): void {
  if (command.startsWith('apt-get ')) return;
  // The story below gives the volume to the ordinary user of this machine.
  const script = inStage(where, command).replace(/ && chown \S+ \S+/, '');
  execFileSync('sh', ['-c', script], {
    cwd: where.workdir,
    env: environment(where),
    stdio: ['ignore', 'inherit', 'inherit'],
  });
}

/** Only what the image would have too: nothing of this project's settings may come in from outside. */
function environment(where: Stage): NodeJS.ProcessEnv {
  const { PATH, npm_config_cache } = process.env;
  return { PATH, HOME: process.env.HOME, ...(npm_config_cache && { npm_config_cache }), ...where.env };
}

function tellStory(where: Stage): void {
  const isRoot = process.getuid?.() === 0;
  const data = where.env.FABULIST_DATA ?? '';
  if (!existsSync(data)) throw new Error('The last stage makes no folder for its volume.');
  if (isRoot) chownSync(data, NOBODY, NOBODY);
  const program = (...args: string[]) =>
    spawnSync(process.execPath, ['dist/cli/index.js', ...args, '--json', '--engine', 'native'], {
      cwd: where.workdir,
      env: { ...environment(where), HOME: '/nonexistent' },
      ...(isRoot && { uid: NOBODY, gid: NOBODY }),
      stdio: ['ignore', 'pipe', 'inherit'],
      encoding: 'utf8',
    });
  const { status, stdout } = program('story', 'had', 'a', 'general');
  const story =
    status === 0 ? (JSON.parse(stdout) as { text: string; engine: string; continuation: string[] }) : undefined;
  if (story?.continuation.slice(0, 3).join(' ') !== 'council to consider')
    throw new Error(`The image told no story (exit code ${status}): ${stdout}`);
  const { engine } = JSON.parse(program('doctor').stdout) as {
    engine: { kernels: string | null; kernelsNote: string };
  };
  if (!engine.kernels)
    throw new Error(`The kernels that the image was built with are not used: ${engine.kernelsNote}.`);
  console.log(`\nThe image tells on ${story.engine}: ${story.text}`);
  for (const folder of ['opt/fabulist', 'app/node_modules', 'app/dist']) {
    console.log(`${String(megabytes(join(where.folder, folder))).padStart(5)} MB  ${folder}`);
  }
  console.log(`${String(megabytes(where.folder)).padStart(5)} MB  in all, besides the base image`);
}

function megabytes(folder: string): number {
  let bytes = 0;
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) bytes += statSync(join(entry.parentPath, entry.name)).size;
  }
  return Math.round(bytes / 1e6);
}
