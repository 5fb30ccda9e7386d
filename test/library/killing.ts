import type { Library } from '../../src/library/library.ts';
import type { Child } from './processes.ts';

/* What the tests that kill storing processes (storing-child.ts) have in common, whatever the library. */

export type Message =
  | { kind: 'stories'; name: string; hashes: string[] }
  | { kind: 'clean'; seed: number; count: number }
  | { kind: 'version'; name: string; id: string }
  | { kind: 'forgotten'; secret: string }
  | { kind: 'document'; seed: number; count: number };

/** Kills after a drawn number of acknowledgements and a drawn moment more; returns all that was acknowledged. */
export async function killSomewhen(child: Child, random: () => number): Promise<Message[]> {
  const messages: Message[] = [];
  const enough = 1 + Math.floor(random() * 8);
  while (messages.length < enough) messages.push((await child.next()) as Message);
  // Not to wait for anything: the delay is what makes the moment any moment of a write.
  await new Promise((resolve) => setTimeout(resolve, random() * 12));
  await child.kill();
  for (let message = await child.next(); message !== undefined; message = await child.next()) {
    messages.push(message as Message);
  }
  return messages;
}

/** How much of what was acknowledged is not there, or not whole. Reads while locks of the dead are lying about. */
export async function check(library: Library, messages: readonly Message[]): Promise<number> {
  let lost = 0;
  const stories = new Map<string, Set<string>>();
  const corpora = await library.corpora('guild');
  for (const { name, stories: records } of corpora) stories.set(name, new Set(records.map(({ hash }) => hash)));
  for (const name of ['a', 'b', 'leavers']) {
    const { versions, damaged } = await library.versions({ server: 'guild', name });
    lost += damaged.length;
    for (const { id } of versions) await library.readVersion({ server: 'guild', name }, id);
    const ids = messages.flatMap((message) =>
      message.kind === 'version' && message.name === name ? [message.id] : [],
    );
    // Pruned by five newer ones, or there. (Versions that learned from a leaver's story were forgotten: none of these.)
    for (const id of ids)
      if (!versions.some((version) => version.id === id)) lost += countNewer(versions, id) < 5 ? 1 : 0;
  }
  for (const message of messages) {
    if (message.kind === 'stories')
      lost += message.hashes.filter((hash) => !stories.get(message.name)?.has(hash)).length;
    if (message.kind === 'forgotten') {
      const texts = corpora.flatMap((corpus) => corpus.stories.map(({ fileName }) => fileName));
      lost += texts.some((fileName) => message.secret.startsWith(fileName)) ? 1 : 0;
    }
  }
  const clean = corpora.find(({ name }) => name === 'clean');
  const generations = new Set(clean?.stories.map(({ fileName }) => fileName));
  if (clean !== undefined && (clean.stories.length !== 3 || generations.size !== 1)) lost++;
  if (
    isBehind(
      JSON.parse([...generations][0] ?? 'null'),
      messages.findLast(({ kind }) => kind === 'clean'),
    )
  )
    lost++;
  const counter = await library.readDocument<Moment>('settings', 'counter');
  if (
    isBehind(
      counter,
      messages.findLast(({ kind }) => kind === 'document'),
    )
  )
    lost++;
  return lost;
}

interface Moment {
  readonly seed: number;
  readonly count: number;
}

/** What is there may be newer than what was acknowledged, never older. */
function isBehind(found: Moment | null | undefined, last: Message | undefined): boolean {
  if (last === undefined || !('seed' in last)) return false;
  if (found == null) return true;
  return found.seed < last.seed || (found.seed === last.seed && found.count < last.count);
}

function countNewer(versions: readonly { id: string }[], id: string): number {
  return versions.filter((version) => version.id > id).length;
}
