import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '..');
const SOURCES = join(ROOT, 'src');

/** Imports run from the top floor down. The ground floor's rooms do not know each other. */
const FLOORS = ['cli', 'main', 'chat', 'story', 'training', 'language'];
const GROUND = ['library', 'engine', 'telemetry', 'config'];
/** What every floor stands on: it knows nothing of the house. */
const FOUNDATION = ['errors', 'fork-entry'];

/** Parts of the language, each of which knows those behind it and none before. What all share lies beside them. */
const CHAPTERS = ['telling', 'sequence', 'window', 'embedding', 'reading', 'text'];

/** Who may name classes behind an interface: those that construct. */
const CONSTRUCTORS = ['cli', 'main'];
/** A training runs in a process of its own, which opens its own library and engine. */
const TRAINER_PROCESS = 'training/trainer-process.ts';
const INTERFACES = ['Library', 'Trainer', 'Storyteller', 'ChatAdapter'];

/** Packages that one folder keeps to itself. */
const HOME_OF_PACKAGE: readonly (readonly [RegExp, string])[] = [
  [/^@tensorflow\//, 'engine/'],
  [/^discord\.js$|^@discordjs\//, 'chat/discord/'],
  [/^@slack\//, 'chat/slack/'],
  [/^echarts|^zrender|^@resvg\/|^@expo-google-fonts\//, 'chat/pictures/'],
  [/^@bufbuild\/|^crc-32/, 'training/tensorboard/'],
  [/^hono(\/|$)|^@hono\/|^lit-html/, 'chat/web/'],
  [/^commander$|^cli-progress$/, 'cli/'],
  [/^pg$/, 'library/postgres/'],
  [/^pg-boss$/, 'training/cluster/'],
  [/^prom-client$/, 'telemetry/'],
];

interface Import {
  readonly from: string;
  /** A path below src/ for the project's own modules, else the package's name as written. */
  readonly to: string;
  readonly own: boolean;
}

const files = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .sort();
const texts = new Map(files.map((path) => [path, readFileSync(join(SOURCES, path), 'utf8')]));
const imports = files.flatMap(importsOf);

/** Static and dynamic imports and re-exports, types included: a type is knowledge too. */
function importsOf(from: string): Import[] {
  const text = texts.get(from) ?? '';
  const found = text.matchAll(
    /^(?:import|export)\b[^'"();]*?['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]|\brequire\(\s*['"]([^'"]+)['"]/gms,
  );
  return [...found].map((match) => {
    const to = match[1] ?? match[2] ?? match[3] ?? '';
    const own = to.startsWith('.');
    return { from, to: own ? relative(SOURCES, resolve(SOURCES, dirname(from), to)) : to, own };
  });
}

function roomOf(path: string): string {
  return path.split('/')[0]?.replace(/\.ts$/, '') ?? '';
}

function mayImport(from: string, to: string): boolean {
  if (FOUNDATION.includes(from)) return false;
  if (from === to || FOUNDATION.includes(to)) return true;
  if (GROUND.includes(from)) return false;
  return GROUND.includes(to) || FLOORS.indexOf(to) > FLOORS.indexOf(from);
}

const show = ({ from, to }: Import) => `${from} -> ${to}`;

describe('the house', () => {
  it('has only the rooms of the design', () => {
    const rooms = new Set(files.map(roomOf));
    expect([...rooms].filter((room) => ![...FLOORS, ...GROUND, ...FOUNDATION].includes(room))).toEqual([]);
  });

  it('reads every import (a check of this test itself)', () => {
    const targets = imports.filter(({ from }) => from === 'cli/program.ts').map(({ to }) => to);
    expect(targets).toEqual(expect.arrayContaining(['commander', 'cli/story.ts', 'cli/session.ts', 'errors.ts']));
    expect(imports.filter(({ from, own }) => from === 'main.ts' && own).length).toBeGreaterThan(3);
    expect(imports.filter(({ own, to }) => own && !texts.has(to)).map(show)).toEqual([]);
  });

  it('imports from the top floor down', () => {
    const upward = imports.filter(({ from, to, own }) => own && !mayImport(roomOf(from), roomOf(to)));
    expect(upward.map(show)).toEqual([]);
  });

  it('reads the chapters of the language in their order', () => {
    const chapterOf = (path: string) => CHAPTERS.indexOf(/^language\/(\w+)\//.exec(path)?.[1] ?? '');
    const within = imports.filter(({ from, to }) => chapterOf(from) >= 0 && chapterOf(to) >= 0);
    expect(within.some(({ from, to }) => chapterOf(from) < chapterOf(to))).toBe(true);
    expect(within.filter(({ from, to }) => chapterOf(from) > chapterOf(to)).map(show)).toEqual([]);
    // The two kinds of model know nothing of each other.
    expect(within.filter(({ from, to }) => from.includes('/sequence/') && to.includes('/window/')).map(show)).toEqual(
      [],
    );
  });

  it('goes round in no circle', () => {
    expect(circles()).toEqual([]);
  });

  it('keeps each of these packages in one folder', () => {
    const strays = imports.filter(
      ({ from, to, own }) => !own && HOME_OF_PACKAGE.some(([name, home]) => name.test(to) && !from.startsWith(home)),
    );
    expect(strays.map(show)).toEqual([]);
  });

  it('names concrete libraries, trainers, storytellers and adapters only where things are put together', () => {
    const behindInterface = new RegExp(`\\bclass \\w+ implements [\\w, ]*\\b(${INTERFACES.join('|')})\\b`);
    const concrete = files.filter((path) => behindInterface.test(texts.get(path) ?? ''));
    expect(concrete.length).toBeGreaterThan(2);
    const strays = imports.filter(({ from, to, own }) => {
      if (!own || !concrete.includes(to) || CONSTRUCTORS.includes(roomOf(from))) return false;
      return from !== TRAINER_PROCESS && dirname(from) !== dirname(to);
    });
    expect(strays.map(show)).toEqual([]);
  });

  it('is built of files that can be read at one sitting', () => {
    const lines = files.map((path) => [path, (texts.get(path) ?? '').split('\n').length] as const);
    expect(lines.filter(([, count]) => count > 300)).toEqual([]);
  });
});

function circles(): string[] {
  const found: string[] = [];
  const done = new Set<string>();
  const visit = (path: string, trail: readonly string[]) => {
    if (trail.includes(path)) {
      found.push([...trail.slice(trail.indexOf(path)), path].join(' -> '));
      return;
    }
    if (done.has(path)) return;
    for (const { to } of imports.filter(({ from, own }) => own && from === path)) visit(to, [...trail, path]);
    done.add(path);
  };
  for (const path of files) visit(path, []);
  return found;
}
