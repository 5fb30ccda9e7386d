import { FabulistError } from '../errors.ts';
import type { CorpusRef, Version } from '../library/library.ts';
import type { Asker, Story, Storyteller, TrainReply } from '../story/storyteller.ts';
import type { Training } from '../training/trainer.ts';
import type { Invocation, ReplySink } from './adapter.ts';
import { commandNamed, isAction, type Permission } from './commands.ts';
import { LiveReply } from './live-reply.ts';
import type { Locale } from './locale.ts';
import type { Message, Picture } from './message.ts';
import { accuracyReply } from './replies/accuracy-reply.ts';
import { chosenReply, corporaReply, exportReply, rollbackReply } from './replies/corpora-reply.ts';
import { cancelReply, forgetReply, forgetWhichReply, helpReply, stopReply } from './replies/other-replies.ts';
import { errorReply, storyReply } from './replies/story-reply.ts';
import { joinedReply, trainingReply } from './replies/training-reply.ts';
import { type Texts, textsFor } from './texts/texts.ts';

export interface ChatHandlerOptions {
  readonly storyteller: Storyteller;
  /** Where defects are told, and what a surface refused to show. */
  readonly log: { error(details: object, message: string): void; warn(details: object, message: string): void };
  /** Draws the learning curve of a version; default: no pictures. */
  readonly curve?: (corpus: CorpusRef, version: Version, locale: Locale) => Promise<Picture | undefined>;
}

/** One invocation on its way to its answer. */
interface Call {
  readonly invocation: Invocation;
  readonly texts: Texts;
  readonly live: LiveReply;
}

/** Most platforms list no more choices than this. */
const CHOICES = 25;

/** Answers whatever people ask on any surface: calls the storyteller and says in plain words what came of it. */
export class ChatHandler {
  readonly #storyteller: Storyteller;
  readonly #options: ChatHandlerOptions;

  constructor(options: ChatHandlerOptions) {
    this.#storyteller = options.storyteller;
    this.#options = options;
  }

  /** Answers an invocation; resolves when its last message is shown. Never rejects: every error is one sentence to the asker. */
  async handle(invocation: Invocation, sink: ReplySink): Promise<void> {
    const { command, locale } = invocation;
    const texts = textsFor(locale);
    const refused = (error: unknown) => this.#options.log.warn({ err: error, command }, 'A surface refused a message');
    // A button's answer takes the place of the message that it is under; but stopping is shown by the training's own message.
    const live = new LiveReply(sink, isAction(command) && command !== 'stop', refused);
    try {
      this.#mustBeAllowed(invocation, texts);
      const answer = await this.#answer({ invocation, texts, live });
      // Whoever waits for an answer that the surface refuses would wait for ever.
      if (!(await live.finish(answer))) await sink.send(errorReply(texts.errors.cannotShow)).catch(refused);
    } catch (error) {
      const message = errorReply(this.#sentenceFor(error, invocation, texts));
      // What went wrong with a button must not wipe out the story above it.
      if (isAction(command)) await sink.send(message).catch(refused);
      else await live.finish(message);
    }
  }

  /** Shows a training that was asked for earlier until it ends, such as before a restart. Never rejects. */
  async follow(training: Training, sink: ReplySink, locale: Locale): Promise<void> {
    const refused = (error: unknown) => this.#options.log.warn({ err: error }, 'A surface refused a message');
    const live = new LiveReply(sink, true, refused);
    await live.finish(await this.#untilEnd(training, locale, live));
  }

  /** What to offer while somebody types. Never rejects: no offer is better than an error at a keystroke. */
  async complete(
    asker: Asker,
    kind: 'openings' | 'corpora' | 'versions',
    typed: string,
    corpus?: string,
  ): Promise<string[]> {
    try {
      if (kind === 'openings') return await this.#storyteller.openings(asker, typed, corpus, CHOICES);
      const all =
        kind === 'corpora'
          ? (await this.#storyteller.corpora(asker)).map(({ name }) => name)
          : (await this.#storyteller.accuracy(asker, corpus)).versions.versions.map(({ id }) => id);
      return all.filter((name) => name.toLowerCase().includes(typed.trim().toLowerCase())).slice(0, CHOICES);
    } catch (error) {
      if (!(error instanceof FabulistError)) this.#options.log.error({ err: error }, 'A completion failed');
      return [];
    }
  }

  #answer(call: Call): Promise<Message> {
    const { asker, command, options, locale } = call.invocation;
    const { texts } = call;
    const corpus = text(options.corpus);
    const target = text(options.target);
    const story = async (telling: Promise<Story>) => storyReply(await telling, texts);
    switch (command) {
      case 'story':
        return this.#story(call);
      case 'continue':
        return story(this.#storyteller.continue(asker, target ?? ''));
      case 'retell':
        return story(this.#storyteller.retell(asker, target ?? ''));
      case 'undo':
        return story(this.#storyteller.undo(asker, target ?? ''));
      case 'train':
        return this.#train(call);
      case 'stop':
        return this.#storyteller.stop(asker, target).then((name) => stopReply(name, texts));
      case 'cancel':
        return this.#storyteller.cancel(asker, corpus).then((name) => cancelReply(name, texts));
      case 'accuracy':
        return this.#accuracy(call, corpus);
      case 'corpora':
        return this.#corpora(call, corpus);
      case 'forget':
        return this.#forget(call, corpus);
      case 'help':
        return Promise.resolve(helpReply(texts, locale, call.invocation.handsOver));
    }
  }

  async #story({ invocation: { asker, options }, texts, live }: Call): Promise<Message> {
    const request = {
      opening: text(options.opening) ?? '',
      corpus: text(options.corpus),
      words: number(options.words),
      temperature: number(options.temperature),
      maxCopy: number(options['max-copy']),
      seed: number(options.seed),
    };
    let unwatch: () => void = () => undefined;
    try {
      const story = await this.#storyteller.tell(asker, request, (training) => {
        unwatch = this.#watch(training, texts, live);
      });
      return storyReply(story, texts);
    } finally {
      unwatch();
    }
  }

  async #train({ invocation, texts, live }: Call): Promise<Message> {
    const { asker, options, files = [], reportTo, locale, handsOver = 'attachment' } = invocation;
    if (files.length === 0 && text(options.corpus) === undefined)
      throw new FabulistError('usage', texts.training.noFile[handsOver]);
    const read = await Promise.all(files.map(async (file) => ({ fileName: file.fileName, bytes: await file.read() })));
    const reply = await this.#storyteller.train(asker, {
      files: read,
      corpus: text(options.corpus),
      mode: options.mode === 'clean' ? 'clean' : 'append',
      options: {},
      reportTo,
    });
    // The message that shows it is there already.
    if (reply.joined) return joinedReply(reply, texts);
    return this.#untilEnd(reply.training, locale, live, reply);
  }

