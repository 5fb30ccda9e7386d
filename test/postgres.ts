import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { freePort } from './free-port.ts';

/** A PostgreSQL of Debian's packages on a port of its own, loopback only, with its data in a temporary folder. */
export interface Postgres {
  readonly port: number;
  /** Address of a database of this server, which it makes where there is none of that name. */
  database(name: string): Promise<string>;
  /** As an operator would: running transactions are cut off. */
  restart(): void;
  /** All its processes are killed: nothing is put in order. */
  crash(): void;
  stop(): void;
  start(): void;
  /** Ends the server and removes its data. */
  remove(): void;
}

const DEBIAN = '/usr/lib/postgresql';
export const PASSWORD = 'a secret of the tests';

/** The folder of PostgreSQL's programs, of the newest version there is; undefined where there is none. */
export function postgresPrograms(): string | undefined {
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN) : [];
  const folders = versions.sort((a, b) => Number(b) - Number(a)).map((version) => join(DEBIAN, version, 'bin'));
  const found = folders.find((folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres')));
  if (!found) console.log('PostgreSQL is not installed (apt-get install postgresql): its tests are skipped.');
  return found;
}

/** settings: lines of postgresql.conf. */
export async function startPostgres(settings: readonly string[] = []): Promise<Postgres> {
  const programs = postgresPrograms();
  if (!programs) throw new Error('PostgreSQL is not installed.');
  const folder = mkdtempSync(join(tmpdir(), 'fabulist-postgres-'));
  const data = join(folder, 'data');
  // The server refuses to run as root.
  const isRoot = process.getuid?.() === 0;
  if (isRoot) execFileSync('chown', ['postgres', folder]);
  const run = (program: string, args: readonly string[]) => {
    const [command, ...before] = isRoot ? ['runuser', '-u', 'postgres', '--', program] : [program];
    const { status, stdout, stderr } = spawnSync(
      join(command === 'runuser' ? '' : programs, command as string),
      [...before.map((word) => (word === program ? join(programs, program) : word)), ...args],
      { encoding: 'utf8', cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] },
    );
    if (status !== 0) throw new Error(`${program} failed: ${stdout}${stderr}`);
  };
  const secret = join(folder, 'password');
  writeFileSync(secret, `${PASSWORD}\n`, { mode: 0o644 });
  const trust = ['--username', 'fabulist', '--pwfile', secret, '--auth', 'scram-sha-256'];
  run('initdb', ['--pgdata', data, '--encoding', 'UTF8', '--locale', 'C.UTF-8', '--no-sync', ...trust]);
  const port = await freePort();
  const conf = [
    `port = ${port}`,
    "listen_addresses = '127.0.0.1'",
    `unix_socket_directories = '${folder}'`,
    'shared_buffers = 32MB',
    // What it has written outlives it, however it ends: only a machine that loses its power would need more.
    'fsync = off',
    ...settings,
  ];
  writeFileSync(join(data, 'postgresql.conf'), conf.map((line) => `${line}\n`).join(''), { flag: 'a' });
  const log = ['--log', join(folder, 'server.log')];
  const start = () => run('pg_ctl', ['start', '--wait', '--pgdata', data, ...log]);
  const stop = (mode: string) => run('pg_ctl', ['stop', '--wait', '--pgdata', data, '--mode', mode]);
  start();
  const url = (name: string) => `postgres://fabulist:${encodeURIComponent(PASSWORD)}@127.0.0.1:${port}/${name}`;
  return {
    port,
    async database(name) {
      const client = new pg.Client({ connectionString: url('postgres') });
      await client.connect();
      const { rowCount } = await client.query('select from pg_database where datname = $1', [name]);
      if (rowCount === 0) await client.query(`create database "${name}"`);
      await client.end();
      return url(name);
    },
    restart() {
      stop('fast');
      start();
    },
    crash() {
      const [pid] = readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n');
      const children = spawnSync('pgrep', ['-P', pid ?? ''], { encoding: 'utf8' })
        .stdout.split('\n')
        .filter(Boolean);
      for (const one of [pid ?? '', ...children]) spawnSync('kill', ['-9', one]);
      // The processes are gone when they no longer hold the shared memory that a new server asks for.
      for (const one of [pid ?? '', ...children]) while (existsSync(`/proc/${one}/fd`)) spawnSync('sleep', ['0.02']);
      rmSync(join(data, 'postmaster.pid'), { force: true });
      start();
    },
    stop: () => stop('fast'),
    start,
    remove() {
      try {
        stop('immediate');
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    },
  };
}
