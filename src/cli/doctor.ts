import { realpathSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Command } from 'commander';
import { isLoopback } from '../chat/web/hosts.ts';
import { CONFIG_KEYS, readDotenv } from '../config.ts';
import { sentenceFor } from '../errors.ts';
import { examineFolder, type Folder } from './folders.ts';
import { harmless, named } from './for-people.ts';
import { installEngine } from './install-engine.ts';
import { table } from './output.ts';
import { ASKER, type OpenSession, type Session } from './session.ts';

/** What joins the platforms, and what reads what is kept encrypted. */
const TOKENS = [
  'DISCORD_TOKEN',
  'SLACK_BOT_TOKEN',
  'SLACK_APP_TOKEN',
  'SLACK_SIGNING_SECRET',
  'SLACK_CLIENT_ID',
  'SLACK_CLIENT_SECRET',
  'FABULIST_SECRET',
  'FABULIST_WEB_PASSWORD',
] as const;
type Token = (typeof TOKENS)[number];

interface Findings {
  readonly node: string;
  readonly engine: {
    /** What was asked for. */
    readonly choice: string;
    /** What computes; null where what was asked for cannot be had. */
    readonly used: string | null;
    readonly description: string | null;
    /** Why not the faster one, or null. */
    readonly note: string | null;
    readonly native: string;
    /** Where the native engine is; null where it is not. */
    readonly folder: string | null;
    /** The addon with our own kernels for this processor; null where it is not. */
    readonly kernels: string | null;
    /** Why there are none and what to do, or null. */
    readonly kernelsNote: string | null;
  };
  /** Which are set, never what they are. */
  readonly tokens: Readonly<Record<Token, boolean>>;
  /** Where the page is opened, and whether a password is missing there. */
  readonly page: { readonly host: string; readonly port: number; readonly problem: string | null };
  readonly folders: { readonly data: Folder; readonly cache: Folder };
  /** Keys of `.env` that nothing here reads: misspelled, or another program's. */
  readonly unread: readonly string[];
  /** Null where the data folder cannot be looked into. */
  readonly stale: readonly string[] | null;
}

export function addDoctor(program: Command, open: OpenSession): void {
  program
    .command('doctor')
    .description('which engine computes and why, what is writable, what is stale')
    .option('--install', 'install the native engine first')
    .action(async (options: { install?: boolean }, command: Command) => {
      const session = open(command);
      if (options.install) await install(session);
      const findings = await examine(session);
      session.output.result(findings, () => lines(findings));
    });
}

async function install(session: Session): Promise<void> {
  const { findNative } = await import('../engine/native/find-native.ts');
  const { findKernels } = await import('../engine/native/find-kernels.ts');
  const before = await findNative();
  const hadKernels = findKernels() !== null;
  // Also where it is there already: then this checkout is shown where.
  await installEngine(session, true);
  const { kernels, kernelsNote } = await kernelFindings();
  const { output } = session;
  if (before.state !== 'ready') output.note('The native engine is installed.');
  else if (kernels && !hadKernels) output.note('The native engine is installed already; its kernels are built now.');
  else output.note(`The native engine is installed already${kernelsNote ? '.' : ': nothing was to be done.'}`);
  if (kernelsNote) output.note(`Its kernels are ${kernelsNote}.`);
}

async function kernelFindings(): Promise<Pick<Findings['engine'], 'kernels' | 'kernelsNote'>> {
  const { kernelsStatus } = await import('../engine/native/find-kernels.ts');
  const status = kernelsStatus();
  if (status.state === 'ready') return { kernels: status.path, kernelsNote: null };
  const why = status.state === 'impossible' ? `${status.reason}; ${status.remedy}` : status.lastFailure?.reason;
  return {
    kernels: null,
    kernelsNote: why ? `not built: ${why}` : 'not built yet; run `doctor --install` to build them',
  };
}

async function examine(session: Session): Promise<Findings> {
  const { config } = session;
  const { findNative } = await import('../engine/native/find-native.ts');
  const { nativePlace } = await import('../engine/native/native-place.ts');
  const data = await examineFolder(config.dataFolder, '--data or FABULIST_DATA');
  const native = await findNative();
  const { cacheFolder } = nativePlace();
  const folder = native.state === 'ready' ? dirname(realpathSync(native.path)) : null;
  return {
    node: process.version,
    engine: {
      choice: config.engine,
      ...(await usedEngine(session)),
      native: native.state,
      folder,
      ...(await kernelFindings()),
    },
    tokens: Object.fromEntries(TOKENS.map((name) => [name, config.secretsSet.includes(name)])) as Findings['tokens'],
    page: pageOf(session),
    folders: {
      data,
      cache: await examineFolder(cacheFolder, 'FABULIST_CACHE'),
    },
    unread: Object.keys(readDotenv(session.surroundings.dotenvFolder)).filter((key) => !CONFIG_KEYS.includes(key)),
    stale: data.writable ? await staleCorpora(session) : null,
  };
}

async function usedEngine({ config }: Session): Promise<Pick<Findings['engine'], 'used' | 'description' | 'note'>> {
  const { openEngine } = await import('../engine/open-engine.ts');
  try {
    const { engine, note } = await openEngine({ choice: config.engine });
    return { used: engine.name, description: engine.description, note };
  } catch (error) {
    return { used: null, description: null, note: sentenceFor(error) };
  }
}

async function staleCorpora(session: Session): Promise<string[]> {
  const { storyteller } = await session.house();
  const corpora = await storyteller.corpora(ASKER);
  return corpora.filter(({ stale }) => stale).map(({ name }) => name);
}

function pageOf({ config: { web } }: Session): Findings['page'] {
  const { host, port, password } = web;
  const missing = password === undefined && !isLoopback(host);
  return { host, port, problem: missing ? 'FABULIST_WEB_PASSWORD must be set, as others can reach it' : null };
}

function joinedBy(tokens: Findings['tokens']): string {
  const set = TOKENS.filter((name) => tokens[name]);
  const missing = [
    ...(tokens.DISCORD_TOKEN ? [] : ['DISCORD_TOKEN is not set: Discord is not joined']),
    ...(tokens.SLACK_BOT_TOKEN || tokens.SLACK_CLIENT_ID ? [] : ['SLACK_BOT_TOKEN is not set: Slack is not joined']),
  ];
  return [...set.map((name) => `${name} is set`), ...missing].join('; ');
}

function lines({ node, engine, tokens, page, folders, unread, stale }: Findings): string[] {
  const place = ({ path, problem }: Folder) =>
    harmless(`${path} (${problem === null ? 'writable' : `NOT writable: ${problem}`})`);
  const behind =
    stale === null ? 'unknown: the data folder cannot be used' : stale.map((name) => named(name)).join(', ');
  const rows = [
    ['Engine', engine.description ?? `none: ${engine.note}`],
    ['Node', node],
    ['Tokens', joinedBy(tokens)],
    [
      'Page',
      `${page.host}, port ${page.port}${page.problem ? `: ${page.problem}` : tokens.FABULIST_WEB_PASSWORD ? ', with a password' : ''}`,
    ],
    ['Data', place(folders.data)],
    ['Native engine', engine.folder ?? 'not installed'],
    ['Kernels', engine.kernels ?? engine.kernelsNote ?? ''],
    ['Engine cache', place(folders.cache)],
    ['Stale', behind || 'nothing: every model has read all its stories'],
  ];
  if (unread.length > 0)
    rows.push(['Not read', `${harmless(unread.join(', '))} in .env: .env.example has all keys that are read`]);
  if (engine.used && engine.note) rows.splice(1, 0, ['', engine.note]);
  return table(rows);
}
