import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { PostgresLibrary } from '../../../src/library/postgres/postgres-library.ts';
import { seeded } from '../../library/fixtures.ts';
import type { Postgres } from '../../postgres.ts';

const LOADER = new URL('../../../scripts/typescript.mjs', import.meta.url).href;

export interface ChaosOptions {
  readonly server: Postgres;
  readonly folders: { readonly dataFolder: string; readonly starterFolder: string };
  readonly corpora: number;
  /** Trainings of each corpus, one after the other. At most five, as no more versions are kept. */
  readonly rounds: number;
  readonly chats: number;
  readonly trainers: number;
  /** Milliseconds between two blows. */
  readonly every: number;
  /** Milliseconds for which a process is stopped; longer than the queue waits for a sign of life. */
  readonly stopped: number;
  readonly restarts: number;
  readonly seed: number;
  readonly options: object;
  /** Of the database. Default: chaos. */
  readonly name?: string;
  /** Is told how far it is, now and then. */
  readonly onLook?: (line: string) => void;
}

export interface ChaosResult {
  readonly trainings: number;
  /** Contents whose model was never added, or more than once. */
  readonly missing: number;
  readonly doubled: number;
  /** Models added by an attempt that did not own its training. */
  readonly stale: number;
  /** Moments at which two held the claim of one corpus. */
  readonly overlaps: number;
  /** Trainings told to have ended more than once. */
  readonly endedTwice: number;
  readonly kills: number;
  readonly stops: number;
  readonly restarts: number;
  /** Seconds from a blow to the next attempt, of every training that was taken over. */
  readonly takeovers: readonly number[];
  readonly seconds: number;
}

interface Member {
  readonly role: 'chat' | 'trainer';
  readonly process: ChildProcess;
  id: string;
  /** Whether it has said that it is at work. */
  ready: boolean;
  /** Stopped until it is told to go on. */
  stopped: boolean;
}

/** Notes in the database itself, so that no killed process can forget to say it. */
const WATCH = `
  create schema watch;
  create table watch.versions (corpus bigint, hash text, by_attempt text, owner text);
  create table watch.claims (corpus bigint, token uuid, what text, at timestamptz default clock_timestamp());
  create table watch.attempts (job uuid, attempt text, worker uuid, at timestamptz default clock_timestamp());
  create table watch.ends (job uuid);
  create function watch.version() returns trigger language plpgsql as $$ begin
    insert into watch.versions select new.corpus, new.corpus_hash,
      (select attempt from fabulist.claims where corpus = new.corpus),
      (select attempt from fabulist.trainings where corpus = new.corpus);
    return null; end $$;
  create function watch.claim() returns trigger language plpgsql as $$ begin
    if tg_op <> 'INSERT' and (tg_op = 'DELETE' or old.token <> new.token) then
      insert into watch.claims (corpus, token, what) values (old.corpus, old.token, 'end'); end if;
    if tg_op <> 'DELETE' and (tg_op = 'INSERT' or old.token <> new.token) then
      insert into watch.claims (corpus, token, what) values (new.corpus, new.token, 'begin'); end if;
    return null; end $$;
  create function watch.attempt() returns trigger language plpgsql as $$ begin
    insert into watch.attempts (job, attempt, worker) values (new.job, new.attempt, new.worker); return null; end $$;
  create function watch.ended() returns trigger language plpgsql as $$ begin
    insert into watch.ends values (new.job); return null; end $$;
  create trigger watch after insert on fabulist.versions for each row execute function watch.version();
  create trigger watch after insert or update or delete on fabulist.claims for each row execute function watch.claim();
  create trigger watch after update of attempt on fabulist.trainings for each row
    when (new.attempt is not null) execute function watch.attempt();
  create trigger watch after insert on fabulist.training_ends for each row execute function watch.ended();
`;

/**
 * Chat processes ask, trainers train, and every few seconds one of them is killed (and another started in its place) or
 * stopped for longer than it is believed to live, and now and then the database is restarted.
 */
