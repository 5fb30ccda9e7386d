import type { CommandTexts } from './command-texts.ts';
import { FigureWriter } from './figures.ts';

const figures = new FigureWriter('en-GB', { second: 's', minute: 'min', hour: 'h' });
const number = (value: number) => figures.number(value);
const count = (value: number, one: string, many = `${one}s`) => `${number(value)} ${value === 1 ? one : many}`;

/** Everything said in English. Short sentences, and no word that needs a course in statistics. */
export const en = {
  figures,
  actions: { continue: 'Continue', retell: 'Retell', undo: 'Undo', stop: 'Stop' },
  story: {
    replaced: (unknown: string, known: string) => `I do not know “${unknown}”, so I went on as if it were “${known}”.`,
    leftOut: (unknown: string) => `I do not know “${unknown}” and left it out.`,
    copied: (words: number, corpus: string, fresh: string) =>
      `Copied from “${corpus}”: at most ${count(words, 'word')} in a row; of 100 runs of four words, ${fresh} ${fresh === '1' ? 'is' : 'are'} new.`,
  },
  training: {
    read: (file: string, words: number, language: string | undefined, written: string) =>
      `Read ${file}: ${count(words, 'word')}${language ? `, in ${language}` : ''} (${written}).`,
    removed: (what: string) => `I left out what is not part of the story: ${what}.`,
    parts: {
      licence: 'a Project Gutenberg licence',
      'page-numbers': 'page numbers',
      'running-heads': 'titles repeated on every page',
    },
    already: (file: string, corpus: string) => `${file} was in “${corpus}” already.`,
    queued: (corpus: string, place: number) =>
      place === 1 ? `“${corpus}” is next to be learned` : `“${corpus}” waits to be learned`,
    unattended:
      'Nothing that learns is running just now: whoever runs Fabulist must start a trainer. Then it begins by itself.',
    joined: (corpus: string) =>
      `I am learning that already: a training of “${corpus}” is under way, with all that is in it.`,
    noFile: {
      attachment: 'Hand me a story to learn from: attach a .txt, .md, .html or .epub file to /train.',
      path: 'Hand me a .txt, .md, .html or .epub file to learn from: /train PATH, such as /train stories/fable.txt',
      message: 'Hand me a story to learn from: /train asks for the file, or attach it to a message that mentions me.',
    },
    preparing: (corpus: string) => `Getting ready to learn “${corpus}”`,
    learning: (corpus: string) => `Learning “${corpus}”`,
    forecast: (words: number, different: number, time: string) =>
      `${count(words, 'word')}, ${number(different)} of them different: this takes about ${time}.`,
    parrots: 'A text as short as this I learn by heart, so I will repeat it more than make up my own.',
    place: 'Place in the queue',
    atWork: 'At work on',
    timeLeft: 'Time left',
    right: 'Words guessed right',
    loss: 'Surprise (loss)',
    tellsNow: 'It tells now',
    tells: 'It tells',
    finished: (corpus: string, words: number, different: number, time: string) =>
      `Learned “${corpus}” in ${time}: ${count(words, 'word')}, ${number(different)} of them different.`,
    stopped: 'It was stopped early and keeps the best that it had learned.',
    keptOut: (reason: string) => `The model from before goes on telling: ${reason}`,
    cancelled: (corpus: string) => `The training of “${corpus}” was cancelled, and what it had learned in it is gone.`,
    failed: (corpus: string, reason: string) => `“${corpus}” could not be learned: ${reason}`,
    again: 'I will try it again later.',
    setAside: 'It failed three times, so I will not try it by myself any more; /train starts it anew.',
    stopping: (corpus: string) => `Stopping the training of “${corpus}”; the best that it had learned is kept.`,
  },
  nightly: {
    read: (corpus: string, stories: number) =>
      `I have been reading: ${count(stories, 'new story', 'new stories')} in “${corpus}”.`,
    changed: (corpus: string) => `The stories of “${corpus}” have changed, so I learned it anew.`,
    right: (before: string, after: string) =>
      `Of 100 words that I have read, I guessed ${before} right before and guess ${after} now.`,
    unread: (before: string, after: string) =>
      `Of 100 words that I had never read, I guessed ${before} right before and guess ${after} now.`,
    wavered: (before: string, after: string) =>
      `Where I have not read, it was as if I chose each next word among ${before} equally good ones, and now among ${after}. Fewer is better.`,
    tellsNow: 'From now on the new model tells.',
    firstTells: 'From now on I can tell from it.',
    keptOut: 'The new model guesses worse, so the one from before goes on telling.',
    before: 'The model from before goes on telling.',
    sample: 'A sentence of the new model',
    resumed: (corpus: string) => `I am back, and the learning of “${corpus}” goes on.`,
  },
  accuracy: {
    title: (corpus: string) => `How well I know “${corpus}”`,
    right: (of100: string) => `Of 100 words that I have read, I guess ${of100} right from the words before them.`,
    unread: (of100: string) => `Of 100 words that I had not read before, I guess ${of100} right.`,
    noneUnread: 'I learn a text as short as this by heart, so none of it is kept aside to test me on.',
    perplexity: (read: string, loss: string) =>
      `Where I have read, it is as if I chose each next word among ${read} equally good ones (perplexity ${read}, loss ${loss}).`,
    perplexityUnread: (unread: string) =>
      `Where I have not, it is as if among ${unread} (perplexity ${unread}). Fewer is better.`,
    size: (words: number, different: number, stories: number) =>
      `I learned ${count(words, 'word')} of ${count(stories, 'story', 'stories')}, ${number(different)} of them different. Punctuation marks count as words.`,
    learned: (at: string, time: string, engine: string) => `Learned on ${at} in ${time} (${engine} engine).`,
    versions: (kept: number, id: string, newest: boolean) => {
      if (kept === 1) return `The model ${id} tells; it is the only one kept.`;
      return `The model ${id} tells; of the ${number(kept)} that are kept ${newest ? 'it is the newest' : 'there is a newer one'}.`;
    },
    damaged: (ids: string) => `Damaged and left aside: ${ids}.`,
    stale: 'There are changes in its stories that I have not learned yet.',
    next: (at: string) => `The next nightly learning is on ${at}.`,
    running: (share: string) => `I am learning it right now: ${share} done.`,
    waiting: 'It waits to be learned.',
    setAside: (reason: string) => `I no longer try to learn it by myself: ${reason}`,
    none: (corpus: string) => `I have not learned “${corpus}” yet.`,
    example: 'An example, as the words before - [the word that really follows] vs [my guess]:',
    curve: (corpus: string) => `Learning curve of “${corpus}”`,
  },
  pictures: {
    curve: 'Learning curve',
    read: 'Surprise at what it read (loss)',
    unread: 'Surprise at what it had not read',
    right: 'Words guessed right',
    rightUnread: 'Words guessed right, not read',
    choicesRead: 'Words to choose among (perplexity)',
    choicesUnread: 'Words to choose among, not read',
    best: 'best model',
    tells: 'tells now',
    seconds: 'seconds',
    minutes: 'minutes',
    hours: 'hours',
    steps: 'steps',
    nothing: 'Nothing has been measured yet.',
    noVersions: 'There is no model yet.',
    alt: {
      at: (step: string, time: string) => `at step ${step}, after ${time}`,
      one: (at: string, of100: string, loss: string) =>
        `Learning curve of a single point, ${at}: ${of100} of 100 words guessed right, surprise (loss) ${loss}.`,
      length: (steps: string, time: string) => `Learning curve over ${steps} steps in ${time}.`,
      right: (start: string, end: string) =>
        `Of 100 words it guessed ${start} right at the start and ${end} at the end.`,
      read: (start: string, end: string) => `Its surprise (loss) at what it read went from ${start} to ${end}.`,
      unread: (start: string, end: string) => `At what it had not read, it went from ${start} to ${end}.`,
      unreadOnce: (loss: string) => `At what it had not read, it was ${loss}.`,
      noneUnread: 'Nothing was kept aside to test it on.',
      bestRight: (at: string, of100: string) => `The best model came ${at}, with ${of100} of 100 words right.`,
      bestUnread: (at: string, loss: string) => `The best model came ${at}, with a surprise of ${loss}.`,
      byHeart: 'After that it began to learn by heart: better at what it read, worse at what it had not.',
      stillBetter: 'It was still getting better at the end, and that is the best model.',
    },
    history: {
      one: (day: string) => `The only model is of ${day}.`,
      many: (of: string, first: string, last: string) => `${of} models, from ${first} to ${last}.`,
      where: (unread: boolean) => `Measured on text that they had ${unread ? 'not read' : 'read'}:`,
      choices: (first: string, last: string, one: boolean) =>
        one
          ? `it is as if each next word was chosen among ${first} equally good ones (perplexity).`
          : `the oldest chose each next word as if among ${first} equally good ones, the newest among ${last} (perplexity).`,
      right: (first: string, last: string, one: boolean) =>
        one
          ? `It guesses ${first} of 100 words right.`
          : `Of 100 words the oldest guesses ${first} right, the newest ${last}.`,
      newestTells: 'The newest tells.',
      tells: (day: string) => `The one of ${day} tells.`,
      keptOut: (of: number) => `${count(of, 'model was', 'models were')} worse than the one before and kept out.`,
    },
  },
  corpora: {
    title: 'What I can tell from',
    stories: (value: number) => count(value, 'story', 'stories'),
    words: (value: number) => count(value, 'word'),
    right: (of100: string) => `${of100} of 100 words right`,
    notLearned: 'not learned yet',
    stale: 'changed since it was learned',
    starter: 'comes with me',
    chosen: 'tells the stories here',
    how: 'To tell from another one here: /corpora use NAME',
    usedHere: (corpus: string) => `Stories here are told from “${corpus}” now.`,
    usedEverywhere: (corpus: string) =>
      `Stories are told from “${corpus}” everywhere now, except where another one was chosen.`,
    rolledBack: (corpus: string, version: string, at: string) =>
      `“${corpus}” is told from the model ${version} now, learned on ${at}. The others are kept.`,
    exported: (corpus: string) => `Here is everything in “${corpus}”: its stories and how well they were learned.`,
    which: (action: string) => `Say which corpus: /corpora ${action} NAME`,
  },
  forget: {
    nothing: 'There is nothing of yours here.',
    gone: (corpus: string, stories: number, models: number) =>
      `Deleted from “${corpus}”: ${count(stories, 'story', 'stories')} of yours and ${count(models, 'model')} that had learned from ${stories === 1 ? 'it' : 'them'}.`,
    empty: 'Nothing is left of it.',
    yours: 'You handed me stories in more than one collection, so I have deleted nothing yet:',
    which: 'Say which of them to forget:',
    whichOne: 'deletes yours in one, and every model that learned from them.',
    whichAll: 'deletes them in all.',
    left: (stories: number) => `I am learning anew from the ${count(stories, 'story', 'stories')} of others.`,
  },
  help: {
    intro: 'I continue stories. Give me the first words, and I go on as the stories would that I have learned.',
    example: 'had a general',
    path: { name: 'PATH', does: 'Learn from a .txt, .md, .html or .epub file, such as /train stories/fable.txt' },
    actions: {
      continue: 'Go on with the last story',
      retell: 'Tell its last part in another way',
      undo: 'Take its last part away',
      stop: 'End a training now and keep the best that it has learned',
    },
    options: 'Options go into the text: /story corpus:fables words:64 had a general',
    mention:
      'In threads, and wherever you like, mention me instead: @Fabulist had a general, @Fabulist accuracy, or @Fabulist train with a file attached.',
    privacyTitle: 'What I keep',
    privacy:
      'I read only what you hand me: the files of /train and the openings of your stories, never what people say to each other. ' +
      'Files are kept with a note of whose they are until you /forget them, and so are the models that learned from them. ' +
      'A story that I told is kept for a day, so that it can be continued. It all stays on the machine that runs me.',
  },
  slack: {
    invite: 'I may not show pictures here until you invite me: /invite @Fabulist',
    sentDirectly: (file: string) => `I sent you ${file} as a direct message.`,
    reading: (files: string) => `Reading ${files} …`,
    tooLate: 'The form did not open in time: type the command again.',
    noFileThere: 'There is no file on that message.',
    modal: {
      title: 'Learn from a story',
      submit: 'Learn',
      close: 'Cancel',
      file: 'Stories',
      fileHint: '.txt, .md, .html or .epub, 10 files at most. Without one I learn the collection once more.',
      corpus: 'Collection',
      corpusHint: 'Where they go. Left out, it is named like the first file.',
      mode: 'With what is in the collection already',
      nothing: 'Choose a file, or name a collection to learn once more.',
    },
  },
  errors: {
    defect: 'Something went wrong inside Fabulist; the details are in its log.',
    notAllowed: 'Only who may manage this server can do that.',
    stopping: 'I was stopped in the middle of this; ask me again in a minute.',
    cannotShow: 'This reply could not be shown.',
    tooLarge: (file: string, most: string) =>
      `${file} is larger than the ${most} MB that can be sent here: ask whoever runs Fabulist for it.`,
    unknownRequest: 'I no longer know this command or button; /help shows what I can do.',
  },
  typed: {
    hint: (line: string) => `Commands begin with a slash: /story ${line || 'had a general'}, or /help to see them all.`,
    unknown: (name: string, nearest: string | undefined) =>
      `There is no command /${name}${nearest ? ` (did you mean /${nearest}?)` : ''}; /help shows them all.`,
    number: (name: string, whole: boolean, least: string, most: string, given: string) =>
      `${name} must be a ${whole ? 'whole ' : ''}number from ${least} to ${most}, not ${given}.`,
    choice: (name: string, choices: string, given: string) => `${name} must be one of ${choices}, not ${given}.`,
    surplus: (name: string, text: string) => `/${name} takes no “${text}”.`,
    noStory: 'There is no story to go on with yet: /story had a general',
    storyComing: 'The story is on its way: it is told as soon as I have learned enough.',
    option: (typed: string, meant: string) => `There is no option ${typed}; did you mean ${meant}?`,
    dashes: (typed: string, names: string) => `Options are written like words:8, not ${typed}; there are ${names}.`,
    saved: (path: string) => `It is in ${path}.`,
    welcome: 'I am Fabulist. Try: /story had a general   (or /help; Ctrl-C ends)',
  },
};

