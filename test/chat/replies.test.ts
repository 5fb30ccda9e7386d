import { describe, expect, it } from 'vitest';
import type { Message } from '../../src/chat/message.ts';
import { accuracyReply } from '../../src/chat/replies/accuracy-reply.ts';
import { corporaReply, exportReply } from '../../src/chat/replies/corpora-reply.ts';
import { nightlyReply, resumedReply } from '../../src/chat/replies/nightly-reply.ts';
import { forgetReply, helpReply } from '../../src/chat/replies/other-replies.ts';
import { storyReply } from '../../src/chat/replies/story-reply.ts';
import { joinedReply, trainingReply } from '../../src/chat/replies/training-reply.ts';
import { FigureWriter } from '../../src/chat/texts/figures.ts';
import { textsFor } from '../../src/chat/texts/texts.ts';
import type { AccuracyReport } from '../../src/story/storyteller.ts';
import { FakeTraining, FIGURES } from '../story/fakes.ts';
import { corpusOf, FakeStoryteller, VERSION } from './fake-storyteller.ts';

const EN = textsFor('en');
const DE = textsFor('de');
const lines = (message: Message) => message.paragraphs.map((spans) => spans.map(({ text }) => text).join(''));
const heldOut = {
  ...FIGURES,
  accuracy: 0.62,
  heldOutAccuracy: 0.181,
  heldOutPerplexity: 145.23,
  loss: 1.5,
  perplexity: 4.48,
};

describe('a story', () => {
  it('has its opening in bold, and notes in italics', async () => {
    const { story } = new FakeStoryteller();
    const { paragraphs } = storyReply({ ...story, replaced: [{ unknown: 'Wizard', known: 'ribbon' }] }, EN);
    expect(paragraphs).toEqual([
      [{ text: 'had a general', bold: true }, { text: ' council to consider.' }],
      [{ text: 'I do not know “Wizard”, so I went on as if it were “ribbon”.', italic: true }],
    ]);
  });

  it.each([
    [1, 0.994, 'Copied from “fables”: at most 1 word in a row; of 100 runs of four words, 99 are new.'],
    [12, 0.01, 'Copied from “fables”: at most 12 words in a row; of 100 runs of four words, 1 is new.'],
    [0, 1, undefined],
  ])('says how much of it is copied: %i', (longestCopiedWords, newFourWordRuns, note) => {
    const { story } = new FakeStoryteller();
    const [, ...notes] = lines(storyReply({ ...story, originality: { longestCopiedWords, newFourWordRuns } }, EN));
    expect(notes).toEqual(note === undefined ? [] : [note]);
  });

  it('says so in German too', () => {
    const { story } = new FakeStoryteller();
    const reply = storyReply(
      { ...story, originality: { longestCopiedWords: 1, newFourWordRuns: 0.5 } },
      textsFor('de'),
    );
    expect(lines(reply).at(-1)).toBe(
      'Abgeschrieben aus „fables“: höchstens ein Wort am Stück; von 100 Folgen aus vier Wörtern sind 50 neu.',
    );
  });
});

