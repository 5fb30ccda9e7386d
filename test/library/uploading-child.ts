import { FileLibrary } from '../../src/library/file-library.ts';
import { story } from './fixtures.ts';

/*
 * Uploads `count` stories to a corpus that others upload to as well and `count` to one of its own, with some that others
 * upload too. Says what was acknowledged as added, then ends. Started by two-processes.test.ts.
 */

const { who, count, ...options } = JSON.parse(process.argv[2] ?? '') as {
  who: string;
  count: number;
  dataFolder: string;
  starterFolder: string;
};
const library = new FileLibrary(options);
const added: string[] = [];
for (let index = 0; index < count; index++) {
  // Every tenth is the same text in both processes: one of them adds it.
  const text = index % 10 === 0 ? `both ${index}` : `${who} ${index}`;
  const shared = await library.addStories({ server: 'guild', name: 'shared' }, [story(text, who)], 'append');
  added.push(...shared.added.map(({ hash }) => hash));
  await library.addStories({ server: 'guild', name: who }, [story(text, who)], 'append');
}
await library.close();
process.send?.({ added });
process.disconnect();