export const enCommands: CommandTexts = {
  story: {
    does: 'Continue a story from its first words',
    options: {
      opening: 'How it begins; left out, I begin with a sentence of my own reading',
      corpus: 'The collection of stories to tell from',
      words: 'How many words to add, punctuation marks included; usually {words}',
      temperature: 'How daring: 0 always takes the likeliest word, 2 is wild',
      'max-copy': 'How many words in a row may be just as I read them; usually any number',
      seed: 'A number; the same one tells the same story again',
    },
  },
  train: {
    does: 'Hand me a story or a book to learn from',
    options: {
      file: 'A story as .txt, .md, .html or .epub; left out, I learn the collection once more',
      corpus: 'The collection it goes to; usually named like the file',
      mode: 'Add to the collection, or start it clean',
    },
  },
  accuracy: { does: 'Show how well I know a collection of stories', options: { corpus: 'Which collection' } },
  corpora: {
    does: 'List the collections of stories, or choose the one to tell from',
    options: {
      action: 'What to do; usually list them',
      corpus: 'Which collection',
      version: 'The model to go back to; usually the one before',
    },
  },
  forget: {
    does: 'Delete what you handed over, and all that I learned from it',
    options: { scope: 'Left out, I ask first where it is more than one collection', corpus: 'In this collection only' },
  },
  cancel: { does: 'End a training and drop what it learned', options: { corpus: 'The collection being learned' } },
  help: { does: 'What I can do, and what I keep', options: {} },
  choices: {
    append: 'Add to it',
    clean: 'Start clean',
    list: 'List them',
    everything: 'Everything of mine',
    use: 'Tell from it here',
    'use-everywhere': 'Tell from it everywhere',
    export: 'Hand it out as a file',
    rollback: 'Go back to an earlier model',
  },
};