describe('accuracy', () => {
  const report: AccuracyReport = {
    corpus: corpusOf('guild', 'dogs'),
    starter: false,
    telling: { ...VERSION, figures: heldOut },
    versions: { versions: [VERSION], damaged: [], telling: VERSION.id },
    stale: false,
    nextRetrain: null,
    setAside: null,
    training: null,
  };

  it('is said in words that need no course in statistics', () => {
    expect(lines(accuracyReply(report, EN))).toEqual([
      'How well I know “dogs”',
      'Of 100 words that I have read, I guess 62 right from the words before them.',
      'Of 100 words that I had not read before, I guess 18 right.',
      'Where I have read, it is as if I chose each next word among 4.48 equally good ones (perplexity 4.48, loss 1.5).',
      'Where I have not, it is as if among 145.2 (perplexity 145.2). Fewer is better.',
      'I learned 204 words of 1 story, 112 of them different. Punctuation marks count as words.',
      'Learned on 24 November 2026, 20:00 UTC in 2 s (native engine).',
      "An example, as the words before - [the word that really follows] vs [my guess]: ['could', 'easily', 'retire'] - [while] vs [while]",
      'The model 20261124-200000-3f9a tells; it is the only one kept.',
    ]);
  });

  it('says what is to come, and what went wrong', () => {
    const training = new FakeTraining({
      corpus: { server: 'guild', name: 'dogs' },
      options: {},
      reason: 'asked',
      by: 'alice',
    });
    const newer = { ...VERSION, id: '20261125-000000-0000' };
    const all = accuracyReply(
      {
        ...report,
        versions: {
          versions: [newer, VERSION],
          damaged: [{ id: '20261123-000000-0000', problem: 'x' }],
          telling: VERSION.id,
        },
        stale: true,
        setAside: 'The disk is full.',
        nextRetrain: '2026-11-25T02:00:00Z',
        training,
      },
      EN,
    );
    expect(lines(all).slice(-5)).toEqual([
      'The model 20261124-200000-3f9a tells; of the 2 that are kept there is a newer one. Damaged and left aside: 20261123-000000-0000.',
      'There are changes in its stories that I have not learned yet.',
      'It waits to be learned.',
      'I no longer try to learn it by myself: The disk is full.',
      'The next nightly learning is on 25 November 2026, 02:00 UTC.',
    ]);
  });

  it('says that nothing is learned yet', () => {
    const versions = { versions: [], damaged: [], telling: null };
    expect(lines(accuracyReply({ ...report, telling: null, versions, stale: true }, DE))).toEqual([
      'Wie gut ich „dogs“ kenne',
      '„dogs“ habe ich noch nicht gelernt.',
    ]);
  });
});

describe('a training', () => {
  it('ends with what was learned, in German too', () => {
    const version = { ...VERSION, figures: { ...heldOut, words: 1234 }, keptOut: 'es ist schlechter.' };
    const message = trainingReply('dogs', { kind: 'finished', version, stopped: true }, DE);
    expect(lines(message)).toEqual([
      '„dogs“ in 2 s gelernt: 1.234 Wörter, davon 112 verschiedene.',
      'Von 100 gelesenen Wörtern errate ich 62 richtig aus den Wörtern davor.',
      'Von 100 Wörtern, die ich vorher nicht gelesen hatte, errate ich 18 richtig.',
      'Es wurde vorzeitig angehalten und behält das Beste, was es gelernt hatte.',
      'Das Modell von vorher erzählt weiter: es ist schlechter.',
    ]);
    expect(message.card).toMatchObject({ state: 'ended', share: 1, sample: 'The mice had a general council.' });
  });

  it('says who must do something where nobody is there to learn', () => {
    const event = { kind: 'queued', place: 1, unattended: true } as const;
    expect(lines(trainingReply('dogs', event, EN))).toEqual([
      'Nothing that learns is running just now: whoever runs Fabulist must start a trainer. Then it begins by itself.',
    ]);
    expect(lines(trainingReply('dogs', { kind: 'queued', place: 1 }, EN))).toEqual([]);
    const training = new FakeTraining({ corpus: corpusOf('guild', 'dogs'), options: {}, reason: 'asked', by: 'alice' });
    training.send(event);
    const again = { corpus: corpusOf('guild', 'dogs'), added: [], already: [], read: [], training };
    expect(lines(joinedReply(again, DE)).at(-1)).toMatch(/^Gerade lernt niemand: .* Trainer/);
  });

  it('says what was read and what was there already', () => {
    const corpus = corpusOf('guild', 'dogs');
    const read = [
      { fileName: 'a.txt', format: 'text' as const, removed: [], encoding: 'utf-8', language: 'de', words: 1 },
      { fileName: 'b.txt', format: 'text' as const, removed: [], encoding: 'utf-8', language: 'und', words: 7 },
      {
        fileName: 'c.html',
        format: 'html' as const,
        removed: ['licence' as const, 'page-numbers' as const, 'running-heads' as const],
        encoding: 'windows-1252',
        language: 'fr',
        words: 9,
      },
      { fileName: 'd.epub', format: 'epub' as const, removed: [], encoding: 'utf-8', language: 'ja', words: 9 },
    ];
    const training = new FakeTraining({ corpus, options: {}, reason: 'asked', by: 'alice' });
    const message = trainingReply('dogs', { kind: 'queued', place: 3 }, EN, {
      corpus,
      added: [],
      already: corpus.stories,
      read,
      training,
    });
    expect(lines(message)).toEqual([
      'Read a.txt: 1 word, in German (UTF-8).',
      'Read b.txt: 7 words (UTF-8).',
      'Read c.html: 9 words, in French (HTML, WINDOWS-1252).',
      'I left out what is not part of the story: a Project Gutenberg licence, page numbers and titles repeated on every page.',
      'Read d.epub: 9 words, in Japanese (EPUB).',
      'fables.txt was in “dogs” already.',
    ]);
    expect(message.card).toEqual({
      state: 'waiting',
      title: '“dogs” waits to be learned',
      share: null,
      facts: [{ label: 'Place in the queue', value: '3' }],
      sample: null,
    });
  });
});

