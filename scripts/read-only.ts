/**
 * Runs what image-steps.ts has built as a container with a read-only root would: in a mount namespace in which only the folder
 * of the volume and a temporary folder can be written to, as an ordinary user. Needs root and unshare(1); says so where that
 * is not to be had.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { PostgresLibrary } from '../src/library/postgres/postgres-library.ts';
import { postgresPrograms, startPostgres } from '../test/postgres.ts';

export interface Image {
  /** Where the root of the image is. */
  readonly folder: string;
  readonly workdir: string;
  readonly data: string;
  readonly env: NodeJS.ProcessEnv;
  /** User and group of the process. */
  readonly user: number;
  /** The code that the image's health check gives to Node. */
  readonly healthCheck: string;
}

const METRICS_PORT = '29464';

/** Everything is read-only but the two folders; then the command, as the user. The write that must fail is tried as root. */
const SCRIPT = `
set -e
mount --make-rprivate /
mount --bind "$DATA" "$DATA"
mount -t tmpfs -o mode=1777 tmpfs "$TEMPORARY"
mount -o remount,bind,ro /
if touch "$FOLDER/app/written" 2>/dev/null; then echo "The root can be written to."; exit 99; fi
cd "$WORKDIR"
exec setpriv --reuid "$ID" --regid "$ID" --clear-groups --no-new-privs --inh-caps=-all --bounding-set=-all -- "$@"
`;

/** Whether this machine lets us make a root read-only. */
export function canBeReadOnly(): boolean {
  return process.getuid?.() === 0 && spawnSync('unshare', ['--mount', 'mount', '--make-rprivate', '/']).status === 0;
}

/** Throws where something does not run so. */
export async function runReadOnly(image: Image): Promise<void> {
  mkdirSync(join(image.folder, 'tmp'), { recursive: true });
  const story = await ended(program(image, ['story', 'had', 'a', 'general', '--words', '8', '--engine', 'native']));
  if (story.code !== 0) throw new Error(`With a read-only root, no story is told: ${story.said}`);
  console.log(`With a read-only root it tells: ${story.out.trim()}`);
  await stays(image, 'start', {}, 'Fabulist is at ');
  if (postgresPrograms()) await inCluster(image);
  else console.log('PostgreSQL is not installed, so trainer was not run with a read-only root.');
}

/** A bot and a trainer of a cluster, which makes a training, all with a read-only root. */
async function inCluster(image: Image): Promise<void> {
  const server = await startPostgres();
  try {
    const DATABASE_URL = await server.database('image');
    await stays(image, 'start', { DATABASE_URL }, 'Fabulist is at ');
    const folders = { dataFolder: image.data, starterFolder: join(image.workdir, 'corpora') };
    const library = await PostgresLibrary.open({ url: DATABASE_URL, ...folders });
    try {
      const text =
        'The cat sat on the mat, and the rat sat on the cat, and the mat lay flat on the floor of the house.';
      const story = { fileName: 'cat.txt', by: 'image', encoding: 'utf-8', bytes: text.length, text };
      const { corpus } = await library.addStories({ server: 'image', name: 'cat' }, [story], 'append');
      // What nobody has asked for within a minute, a trainer that starts takes up by itself.
      await library.database.query("update fabulist.corpora set changed_at = now() - interval '2 minutes'");
      await stays(image, 'trainer', { DATABASE_URL }, 'Fabulist trains', async () => {
        while ((await library.versions(corpus)).versions.length === 0) await pause(200);
      });
    } finally {
      await library.close();
    }
  } finally {
    server.remove();
  }
}

/** Starts a process that stays, asks for its health as the image does, and ends it. */
async function stays(
  image: Image,
  command: string,
  more: Record<string, string>,
  says: string,
  work: () => Promise<void> = async () => undefined,
): Promise<void> {
  const child = program(image, [command], { ...more, METRICS_PORT, PORT: '0' });
  const end = ended(child);
  const failed = end.then(({ code, said }) => {
    throw new Error(`With a read-only root, ${command} ended with ${code}: ${said}`);
  });
  failed.catch(() => undefined);
  await Promise.race([failed, heard(child, says)]);
  const health = spawnSync(process.execPath, ['-e', image.healthCheck], { env: { ...process.env, METRICS_PORT } });
  if (health.status !== 0) throw new Error(`With a read-only root, ${command} is not healthy.`);
  await Promise.race([failed, work()]);
  child.kill('SIGTERM');
  const { code, said } = await end;
  if (code !== 143 || /EROFS|EACCES|read-only/i.test(said)) throw new Error(`${command} ended with ${code}: ${said}`);
  console.log(`With a read-only root, ${command} runs, is healthy, does its work and ends.`);
}

function program(image: Image, args: readonly string[], more: Record<string, string> = {}): ChildProcess {
  const { folder, workdir, data, user, env } = image;
  const temporary = join(folder, 'tmp');
  const settings = { DATA: data, TEMPORARY: temporary, FOLDER: folder, WORKDIR: workdir, ID: String(user) };
  return spawn('unshare', ['--mount', 'sh', '-c', SCRIPT, 'sh', process.execPath, 'dist/cli/index.js', ...args], {
    env: { ...env, ...settings, ...more, HOME: '/nonexistent', TMPDIR: temporary },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

async function heard(child: ChildProcess, text: string): Promise<void> {
  let all = '';
  await new Promise<void>((resolve) => {
    child.stderr?.on('data', (bytes: Buffer) => {
      all += bytes.toString();
      if (all.includes(text)) resolve();
    });
  });
}

async function ended(child: ChildProcess): Promise<{ code: number | null; out: string; said: string }> {
  let [out, said] = ['', ''];
  child.stdout?.on('data', (bytes: Buffer) => {
    out += bytes.toString();
  });
  child.stderr?.on('data', (bytes: Buffer) => {
    said += bytes.toString();
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, out, said };
}
