import type { CommandTexts } from './command-texts.ts';
import type { en } from './en.ts';
import { FigureWriter } from './figures.ts';

const figures = new FigureWriter('de', { second: 's', minute: 'min', hour: 'h' });
const number = (value: number) => figures.number(value);
const count = (value: number, one: string, many: string) => `${number(value)} ${value === 1 ? one : many}`;
const stories = (value: number) => count(value, 'Geschichte', 'Geschichten');
const words = (value: number) => count(value, 'Wort', 'Wörter');

/** Alles, was auf Deutsch gesagt wird. */
export const de: typeof en = {
  figures,
  actions: { continue: 'Weiter', retell: 'Neu erzählen', undo: 'Zurück', stop: 'Anhalten' },
  story: {
    replaced: (unknown, known) => `„${unknown}“ kenne ich nicht; ich habe weitererzählt, als hieße es „${known}“.`,
    leftOut: (unknown) => `„${unknown}“ kenne ich nicht und habe es weggelassen.`,
    copied: (length, corpus, fresh) =>
      `Abgeschrieben aus „${corpus}“: höchstens ${length === 1 ? 'ein Wort' : `${number(length)} Wörter`} am Stück; von 100 Folgen aus vier Wörtern ${fresh === '1' ? 'ist' : 'sind'} ${fresh} neu.`,
  },
  training: {
    read: (file, length, language, written) =>
      `${file} gelesen: ${words(length)}${language ? `, ${language}` : ''} (${written}).`,
    removed: (what) => `Weggelassen habe ich, was nicht zur Geschichte gehört: ${what}.`,
    parts: {
      licence: 'eine Lizenz von Project Gutenberg',
      'page-numbers': 'Seitenzahlen',
      'running-heads': 'Titel, die auf jeder Seite stehen',
    },
    already: (file, corpus) => `${file} war schon in „${corpus}“.`,
    queued: (corpus, place) =>
      place === 1 ? `„${corpus}“ wird als Nächstes gelernt` : `„${corpus}“ wartet darauf, gelernt zu werden`,
    unattended: 'Gerade lernt niemand: Wer Fabulist betreibt, muss einen Trainer starten, dann geht es von selbst los.',
    joined: (corpus) => `Das lerne ich schon: Ein Lernen von „${corpus}“ ist im Gange, mit allem, was darin ist.`,
    noFile: {
      attachment: 'Gib mir eine Geschichte zum Lernen: Häng eine Datei .txt, .md, .html oder .epub an /train an.',
      path: 'Gib mir eine Datei .txt, .md, .html oder .epub zum Lernen: /train PFAD, etwa /train geschichten/fabel.txt',
      message:
        'Gib mir eine Geschichte zum Lernen: /train fragt nach der Datei, oder häng sie an eine Nachricht, die mich erwähnt.',
    },
    preparing: (corpus) => `Ich mache mich bereit, „${corpus}“ zu lernen`,
    learning: (corpus) => `Ich lerne „${corpus}“`,
    forecast: (words: number, different: number, time: string) =>
      `${count(words, 'Wort', 'Wörter')}, davon ${number(different)} verschiedene: Das dauert ungefähr ${time}.`,
    parrots: 'Einen so kurzen Text lerne ich auswendig; ich werde ihn eher wiederholen als selbst etwas erfinden.',
    place: 'Platz in der Warteschlange',
    atWork: 'Gerade dran',
    timeLeft: 'Noch',
    right: 'Richtig geraten',
    loss: 'Überraschung (Loss)',
    tellsNow: 'So erzählt es jetzt',
    tells: 'So erzählt es',
    finished: (corpus, length, different, time) =>
      `„${corpus}“ in ${time} gelernt: ${words(length)}, davon ${number(different)} verschiedene.`,
    stopped: 'Es wurde vorzeitig angehalten und behält das Beste, was es gelernt hatte.',
    keptOut: (reason) => `Das Modell von vorher erzählt weiter: ${reason}`,
    cancelled: (corpus) => `Das Lernen von „${corpus}“ wurde abgebrochen; was dabei gelernt war, ist fort.`,
    failed: (corpus, reason) => `„${corpus}“ ließ sich nicht lernen: ${reason}`,
    again: 'Ich versuche es später noch einmal.',
    setAside: 'Es ist dreimal misslungen, darum versuche ich es nicht mehr von selbst; mit /train beginnt es neu.',
    stopping: (corpus) => `Ich halte das Lernen von „${corpus}“ an; das Beste, was gelernt war, bleibt.`,
  },
  nightly: {
    read: (corpus, of) => `Ich habe gelesen: ${count(of, 'neue Geschichte', 'neue Geschichten')} in „${corpus}“.`,
    changed: (corpus) => `Die Geschichten von „${corpus}“ haben sich geändert, darum habe ich es neu gelernt.`,
    right: (before, after) =>
      `Von 100 gelesenen Wörtern habe ich vorher ${before} richtig erraten, jetzt sind es ${after}.`,
    unread: (before, after) =>
      `Von 100 Wörtern, die ich nie gelesen hatte, habe ich vorher ${before} richtig erraten, jetzt sind es ${after}.`,
    wavered: (before, after) =>
      `Wo ich nicht gelesen habe, war es, als wählte ich jedes nächste Wort unter ${before} gleich guten, jetzt unter ${after}. Weniger ist besser.`,
    tellsNow: 'Ab jetzt erzählt das neue Modell.',
    firstTells: 'Ab jetzt kann ich daraus erzählen.',
    keptOut: 'Das neue Modell rät schlechter, darum erzählt das von vorher weiter.',
    before: 'Das Modell von vorher erzählt weiter.',
    sample: 'Ein Satz des neuen Modells',
    resumed: (corpus) => `Ich bin wieder da, und das Lernen von „${corpus}“ geht weiter.`,
  },
  accuracy: {
    title: (corpus) => `Wie gut ich „${corpus}“ kenne`,
    right: (of100) => `Von 100 gelesenen Wörtern errate ich ${of100} richtig aus den Wörtern davor.`,
    unread: (of100) => `Von 100 Wörtern, die ich vorher nicht gelesen hatte, errate ich ${of100} richtig.`,
    noneUnread: 'So kurze Texte lerne ich auswendig; es bleibt nichts davon, um mich zu prüfen.',
    perplexity: (read, loss) =>
      `Wo ich gelesen habe, ist es, als wählte ich jedes nächste Wort unter ${read} gleich guten (Perplexität ${read}, Loss ${loss}).`,
    perplexityUnread: (unread) =>
      `Wo nicht, ist es, als wären es ${unread} (Perplexität ${unread}). Weniger ist besser.`,
    size: (length, different, of) =>
      `Gelernt habe ich ${words(length)} aus ${of === 1 ? '1 Geschichte' : `${number(of)} Geschichten`}, davon ${number(different)} verschiedene. Satzzeichen zählen als Wörter.`,
    learned: (at, time, engine) => `Gelernt am ${at} in ${time} (Rechenwerk: ${engine}).`,
    versions: (kept, id, newest) => {
      if (kept === 1) return `Es erzählt das Modell ${id}, das einzige, das aufgehoben ist.`;
      return `Es erzählt das Modell ${id}; von den ${number(kept)} aufgehobenen ${newest ? 'ist es das neueste' : 'gibt es ein neueres'}.`;
    },
    damaged: (ids) => `Beschädigt und beiseitegelegt: ${ids}.`,
    stale: 'In seinen Geschichten hat sich etwas geändert, das ich noch nicht gelernt habe.',
    next: (at) => `Das nächste nächtliche Lernen ist am ${at}.`,
    running: (share) => `Ich lerne es gerade: ${share} geschafft.`,
    waiting: 'Es wartet darauf, gelernt zu werden.',
    setAside: (reason) => `Von selbst versuche ich es nicht mehr zu lernen: ${reason}`,
    none: (corpus) => `„${corpus}“ habe ich noch nicht gelernt.`,
    example: 'Ein Beispiel, in der Form Wörter davor - [das Wort, das wirklich folgt] vs [mein Tipp]:',
    curve: (corpus) => `Lernkurve von „${corpus}“`,
  },
  pictures: {
    curve: 'Lernkurve',
    read: 'Überraschung bei Gelesenem (Loss)',
    unread: 'Überraschung bei Ungelesenem',
    right: 'Richtig geratene Wörter',
    rightUnread: 'Richtig geraten bei Ungelesenem',
    choicesRead: 'Wörter zur Wahl (Perplexität)',
    choicesUnread: 'Wörter zur Wahl bei Ungelesenem',
    best: 'bestes Modell',
    tells: 'erzählt jetzt',
    seconds: 'Sekunden',
    minutes: 'Minuten',
    hours: 'Stunden',
    steps: 'Schritte',
    nothing: 'Noch ist nichts gemessen.',
    noVersions: 'Es gibt noch kein Modell.',
    alt: {
      at: (step, time) => `bei Schritt ${step}, nach ${time}`,
      one: (at, of100, loss) =>
        `Lernkurve aus einem einzigen Punkt, ${at}: ${of100} von 100 Wörtern richtig geraten, Überraschung (Loss) ${loss}.`,
      length: (steps, time) => `Lernkurve über ${steps} Schritte in ${time}.`,
      right: (start, end) => `Von 100 Wörtern waren am Anfang ${start} richtig geraten, am Ende ${end}.`,
      read: (start, end) => `Die Überraschung (Loss) bei Gelesenem ging von ${start} auf ${end}.`,
      unread: (start, end) => `Bei dem, was nicht gelesen war, ging sie von ${start} auf ${end}.`,
      unreadOnce: (loss) => `Bei dem, was nicht gelesen war, war sie ${loss}.`,
      noneUnread: 'Zum Prüfen blieb nichts beiseite.',
      bestRight: (at, of100) => `Das beste Modell gab es ${at}, mit ${of100} von 100 Wörtern richtig.`,
      bestUnread: (at, loss) => `Das beste Modell gab es ${at}, mit einer Überraschung von ${loss}.`,
      byHeart: 'Danach begann es auswendig zu lernen: besser bei Gelesenem, schlechter bei allem anderen.',
      stillBetter: 'Am Ende wurde es noch immer besser, und das ist das beste Modell.',
    },
    history: {
      one: (day) => `Das einzige Modell ist vom ${day}.`,
      many: (of, first, last) => `${of} Modelle, vom ${first} bis zum ${last}.`,
      where: (unread) => `Gemessen an Text, den sie ${unread ? 'nicht gelesen' : 'gelesen'} hatten:`,
      choices: (first, last, one) =>
        one
          ? `Es ist, als wäre jedes nächste Wort unter ${first} gleich guten gewählt (Perplexität).`
          : `Das älteste wählte jedes nächste Wort wie unter ${first} gleich guten, das neueste wie unter ${last} (Perplexität).`,
      right: (first, last, one) =>
        one
          ? `Von 100 Wörtern errät es ${first} richtig.`
          : `Von 100 Wörtern errät das älteste ${first} richtig, das neueste ${last}.`,
      newestTells: 'Das neueste erzählt.',
      tells: (day) => `Es erzählt das vom ${day}.`,
      keptOut: (of) =>
        of === 1
          ? '1 Modell war schlechter als das davor und blieb außen vor.'
          : `${number(of)} Modelle waren schlechter als das davor und blieben außen vor.`,
    },
  },
  corpora: {
    title: 'Woraus ich erzählen kann',
    stories,
    words,
    right: (of100) => `${of100} von 100 Wörtern richtig`,
    notLearned: 'noch nicht gelernt',
    stale: 'seit dem Lernen geändert',
    starter: 'bringe ich mit',
    chosen: 'erzählt hier',
    how: 'So erzähle ich hier aus einer anderen: /corpora use NAME',
    usedHere: (corpus) => `Geschichten kommen hier jetzt aus „${corpus}“.`,
    usedEverywhere: (corpus) =>
      `Geschichten kommen jetzt überall aus „${corpus}“, außer wo etwas anderes gewählt wurde.`,
    rolledBack: (corpus, version, at) =>
      `„${corpus}“ wird jetzt vom Modell ${version} erzählt, gelernt am ${at}. Die anderen bleiben aufgehoben.`,
    exported: (corpus) => `Hier ist alles aus „${corpus}“: die Geschichten und wie gut ich sie gelernt habe.`,
    which: (action) => `Sag, welche Sammlung: /corpora ${action} NAME`,
  },
  forget: {
    nothing: 'Von dir ist hier nichts.',
    gone: (corpus, of, models) =>
      `Aus „${corpus}“ gelöscht: ${stories(of)} von dir und ${count(models, 'Modell', 'Modelle')}, die daraus gelernt hatten.`,
    empty: 'Es ist nichts davon übrig.',
    yours: 'Von dir sind Geschichten in mehr als einer Sammlung, darum habe ich noch nichts gelöscht:',
    which: 'Sag, was ich vergessen soll:',
    whichOne: 'löscht deine in der einen, und jedes Modell, das daraus gelernt hat.',
    whichAll: 'löscht sie in allen.',
    left: (of) => `Ich lerne neu aus dem, was andere gegeben haben: ${stories(of)}.`,
  },
  help: {
    intro:
      'Ich erzähle Geschichten weiter. Gib mir die ersten Wörter, und ich mache weiter wie die Geschichten, die ich gelernt habe.',
    example: 'Auf einer Insel',
    path: {
      name: 'PFAD',
      does: 'Aus einer Datei .txt, .md, .html oder .epub lernen, etwa /train geschichten/fabel.txt',
    },
    actions: {
      continue: 'Die letzte Geschichte weitererzählen',
      retell: 'Ihren letzten Teil anders erzählen',
      undo: 'Ihren letzten Teil wegnehmen',
      stop: 'Ein Lernen jetzt beenden und das Beste behalten, was gelernt ist',
    },
    options: 'Was du einstellen willst, schreibst du dazu: /story corpus:fabeln words:64 Auf einer Insel',
    mention:
      'In Threads und wo du sonst willst, erwähne mich stattdessen: @Fabulist Auf einer Insel, @Fabulist accuracy, oder @Fabulist train mit einer Datei daran.',
    privacyTitle: 'Was ich behalte',
    privacy:
      'Ich lese nur, was du mir gibst: die Dateien von /train und die Anfänge deiner Geschichten, nie, was Leute einander sagen. ' +
      'Dateien hebe ich mit einem Vermerk auf, wem sie gehören, bis du /forget sagst, und ebenso die Modelle, die daraus gelernt haben. ' +
      'Eine erzählte Geschichte behalte ich einen Tag lang, damit sie weitergehen kann. Alles bleibt auf dem Rechner, auf dem ich laufe.',
  },
  slack: {
    invite: 'Bilder darf ich hier erst zeigen, wenn ihr mich einladet: /invite @Fabulist',
    sentDirectly: (file) => `Ich habe dir ${file} als Direktnachricht geschickt.`,
    reading: (files) => `Ich lese ${files} …`,
    tooLate: 'Das Formular ging nicht rechtzeitig auf: Gib den Befehl noch einmal ein.',
    noFileThere: 'An dieser Nachricht hängt keine Datei.',
    modal: {
      title: 'Geschichten lernen',
      submit: 'Lernen',
      close: 'Abbrechen',
      file: 'Geschichten',
      fileHint: '.txt, .md, .html oder .epub, höchstens 10 Dateien. Ohne lerne ich die Sammlung noch einmal.',
      corpus: 'Sammlung',
      corpusHint: 'Wohin sie kommen. Sonst heißt sie wie die erste Datei.',
      mode: 'Mit dem, was schon in der Sammlung ist',
      nothing: 'Wähle eine Datei, oder nenne eine Sammlung, die ich noch einmal lernen soll.',
    },
  },
  errors: {
    defect: 'In Fabulist ist etwas schiefgegangen; Näheres steht im Protokoll.',
    notAllowed: 'Das darf nur, wer diesen Server verwalten darf.',
    stopping: 'Ich wurde mittendrin angehalten; frag mich in einer Minute noch einmal.',
    cannotShow: 'Diese Antwort ließ sich nicht anzeigen.',
    tooLarge: (file, most) => `${file} ist größer als die ${most} MB, die hier gehen: Frag, wer mich betreibt.`,
    unknownRequest: 'Diesen Befehl oder Knopf kenne ich nicht mehr; /help zeigt, was ich kann.',
  },
  typed: {
    hint: (line) => `Befehle beginnen mit Schrägstrich: /story ${line || 'Auf einer Insel'}, oder /help für alle.`,
    unknown: (name, nearest) =>
      `Einen Befehl /${name} gibt es nicht${nearest ? ` (meintest du /${nearest}?)` : ''}; /help zeigt alle.`,
    number: (name, whole, least, most, given) =>
      `${name} muss eine ${whole ? 'ganze ' : ''}Zahl von ${least} bis ${most} sein, nicht ${given}.`,
    choice: (name, choices, given) => `${name} muss eines von ${choices} sein, nicht ${given}.`,
    surplus: (name, text) => `/${name} nimmt kein „${text}“.`,
    noStory: 'Es gibt noch keine Geschichte, die weitergehen könnte: /story Auf einer Insel',
    storyComing: 'Die Geschichte ist unterwegs: Sie kommt, sobald ich genug gelernt habe.',
    option: (typed, meant) => `Eine Option ${typed} gibt es nicht; meintest du ${meant}?`,
    dashes: (typed, names) => `Optionen schreibt man wie words:8, nicht ${typed}; es gibt ${names}.`,
    saved: (path) => `Es liegt in ${path}.`,
    welcome: 'Ich bin Fabulist. Versuch: /story had a general   (oder /help; Strg-C beendet)',
  },
};