describe('other replies', () => {
  it('list corpora with what matters about them', () => {
    const corpora = [
      { name: 'dogs', starter: false, chosen: true, stories: 2, version: VERSION, stale: true },
      { name: 'birds', starter: true, chosen: false, stories: 1, version: null, stale: true },
    ];
    expect(lines(corporaReply(corpora, EN)).slice(1, 3)).toEqual([
      'dogs: tells the stories here, 2 stories, 204 words, 99 of 100 words right, changed since it was learned',
      'birds: comes with me, not learned yet',
    ]);
  });

  it('say what was forgotten', () => {
    expect(lines(forgetReply([], EN))).toEqual(['There is nothing of yours here.']);
    expect(lines(forgetReply([{ corpus: 'dogs', stories: 1, versions: 2, left: 3 }], EN))).toEqual([
      'Deleted from “dogs”: 1 story of yours and 2 models that had learned from it. I am learning anew from the 3 stories of others.',
    ]);
    expect(forgetReply([], EN).private).toBe(true);
  });

  it('hand a corpus out under a name that any disk takes', () => {
    expect(exportReply('../my: dogs?', Uint8Array.of(), EN).file?.fileName).toBe('-my-dogs-.fabulist.gz');
  });

  it('tell what is kept about people', () => {
    for (const [texts, locale] of [
      [EN, 'en'],
      [DE, 'de'],
    ] as const) {
      expect(lines(helpReply(texts, locale)).join('\n')).toContain('/forget');
      expect(lines(helpReply(texts, locale)).at(-1)).toContain(texts.help.privacy);
    }
  });
});

describe('the help', () => {
  it.each([
    [EN, 'en', '/train PATH'],
    [DE, 'de', '/train PFAD'],
  ] as const)('names paths and the typed actions where there are such, and nowhere else', (texts, locale, path) => {
    const typed = lines(helpReply(texts, locale, 'path'));
    const named = typed.map((line) => line.match(/^\/\w+/)?.[0]).filter(Boolean);
    expect(named).toEqual(
      [
        'story',
        'story',
        'continue',
        'retell',
        'undo',
        'train',
        'accuracy',
        'corpora',
        'forget',
        'stop',
        'cancel',
        'help',
      ].map((name) => `/${name}`),
    );
    expect(typed.some((line) => line.startsWith(`${path} `))).toBe(true);
    expect(lines(helpReply(texts, locale)).join('\n')).not.toMatch(/\/continue|\/stop|PATH|PFAD/);
  });

  it('speaks of no place that a surface may not have', () => {
    const all = (value: unknown): string =>
      JSON.stringify(value, (_, one) => (typeof one === 'function' ? String(one) : one));
    for (const texts of [EN, DE]) {
      expect(all({ ...texts, errors: {} })).not.toMatch(/channel|user id|action:use|Kanal|Benutzernummer/i);
    }
  });
});

describe('the texts', () => {
  it('have no em dash in them, and quote as their language does', () => {
    const all = (value: unknown): string[] => {
      if (typeof value === 'string') return [value];
      // Two numbers or names fit every one of them.
      if (typeof value === 'function') return [String(value('QQ', 7, 'RR', 7, 'SS'))];
      return typeof value === 'object' && value !== null && !(value instanceof FigureWriter)
        ? Object.values(value).flatMap(all)
        : [];
    };
    for (const [texts, wrong] of [
      [EN, /—|„/],
      [DE, /—|”|^“|\s“/],
    ] as const) {
      const found = all(texts);
      expect(found.length).toBeGreaterThan(80);
      expect(found.filter((line) => wrong.test(line) || line.includes('undefined'))).toEqual([]);
    }
  });
});

