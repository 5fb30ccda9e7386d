import type { PageTexts } from './page-texts-en.ts';

/** Was die Seite selbst auf Deutsch sagt. */
export const pageDe: PageTexts = {
  title: 'Fabulist',
  description: 'Ein Erzähler, der aus den Geschichten schreiben lernt, die du ihm gibst.',
  skip: 'Zum Inhalt springen',
  needsScript: 'Diese Seite braucht JavaScript, das ganz von diesem Rechner kommt.',
  navigation: 'Ansichten',
  chat: 'Geschichten',
  library: 'Bibliothek',
  otherLanguage: 'English',

  talk: 'Gespräch',
  you: 'Du',
  me: 'Fabulist',
  emptyTitle: 'Fang eine Geschichte an, und ich erzähle weiter.',
  emptyText:
    'Gib mir die ersten Wörter. Ich mache weiter wie die Geschichten, die ich gelesen habe: am Anfang eine alte Fabel, und dann alles, was du mir gibst.',
  emptyTry: 'Zum Anfangen einfach drücken',
  emptyExample: 'had a general',
  emptyTrain: 'Gib mir einen Text von dir',
  emptyTrainText:
    'Eine einfache Textdatei: ein Märchen, ein Tagebuch, ein Buch. Zieh sie irgendwo auf diese Seite und sieh zu, wie ich so schreiben lerne.',
  emptyLibrary: 'Sieh, was ich gelesen habe',
  emptyLibraryText: 'Wie gut ich jede Sammlung kenne, wie es dazu kam, und was ich daraus erzählen würde.',
  thinking: 'Die Antwort ist unterwegs.',

  line: 'Die ersten Wörter einer Geschichte, oder ein Befehl',
  placeholder: 'Die ersten Wörter einer Geschichte, oder / für Befehle',
  say: 'Erzählen',
  learn: 'Lernen',
  choose: 'Eine Textdatei geben',
  takeBack: '{name} zurücknehmen',
  staged: '{name} liegt zum Lernen bereit. Drück auf Lernen.',
  sending: '{name} ist unterwegs',
  suggestions: 'Vorschläge',
  suggestionsFound: '{count} Vorschläge; wähl mit den Pfeiltasten.',
  drop: 'Lass los, und ich lese es.',
  uploadTooLarge: '{name} ist größer als {most} MB; mehr nehme ich nicht.',
  uploadFailed: '{name} ist nicht angekommen. Gib es mir noch einmal.',
  uploadGone: 'Diese Datei liegt nicht mehr bereit: Gib sie mir noch einmal.',
  fileGone: 'Diese Datei liegt nicht mehr bereit: Frag noch einmal danach.',

  lookInside: 'Hineinsehen',
  copy: 'Kopieren',
  copied: 'Kopiert',
  download: 'Herunterladen',
  downloadFile: '{name} herunterladen',
  progress: 'Wie viel gelernt ist',
  tells: 'So erzählt es',
  tellsNow: 'So erzählt es jetzt',
  curveNow: 'Die Lernkurve bis jetzt',
  announceShare: '{title}: {share}',

  lost: 'Die Verbindung zu Fabulist ist unterbrochen. Ich versuche es weiter; vergessen ist nichts.',
  back: 'Wieder verbunden.',
  notSent: 'Das hat Fabulist nicht erreicht. Es steht noch in der Zeile: Versuch es noch einmal.',
  broken: 'Ich wurde angehalten, ehe ich antworten konnte. Frag mich noch einmal.',
  brokenTraining:
    'Ich wurde mittendrin angehalten. Es geht kurz nach dem Start von selbst weiter; wenn nicht, beginnt es /train von neuem.',
  failed: 'Das ließ sich nicht zeigen. Versuch es noch einmal.',

  door: 'Dieser Fabulist fragt nach einem Passwort',
  doorPassword: 'Passwort',
  doorOpen: 'Öffnen',
  doorWrong: 'Das ist nicht das Passwort.',
  doorTooMany: 'Das waren zu viele falsche Passwörter. Warte eine Minute, dann versuch es noch einmal.',
};
