import { access, constants } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Command } from 'commander';
import { sentenceFor } from '../errors.ts';
import { installEngine } from './install-engine.ts';
import { table } from './output.ts';
import { ASKER, type OpenSession, type Session } from './session.ts';

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
  };
  /** Which are set, never what they are. */
  readonly tokens: { readonly DISCORD_TOKEN: boolean };
  readonly folders: { readonly data: Folder; readonly cache: Folder };
  readonly stale: readonly string[];
}

interface Folder {
  readonly path: string;
  readonly writable: boolean;
}

export function addDoctor(program: Command, open: OpenSession): void {
  program
    .command('doctor')
    .description('which engine computes and why, what is writable, what is stale')
    .option('--install', 'install the native engine first')
    .action(async (options: { install?: boolean }, command: Command) => {
      const session = open(command);
      if (options.install) await installEngine(session, true);
      const findings = await examine(session);
      session.output.result(findings, () => lines(findings));
    });
}

async function examine(session: Session): Promise<Findings> {
  const { config } = session;
  const { findNative } = await import('../engine/native/find-native.ts');
  const { nativePlace } = await import('../engine/native/native-place.ts');
  const { storyteller } = await session.house();
  const corpora = await storyteller.corpora(ASKER);
  const native = await findNative();
  const { cacheFolder } = nativePlace();
  return {
    node: process.version,
    engine: { choice: config.engine, ...(await usedEngine(session)), native: native.state },
    tokens: { DISCORD_TOKEN: config.discord !== undefined },
    folders: {
      data: { path: config.dataFolder, writable: await isWritable(config.dataFolder) },
      cache: { path: cacheFolder, writable: await isWritable(cacheFolder) },
    },
    // A starter without a model is not overdue: its first story trains it.
    stale: corpora.filter(({ stale, starter, version }) => stale && !(starter && !version)).map(({ name }) => name),
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

/** Whether a folder can be written, or made where it is not there yet. */
async function isWritable(path: string): Promise<boolean> {
  try {
    await access(path, constants.W_OK);
    return true;
  } catch (error) {
    const parent = dirname(path);
    return (error as NodeJS.ErrnoException).code === 'ENOENT' && parent !== path && isWritable(parent);
  }
}

function lines({ node, engine, tokens, folders, stale }: Findings): string[] {
  const place = ({ path, writable }: Folder) =>
    `${path} (${writable ? 'writable' : 'NOT writable: change its permissions or name another'})`;
  const rows = [
    ['Engine', engine.description ?? `none: ${engine.note}`],
    ['Node', node],
    ['Tokens', tokens.DISCORD_TOKEN ? 'DISCORD_TOKEN is set' : 'DISCORD_TOKEN is not set: Discord is not joined'],
    ['Data', place(folders.data)],
    ['Engine cache', place(folders.cache)],
    ['Stale', stale.join(', ') || 'nothing: every model has read all its stories'],
  ];
  if (engine.used && engine.note) rows.splice(1, 0, ['', engine.note]);
  return table(rows);
}
