/**
 * How soon 200 interactions that come within a second are acknowledged on Discord, while a book trains: stories, figures
 * with their picture, lists, and completions. Discord waits for three seconds.
 * Run: npm run bench -- discord-acknowledgement   (about 20 s; needs nothing but this checkout)
 * Discord is the stand-in of the tests, on loopback; the bot is the real program in a process of its own.
 */
import { DiscordPerson } from '../test/chat/discord/people.ts';
import { StandIn, TOKEN } from '../test/chat/discord/stand-in.ts';
import { acknowledgements, CROWD, crowd } from './acknowledgements.ts';
import { startBot, until } from './bot.ts';
import { madeUpBook } from './made-up-book.ts';
import type { Measurement } from './measurement.ts';

const SERVER = 'discord:200000000000000001';

async function discordAcknowledgement(): Promise<Measurement[]> {
  const standIn = await StandIn.open();
  standIn.checks = false;
  const bot = startBot({
    DISCORD_TOKEN: TOKEN,
    DISCORD_API_URL: `${standIn.origin}/api`,
    DISCORD_CDN_ORIGINS: standIn.origin,
  });
  try {
    await until('the bot is on Discord', 60, () => standIn.gateway.connected && standIn.commands.size > 0);
    const person = (at: number) =>
      new DiscordPerson(standIn, {
        server: SERVER,
        channel: `30000000000000${1_000 + at}`,
        user: `40000000000000${1_000 + at}`,
      });
    const first = person(999);
    const sees = (text: RegExp) => () => first.sees().some((seen) => text.test(seen));
    await first.says('/story corpus:belling-the-cat had a general');
    await until('the fable is told', 60, sees(/^had a general council/));
    await first.says('/train corpus:book', { fileName: 'book.txt', bytes: Buffer.from(madeUpBook(100_000)) });
    await until('the book trains', 120, sees(/Learning “book”\n.*\d %/));
    const text = (name: string, value: string, focused = false) => ({
      name,
      type: 3,
      value,
      ...(focused && { focused }),
    });
    const corpus = text('corpus', 'belling-the-cat');
    const asked = await crowd((at) => {
      if (at % 4 === 0) return person(at).command('story', [text('opening', 'had a general'), corpus]);
      if (at % 4 === 1) return person(at).command('accuracy', [corpus]);
      if (at % 4 === 2) return person(at).command('corpora', []);
      return person(at).completes('story', [text('opening', 'the', true), corpus]);
    });
    // The stand-in takes no acknowledgement after Discord's three seconds.
    await until(`all ${CROWD} are acknowledged in time`, 10, () => asked.every(({ took }) => took !== undefined));
    if (standIn.objections.length > 0) throw new Error(standIn.objections.join('\n'));
    return acknowledgements(
      'Discord',
      asked.map(({ took }) => took as number),
    );
  } finally {
    await bot.stop();
    await standIn.close();
  }
}

console.log(JSON.stringify(await discordAcknowledgement()));