export async function chaos(options: ChaosOptions): Promise<ChaosResult> {
  const { server, folders, seed, corpora, rounds, every } = options;
  const url = await server.database(options.name ?? 'chaos');
  const library = await PostgresLibrary.open({ url, ...folders, patience: 60_000 });
  await library.database.query(WATCH);
  const random = seeded(seed);
  const pick = <T>(things: readonly T[]): T => things[Math.floor(random() * things.length)] as T;
  const members: Member[] = [];
  const blows = new Map<string, number>();
  const counts = { kills: 0, stops: 0, restarts: 0 };
  let over = false;

  const start = async (role: Member['role']): Promise<void> => {
    const file = fileURLToPath(new URL(`${role}-child.ts`, import.meta.url));
    const child = fork(file, [JSON.stringify({ url, ...folders })], {
      execArgv: ['--import', LOADER],
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    const member: Member = { role, process: child, id: '', ready: false, stopped: false };
    members.push(member);
    child.setMaxListeners(0);
    // One that finds no database at its start ends, as it would under any supervisor, and is started again.
    child.once('exit', () => {
      members.splice(members.indexOf(member), 1);
      if (!over) void start(role);
    });
    const [message] = (await Promise.race([once(child, 'message'), once(child, 'exit')])) as [{ worker?: string }];
    member.id = message?.worker ?? '';
    member.ready = typeof message === 'object' && message !== null;
  };

  const blow = async (): Promise<void> => {
    const upright = members.filter(({ stopped, ready }) => ready && !stopped);
    const member = pick(upright);
    // On a machine that is slow to start processes, a blow waits until those before are overcome.
    if (member === undefined || upright.length < roles.length - 2) return;
    blows.set(member.id, Date.now());
    if (random() < 0.6) {
      counts.kills++;
      member.process.kill('SIGKILL');
      return;
    }
    counts.stops++;
    member.stopped = true;
    member.process.kill('SIGSTOP');
    void pause(options.stopped).then(() => {
      member.process.kill('SIGCONT');
      member.stopped = false;
    });
  };

  const begun = Date.now();
  const wanted: { name: string; hash: string }[] = [];
  const roles = [...Array(options.chats).fill('chat'), ...Array(options.trainers).fill('trainer')] as Member['role'][];
  await Promise.all(roles.map(start));

  /** Asks until a chat process has acknowledged it, then waits for the model. */
  const work = async (name: string): Promise<void> => {
    for (let round = 1; round <= rounds; round++) {
      const text = `${name} went to the mill . the mill was old and the miller was ${round} years old . ${name} sang .`;
      const hash = await asked(name, text);
      wanted.push({ name, hash });
      const learned = async () => {
        const { versions } = await library.versions({ server: `server ${name.length}`, name });
        return versions.some(({ corpusHash }) => corpusHash === hash);
      };
      while (!(await learned())) await pause(250);
    }
  };
  const asked = async (name: string, text: string): Promise<string> => {
    for (;;) {
      const chat = pick(members.filter(({ role, stopped }) => role === 'chat' && !stopped))?.process;
      const answer = chat && (await ask(chat, { name, text, options: options.options }));
      if (answer !== undefined) return answer;
      await pause(250);
    }
  };

  const looking = setInterval(() => {
    const upright = members.filter(({ stopped, ready }) => ready && !stopped).length;
    options.onLook?.(
      `${wanted.length} of ${corpora * rounds} asked for, ${upright} of ${roles.length} upright, ` +
        `${counts.kills} killed, ${counts.stops} stopped, ${counts.restarts} restarts`,
    );
  }, 10_000);
  const striking = (async () => {
    const restartAt = Array.from({ length: options.restarts }, (_, index) => 3 * (index + 1));
    for (let turn = 1; !over; turn++) {
      await pause(every);
      if (over) return;
      if (restartAt.includes(turn)) {
        counts.restarts++;
        server.restart();
      } else await blow();
    }
  })();
  await Promise.all(Array.from({ length: corpora }, (_, index) => work(`corpus ${index}`)));
  const seconds = (Date.now() - begun) / 1_000;
  over = true;
  clearInterval(looking);
  await striking;
  for (const { process: child } of members) child.kill('SIGCONT');
  // Their children end by themselves, when they notice.
  for (const { process: child } of [...members]) child.kill('SIGKILL');

  const { database } = library;
  const versions = await database.query<{ hash: string; by_attempt: string | null; owner: string | null }>(
    'select hash, by_attempt, owner from watch.versions',
  );
  const madeOf = (hash: string) => versions.filter((version) => version.hash === hash).length;
  const claims = await database.query<{ corpus: string; token: string; what: string }>(
    'select corpus, token, what from watch.claims order by at',
  );
  const attempts = await database.query<{ job: string; attempt: string; worker: string; at: Date }>(
    'select job, attempt, worker, at from watch.attempts order by at',
  );
  const [ends] = await database.query<{ twice: string }>(
    'select count(*) - count(distinct job) as twice from watch.ends',
  );
  await library.close();
  return {
    trainings: wanted.length,
    missing: wanted.filter(({ hash }) => madeOf(hash) === 0).length,
    doubled: wanted.filter(({ hash }) => madeOf(hash) > 1).length,
    stale: versions.filter(({ by_attempt: by, owner }) => by === null || by !== owner).length,
    overlaps: overlapsOf(claims),
    endedTwice: Number(ends?.twice),
    ...counts,
    takeovers: takeoversOf(attempts, blows),
    seconds,
  };
}

/** Undefined where the process was killed or stopped before it answered. */
async function ask(chat: ChildProcess, message: { name: string; text: string; options: object }) {
  return await new Promise<string | undefined>((resolve) => {
    const done = (hash?: string) => {
      clearTimeout(timer);
      chat.off('message', hear);
      chat.off('exit', gone);
      resolve(hash);
    };
    const hear = (answer: { asked?: string; hash?: string }) => {
      if (answer.asked === message.name) done(answer.hash);
    };
    const gone = () => done();
    const timer = setTimeout(gone, 5_000);
    chat.on('message', hear);
    chat.once('exit', gone);
    if (chat.connected) chat.send(message, (error) => error && gone());
    else gone();
  });
}

function overlapsOf(claims: readonly { corpus: string; token: string; what: string }[]): number {
  const held = new Map<string, Set<string>>();
  let overlaps = 0;
  for (const { corpus, token, what } of claims) {
    const holders = held.get(corpus) ?? new Set();
    held.set(corpus, holders);
    if (what === 'end') holders.delete(token);
    else if (holders.add(token).size > 1) overlaps++;
  }
  return overlaps;
}

/** Seconds from the blow on the process that made an attempt to the beginning of the next one. */
function takeoversOf(
  attempts: readonly { job: string; worker: string; at: Date }[],
  blows: ReadonlyMap<string, number>,
): number[] {
  const latest = new Map<string, (typeof attempts)[number]>();
  const takeovers: number[] = [];
  for (const attempt of attempts) {
    const before = latest.get(attempt.job);
    const blow = before ? blows.get(before.worker) : undefined;
    if (before && blow !== undefined && blow > before.at.getTime() && blow < attempt.at.getTime())
      takeovers.push((attempt.at.getTime() - blow) / 1_000);
    latest.set(attempt.job, attempt);
  }
  return takeovers;
}

export function chaosLine({ takeovers, ...rest }: ChaosResult): string {
  const sorted = [...takeovers].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor((sorted.length - 1) * share)]?.toFixed(1) ?? '-';
  const { trainings, missing, doubled, stale, overlaps, endedTwice, kills, stops, restarts, seconds } = rest;
  return (
    `${trainings} trainings in ${seconds.toFixed(0)} s: ${missing} missing, ${doubled} doubled, ${endedTwice} ended twice, ` +
    `${stale} stale models, ${overlaps} overlaps; ${kills} killed, ${stops} stopped, database restarted ${restarts} times; ` +
    `${sorted.length} taken over, after ${at(0)} s at best, ${at(0.5)} s in the middle, ${at(1)} s at worst`
  );
}