describe('figures', () => {
  const figures = new FigureWriter('en-GB', { second: 's', minute: 'min', hour: 'h' });

  it.each([
    [0.2, '1 s'],
    [59.4, '59 s'],
    [75, '1 min 15 s'],
    [3_600, '1 h 0 min'],
    [7_530, '2 h 5 min'],
  ])('%d seconds', (seconds, text) => {
    expect(figures.duration(seconds)).toBe(text);
  });

  it('never round up to perfection', () => {
    expect([0, 0.994, 0.9999, 1].map((share) => figures.ofHundred(share))).toEqual(['0', '99', '99', '100']);
    expect([0.999, 1].map((share) => figures.percent(share))).toEqual(['99 %', '100 %']);
  });
});

describe('a morning report', () => {
  const corpus = { server: 'local', name: 'fables' };
  const version = (more: object) => ({ ...VERSION, figures: { ...FIGURES, ...more } });
  const report = {
    corpus,
    storiesRead: 2,
    before: version({ accuracy: 0.9 }),
    after: version({ accuracy: 0.953 }),
    problem: null,
    reportTo: null,
  };

  it('says what was read, how well it was known before and is now, what tells, and a sample', () => {
    expect(lines(nightlyReply(report, EN))).toEqual([
      'I have been reading: 2 new stories in “fables”.',
      'Of 100 words that I have read, I guessed 90 right before and guess 95 now.',
      'From now on the new model tells.',
      'A sentence of the new model: The mice had a general council.',
    ]);
    expect(lines(nightlyReply({ ...report, storiesRead: 1 }, DE))).toEqual([
      'Ich habe gelesen: 1 neue Geschichte in „fables“.',
      'Von 100 gelesenen Wörtern habe ich vorher 90 richtig erraten, jetzt sind es 95.',
      'Ab jetzt erzählt das neue Modell.',
      'Ein Satz des neuen Modells: The mice had a general council.',
    ]);
  });

  it('says why the model from before goes on telling, by the figures that decide', () => {
    const before = version(heldOut);
    const after = version({ ...heldOut, heldOutAccuracy: 0.17, heldOutPerplexity: 160 });
    const problem = 'its held-out perplexity is 160.0, the one before had 145.2';
    expect(lines(nightlyReply({ ...report, before, after, problem }, EN)).slice(1, 4)).toEqual([
      'Of 100 words that I had never read, I guessed 18 right before and guess 17 now.',
      'Where I have not read, it was as if I chose each next word among 145.2 equally good ones, and now among 160. Fewer is better.',
      'The new model guesses worse, so the one from before goes on telling.',
    ]);
    expect(lines(nightlyReply({ ...report, before, after, problem }, DE))[3]).toBe(
      'Das neue Modell rät schlechter, darum erzählt das von vorher weiter.',
    );
  });

  it('tells of a first model, of stories that were taken out, and of a training that failed', () => {
    expect(lines(nightlyReply({ ...report, before: null, after: version(heldOut) }, EN)).slice(1, 4)).toEqual([
      'Of 100 words that I have read, I guess 62 right from the words before them.',
      'Of 100 words that I had not read before, I guess 18 right.',
      'From now on I can tell from it.',
    ]);
    expect(lines(nightlyReply({ ...report, storiesRead: 0, after: version({ sampleText: '' }) }, EN))).toEqual([
      'The stories of “fables” have changed, so I learned it anew.',
      expect.any(String),
      'From now on the new model tells.',
    ]);
    const failed = { ...report, after: null, problem: 'The disk is full.' };
    expect(lines(nightlyReply(failed, EN))).toEqual([
      '“fables” could not be learned: The disk is full.',
      'The model from before goes on telling.',
    ]);
    expect(lines(nightlyReply({ ...failed, before: null }, EN))).toHaveLength(1);
  });

  it('says that a training goes on', () => {
    expect(lines(resumedReply('fables', EN))).toEqual(['I am back, and the learning of “fables” goes on.']);
  });
});
