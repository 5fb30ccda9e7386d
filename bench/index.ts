/**
 * Runs the benchmarks, one after the other, each in a process of its own, and prints what they measured.
 * Run: npm run bench [-- NAME...] [--json]   (names: event-loop, library-growth; about a minute in all)
 * With --json, an array of { name, ours, peer, peerName, unit, ratio }; smaller is better in all of them.
 */
import { execFileSync } from 'node:child_process';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

export interface Measurement {
  readonly name: string;
  readonly ours: number;
  /** What it is compared with, measured in the same run; null where the figure stands for itself. */
  readonly peer: number | null;
  readonly peerName: string | null;
  readonly unit: string;
  /** ours / peer. */
  readonly ratio: number | null;
}

const BENCHMARKS = ['event-loop', 'library-growth'];
/** Takes its time, so it is only run by name. */
const LONG = ['cluster', 'cluster-limits'];

const { values, positionals } = parseArgs({ options: { json: { type: 'boolean' } }, allowPositionals: true });
const unknown = positionals.find((name) => !BENCHMARKS.includes(name) && !LONG.includes(name));
if (unknown !== undefined) {
  console.error(`There is no benchmark ${unknown}; there are ${[...BENCHMARKS, ...LONG].join(', ')}.`);
  process.exit(2);
}

const measured: Measurement[] = [];
for (const name of positionals.length > 0 ? positionals : BENCHMARKS) {
  if (!values.json) console.error(`Measuring ${name} ...`);
  const loader = join(import.meta.dirname, '../scripts/typescript.mjs');
  const program = join(import.meta.dirname, `${name}.ts`);
  const printed = execFileSync(process.execPath, ['--import', loader, program], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  measured.push(...(JSON.parse(printed) as Measurement[]));
}

if (values.json) console.log(JSON.stringify(measured, null, 2));
else {
  console.log(`${cpus()[0]?.model ?? 'unknown processor'}, ${cpus().length} cores, Node ${process.version}`);
  const width = Math.max(...measured.map(({ name }) => name.length));
  for (const { name, ours, peer, peerName, unit, ratio } of measured) {
    const compared = peer === null ? '' : `   ${peerName}: ${peer} ${unit}   ratio ${ratio}`;
    console.log(`${name.padEnd(width)}   ${ours} ${unit}${compared}`);
  }
}
