/** What the page itself says in English; what Fabulist answers is in `../texts/`. */
export const pageEn = {
  title: 'Fabulist',
  description: 'A storyteller that learns to write from the stories you hand it.',
  skip: 'Skip to the content',
  needsScript: 'This page needs JavaScript, all of it from this machine.',
  navigation: 'Views',
  chat: 'Stories',
  library: 'Library',
  otherLanguage: 'Deutsch',

  talk: 'Conversation',
  you: 'You',
  me: 'Fabulist',
  emptyTitle: 'Begin a story, and I will go on.',
  emptyText:
    'Give me the first words. I continue them as the stories would that I have read: an old fable to begin with, and then whatever you hand me.',
  emptyTry: 'Press this, to begin with',
  emptyExample: 'had a general',
  emptyTrain: 'Hand me a text of yours',
  emptyTrainText:
    'A plain text file: a tale, a diary, a book. Drop it anywhere on this page, and watch me learn to write like it.',
  emptyLibrary: 'See what I have read',
  emptyLibraryText: 'How well I know each collection, how I came to know it, and what I would tell from it.',
  thinking: 'The answer is on its way.',

  line: 'The first words of a story, or a command',
  placeholder: 'The first words of a story, or / for commands',
  say: 'Tell',
  learn: 'Learn',
  choose: 'Hand over a text file',
  takeBack: 'Take {name} back',
  staged: '{name} is ready to be learned. Press Learn.',
  sending: '{name} is on its way',
  suggestions: 'Suggestions',
  suggestionsFound: '{count} suggestions; choose with the arrow keys.',
  drop: 'Let go, and I will read it.',
  uploadTooLarge: '{name} is larger than {most} MB, which is the most I take.',
  uploadFailed: '{name} did not arrive. Hand it over once more.',
  uploadGone: 'That file is no longer at hand: hand it over once more.',
  fileGone: 'This file is no longer at hand: ask for it once more.',

  lookInside: 'Look inside',
  copy: 'Copy',
  copied: 'Copied',
  download: 'Download',
  downloadFile: 'Download {name}',
  progress: 'How much is learned',
  tells: 'It tells',
  tellsNow: 'It tells now',
  curveNow: 'Learning curve so far',
  announceShare: '{title}: {share}',

  lost: 'The connection to Fabulist is lost. I keep trying; nothing is forgotten.',
  back: 'Connected again.',
  notSent: 'That did not reach Fabulist. It is still in the line: try once more.',
  broken: 'I was stopped before I could answer. Ask me once more.',
  brokenTraining:
    'I was stopped in the middle of this. It goes on by itself shortly after the start; if not, /train begins it anew.',
  failed: 'This could not be shown. Try once more.',

  door: 'This Fabulist asks for a password',
  doorPassword: 'Password',
  doorOpen: 'Open',
  doorWrong: 'That is not the password.',
  doorTooMany: 'There were too many wrong passwords. Wait a minute, then try once more.',
};

/** What the page itself says, in one language. Plain strings, since they are sent; `{name}` is filled in by the page. */
export type PageTexts = Readonly<Record<keyof typeof pageEn, string>>;