export const deCommands: CommandTexts = {
  story: {
    does: 'Eine Geschichte von ihren ersten Wörtern an weitererzählen',
    options: {
      opening: 'Wie sie anfängt; ohne Angabe beginne ich mit einem Satz, den ich gelesen habe',
      corpus: 'Die Sammlung, aus der erzählt wird',
      words: 'Wie viele Wörter dazukommen, Satzzeichen eingeschlossen; sonst {words}',
      temperature: 'Wie gewagt: 0 nimmt immer das wahrscheinlichste Wort, 2 ist wild',
      'max-copy': 'Wie viele Wörter am Stück genau so dastehen dürfen, wie ich sie las; sonst beliebig viele',
      seed: 'Eine Zahl; mit derselben kommt dieselbe Geschichte wieder',
    },
  },
  train: {
    does: 'Mir eine Geschichte oder ein Buch zum Lernen geben',
    options: {
      file: 'Eine Geschichte als .txt, .md, .html oder .epub; ohne sie lerne ich die Sammlung noch einmal',
      corpus: 'Die Sammlung, in die sie kommt; sonst heißt sie wie die Datei',
      mode: 'Zur Sammlung dazu, oder neu anfangen',
    },
  },
  accuracy: { does: 'Zeigen, wie gut ich eine Sammlung kenne', options: { corpus: 'Welche Sammlung' } },
  corpora: {
    does: 'Die Sammlungen zeigen, oder wählen, aus welcher erzählt wird',
    options: {
      action: 'Was zu tun ist; sonst zeigen',
      corpus: 'Welche Sammlung',
      version: 'Das Modell, zu dem es zurückgeht; sonst das vorige',
    },
  },
  forget: {
    does: 'Löschen, was du mir gegeben hast, und alles, was ich daraus gelernt habe',
    options: { scope: 'Sonst frage ich erst, wo es mehr als eine Sammlung ist', corpus: 'Nur in dieser Sammlung' },
  },
  cancel: {
    does: 'Ein Lernen abbrechen und vergessen, was dabei gelernt war',
    options: { corpus: 'Die Sammlung, die gelernt wird' },
  },
  help: { does: 'Was ich kann, und was ich behalte', options: {} },
  choices: {
    append: 'Dazugeben',
    clean: 'Neu anfangen',
    list: 'Zeigen',
    everything: 'Alles von mir',
    use: 'Hier daraus erzählen',
    'use-everywhere': 'Überall daraus erzählen',
    export: 'Als Datei herausgeben',
    rollback: 'Zu einem früheren Modell zurück',
  },
};
