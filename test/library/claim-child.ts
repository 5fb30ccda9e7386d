import { FabulistError, sentenceFor } from '../../src/errors.ts';
import { versionFor } from './fixtures.ts';
import { openLibrary } from './open-library.ts';

/*
 * A trainer as its own process: claims the training of guild/Mice, says so, and writes when it is told to.
 * Started by locks.test.ts.
 */

const library = await openLibrary(JSON.parse(process.argv[2] ?? ''));
const mice = { server: 'guild', name: 'Mice' };
const corpus = await library.corpus(mice.server, mice.name);
const claim = await library.claimTraining(mice);
process.send?.({ claimed: claim !== undefined });

process.on('message', async () => {
  if (corpus === undefined || claim === undefined) return;
  const held = claim.held();
  const outcome = (write: Promise<unknown>) =>
    write.then(
      () => 'written',
      (error: unknown) => (error instanceof FabulistError ? error.code : sentenceFor(error)),
    );
  const version = await outcome(library.addVersion(mice, versionFor(corpus, 'late'), claim));
  const checkpoint = await outcome(library.saveCheckpoint(mice, { 'step.json': Buffer.from('late') }, claim));
  process.send?.({ held, version, checkpoint });
});
