import { story } from './fixtures.ts';
import { openLibrary } from './open-library.ts';

/*
 * Uploads `count` stories, or until it is sent a message, each to all of `corpora`. Says what was acknowledged as added to
 * the first of them, then ends. Started by two-processes.test.ts.
 */

const { who, count, corpora, ...options } = JSON.parse(process.argv[2] ?? '') as {
  who: string;
  count: number;
  corpora: string[];
  dataFolder: string;
  starterFolder: string;
  url?: string;
};
const library = await openLibrary(options);
const added: string[] = [];
let enough = false;
process.once('message', () => {
  enough = true;
});
for (let index = 0; index < count && !enough; index++) {
  // Every tenth is the same text whoever uploads: one of them adds it.
  const text = index % 10 === 0 ? `all ${index}` : `${who} ${index}`;
  for (const name of corpora) {
    const stored = await library.addStories({ server: 'guild', name }, [story(text, who)], 'append');
    if (name === corpora[0]) added.push(...stored.added.map(({ hash }) => hash));
  }
}
await library.close();
process.send?.({ added });
process.disconnect();