  /** Shows a training on its way; resolves to the message about its end. */
  async #untilEnd(training: Training, locale: Locale, live: LiveReply, read?: TrainReply): Promise<Message> {
    const { corpus } = training.request;
    const texts = textsFor(locale);
    const unwatch = this.#watch(training, texts, live, read);
    const unfollow = followMoves(training, live);
    const end = await training.ended;
    unwatch();
    unfollow();
    const picture = end.kind === 'finished' ? await this.#curve(corpus, end.version, locale) : undefined;
    // The trainer never ends with a line of the log; the types do not know that.
    return end.kind === 'log' ? errorReply(texts.errors.defect) : trainingReply(corpus.name, end, texts, read, picture);
  }

  #watch(training: Training, texts: Texts, live: LiveReply, read?: TrainReply): () => void {
    return training.watch((event) => {
      if (event.kind === 'log' || event.kind === 'finished' || event.kind === 'cancelled' || event.kind === 'failed')
        return;
      live.progress(trainingReply(training.request.corpus.name, event, texts, read));
    });
  }

  /** Deletes at once what is plainly meant; of several corpora, says first what there is. */
  async #forget({ invocation: { asker, options }, texts }: Call, corpus: string | undefined): Promise<Message> {
    if (corpus === undefined && options.scope !== 'everything') {
      const theirs = await this.#storyteller.handedOver(asker);
      if (theirs.length > 1) return forgetWhichReply(theirs, texts);
    }
    return forgetReply(await this.#storyteller.forget(asker, corpus), texts);
  }

  async #accuracy({ invocation: { asker, locale }, texts }: Call, name: string | undefined): Promise<Message> {
    const report = await this.#storyteller.accuracy(asker, name);
    const picture = report.telling ? await this.#curve(report.corpus, report.telling, locale) : undefined;
    return accuracyReply(report, texts, picture);
  }

  async #corpora({ invocation: { asker, options }, texts }: Call, name: string | undefined): Promise<Message> {
    const { action = 'list' } = options;
    if (action === 'list') return corporaReply(await this.#storyteller.corpora(asker), texts);
    if (name === undefined) throw new FabulistError('usage', texts.corpora.which(String(action)));
    if (action === 'export') return exportReply(name, await this.#storyteller.exportCorpus(asker, name), texts);
    if (action === 'rollback') {
      return rollbackReply(name, await this.#storyteller.rollback(asker, name, text(options.version)), texts);
    }
    const scope = action === 'use-everywhere' ? 'server' : 'channel';
    await this.#storyteller.choose(asker, name, scope);
    return chosenReply(name, scope, texts);
  }

  /** A picture that cannot be drawn keeps nobody from the figures. */
  async #curve(corpus: CorpusRef, version: Version, locale: Locale): Promise<Picture | undefined> {
    try {
      return await this.#options.curve?.(corpus, version, locale);
    } catch (error) {
      this.#options.log.error({ err: error, corpus: corpus.name }, 'A learning curve could not be drawn');
      return undefined;
    }
  }

  /** Throws `not-allowed`. Platforms hide commands from those who may not use them, but buttons and old clients do not. */
  #mustBeAllowed({ command, options, mayManage }: Invocation, texts: Texts): void {
    // What /forget removes is the asker's own, and that nobody may keep from them.
    if (mayManage || command === 'forget') return;
    const found = commandNamed(command);
    const chosen = found?.options.flatMap(({ name, choices = [] }) =>
      choices.filter(({ value }) => value === options[name]),
    );
    const needed: (Permission | undefined)[] = [
      found?.permission,
      ...(chosen ?? []).map(({ permission }) => permission),
    ];
    if (needed.includes('manage')) throw new FabulistError('not-allowed', texts.errors.notAllowed);
  }

  #sentenceFor(error: unknown, { command, asker }: Invocation, texts: Texts): string {
    if (error instanceof FabulistError) return error.message;
    this.#options.log.error({ err: error, command, server: asker.server }, 'A command failed');
    return texts.errors.defect;
  }
}

/** Lets a training know where it is shown, whenever that changes. */
function followMoves(training: Training, live: LiveReply): () => void {
  let known = live.movedTo;
  return training.watch(() => {
    const { movedTo } = live;
    if (movedTo === known || !movedTo) return;
    known = movedTo;
    training.moved?.(movedTo);
  });
}

function text(value: string | number | undefined): string | undefined {
  return value === undefined || value === '' ? undefined : String(value);
}

function number(value: string | number | undefined): number | undefined {
  return value === undefined ? undefined : Number(value);
}
