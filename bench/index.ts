/**
 * Runs the benchmarks, one after the other, each in a process of its own, and prints what they measured as one table.
 *
 *   npm run bench [-- NAME...] [--json] [--rounds N] [--seconds N]
 *   npm run bench -- --profile          every operation of a warm step of the fable, with its milliseconds
 *   npm run bench -- --install-peers    PyTorch, TensorFlow and Keras to compare with, in a folder of their own
 *
 * All of them without a name; `--help` lists them with what they take. With --json, an array of { name, ours, peer,
 * peerName, unit, ratio }: a smaller ratio is better in all of them. A peer that is not installed is named as absent.
 * docs/performance.md explains the figures.
 */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Measurement } from './measurement.ts';
import { peersFolder } from './peers.ts';

export type { Measurement };

/** In the order of the table, each with its programs in this folder. */
const BENCHMARKS: Readonly<Record<string, { readonly files: readonly string[]; readonly about: string }>> = {
  fable: { files: ['fable'], about: 'learning the fable against PyTorch, Keras and tfjs-layers; 1 to 3 minutes' },
  article: { files: ['article'], about: "the article's loop, one window a step, against TensorFlow; a minute" },
  book: { files: ['book'], about: 'learning a book against PyTorch; 5 minutes, less with --seconds' },
  books: { files: ['books'], about: 'held-out perplexity of two books beside Kneser-Ney and PyTorch; 20 minutes' },
  words: { files: ['words'], about: 'training seconds a word of a text ten times as long; 1 minute' },
  telling: { files: ['telling'], about: 'stories against PyTorch' },
  service: { files: ['service'], about: 'stories asked of the service while it trains' },
  growth: {
    files: ['library-growth', 'many-corpora'],
    about: 'answers with 10,000 corpora against 10; a minute and a half',
  },
  'discord-acknowledgement': {
    files: ['discord-acknowledgement'],
    about: 'answering Discord while a book trains; a minute',
  },
  'slack-acknowledgement': { files: ['slack-acknowledgement'], about: 'answering Slack while a book trains; a minute' },
  'first-view': { files: ['first-view'], about: 'bytes and seconds until the page can be used; half a minute' },
  cluster: {
    files: ['cluster'],
    about: '200 trainings of 40 corpora while processes die; many minutes, only when named',
  },
  'cluster-limits': {
    files: ['cluster-limits'],
    about: 'what a database and a trainer of a cluster can do; a few minutes, only when named',
  },
  'event-loop': { files: ['event-loop'], about: 'delay of the chat process while a book trains; 45 s' },
};
/** Names by which benchmarks have been known. */
const ALSO: Readonly<Record<string, string>> = { 'library-growth': 'growth', 'many-corpora': 'growth' };

const LOADER = join(import.meta.dirname, '../scripts/typescript.mjs');
const programOf = (file: string) => join(import.meta.dirname, `${file}.ts`);
const node = (file: string, stdout: 'pipe' | 'inherit') =>
  execFileSync(process.execPath, ['--import', LOADER, programOf(file)], {
    encoding: 'utf8',
    stdio: ['ignore', stdout, 'inherit'],
    env: {
      ...process.env,
      ...(values.json && { BENCH_QUIET: '1' }),
      ...(values.rounds && { BENCH_ROUNDS: values.rounds }),
      ...(values.seconds && { BENCH_SECONDS: values.seconds }),
      ...(existsSync(peersFolder()) && { FABULIST_PEERS: peersFolder() }),
    },
  });

const { values, positionals } = parseArgs({
  options: {
    json: { type: 'boolean' },
    help: { type: 'boolean' },
    profile: { type: 'boolean' },
    'install-peers': { type: 'boolean' },
    rounds: { type: 'string' },
    seconds: { type: 'string' },
  },
  allowPositionals: true,
});
const known = Object.keys(BENCHMARKS).filter((name) =>
  BENCHMARKS[name]?.files.every((file) => existsSync(programOf(file))),
);
const asked = (positionals.length > 0 ? positionals : known.filter((name) => !name.startsWith('cluster'))).map(
  (name) => ALSO[name] ?? name,
);
const unknown = asked.find((name) => !known.includes(name));
if (unknown !== undefined) fail(`There is no benchmark ${unknown}; there are ${known.join(', ')}.`);
for (const option of ['rounds', 'seconds'] as const) {
  const value = values[option];
  if (value !== undefined && !(Number(value) >= 1)) fail(`--${option} must be a number of at least 1, not ${value}.`);
}

if (values.help) {
  for (const name of known) console.log(`${name.padEnd(12)} ${BENCHMARKS[name]?.about}`);
} else if (values['install-peers']) node('install-peers', 'inherit');
else if (values.profile) node('profile', 'inherit');
else measure();

function measure(): void {
  const load = () => loadavg()[0]?.toFixed(1);
  const before = load();
  const measured: Measurement[] = [];
  for (const name of asked) {
    if (!values.json) console.error(`Measuring ${name} ...`);
    for (const file of BENCHMARKS[name]?.files ?? [])
      measured.push(...(JSON.parse(node(file, 'pipe')) as Measurement[]));
  }
  const machine = `${cpus()[0]?.model ?? 'unknown processor'}, ${cpus().length} cores, Node ${process.version}`;
  const conditions = `${machine}, load ${before} before and ${load()} after`;
  if (values.json) {
    console.log(
      JSON.stringify(
        measured.map((row) => ({ ...row, conditions })),
        null,
        2,
      ),
    );
  } else {
    console.log(conditions);
    for (const line of table(measured)) console.log(line);
  }
}

function table(measured: readonly Measurement[]): string[] {
  const figure = (value: number | null, unit: string) => (value === null ? 'not reached' : `${value} ${unit}`);
  const rows = measured.map(({ name, ours, peer, peerName, unit, ratio, note }) => [
    name,
    figure(ours, unit),
    peerName ? (peer === null ? peerName : `${figure(peer, unit)} (${peerName})`) : '',
    ratio === null ? '' : String(ratio),
    note ?? '',
  ]);
  const all = [['what', 'ours', 'peer', 'ratio', ''], ...rows];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  return all.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

function fail(message: string): never {
  console.error(message);
  process.exit(2);
}
