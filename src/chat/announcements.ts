import { FabulistError } from '../errors.ts';
import type { NightlyReport } from '../training/nightly-run.ts';
import type { ReportTo, Training } from '../training/trainer.ts';
import type { ChatAdapter, ReplySink } from './adapter.ts';
import type { ChatHandler } from './chat-handler.ts';
import { localeOf } from './locale.ts';
import type { Message } from './message.ts';
import { nightlyReply, resumedReply } from './replies/nightly-reply.ts';
import { type Texts, textsFor } from './texts/texts.ts';

/** A surface that is open to people, and who answers there. */
export interface Surface {
  readonly adapter: ChatAdapter;
  readonly handler: ChatHandler;
}

export interface AnnouncementLog {
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
}

/** What is said unasked on the surfaces that are open: morning reports, and trainings of an earlier process. */
export class Announcements {
  readonly #surfaces: readonly Surface[];
  readonly #log: AnnouncementLog;

  /** surfaces: looked at anew each time, as they may open later. */
  constructor(surfaces: readonly Surface[], log: AnnouncementLog) {
    this.#surfaces = surfaces;
    this.#log = log;
  }

  /** Tells a morning report where its corpus was last trained, and in the log where that is out of reach. Never rejects. */
  async report(report: NightlyReport): Promise<void> {
    if (await this.#announce(report.reportTo, (texts) => nightlyReply(report, texts))) return;
    const { corpus, storiesRead, before, after, problem } = report;
    // Without the figures: they hold sentences out of the stories, which are nobody's business but the reader's.
    this.#log.info({ corpus, storiesRead, before: before?.id, after: after?.id, problem }, 'retrained');
  }

  /**
   * Goes on showing trainings that were asked for before a restart in the message that showed them. Where there is none,
   * it is said that they go on, and later what came of them. Never rejects.
   */
  async follow(trainings: readonly Training[]): Promise<void> {
    await Promise.all(trainings.map((training) => this.#followOne(training)));
  }

  async #followOne(training: Training): Promise<void> {
    const { reportTo, corpus } = training.request;
    const surface = this.#surfaceOf(reportTo);
    if (!surface || !reportTo) return;
    const { adapter, handler } = surface;
    const taken = await this.#takeUp(adapter, reportTo);
    const ofChannel = adapter.localeOf(reportTo);
    // A message that is there goes on in its own language.
    const locale = taken && reportTo.locale !== undefined ? localeOf(reportTo.locale) : ofChannel;
    if (taken) return handler.follow(training, taken, locale);
    if (!(await this.#announce(reportTo, (texts) => resumedReply(corpus.name, texts)))) return;
    const show = async (message: Message) => {
      // There is no message to change on the way: only the end is told.
      if (message.card?.state === 'ended') await this.#announce(reportTo, () => message);
    };
    const sink: ReplySink = { minimumInterval: 1_000, send: show, edit: show };
    await handler.follow(training, sink, locale);
  }

  async #takeUp(adapter: ChatAdapter, reportTo: ReportTo): Promise<ReplySink | undefined> {
    try {
      return await adapter.takeUp?.(reportTo);
    } catch (error) {
      this.#log.warn({ err: error, reportTo }, 'The message of a training could not be taken up');
      return undefined;
    }
  }

  #surfaceOf(reportTo: ReportTo | null | undefined): Surface | undefined {
    return this.#surfaces.find(({ adapter }) => adapter.name === reportTo?.surface);
  }

  /** Whether it was told. */
  async #announce(reportTo: ReportTo | null, write: (texts: Texts) => Message): Promise<boolean> {
    const adapter = this.#surfaceOf(reportTo)?.adapter;
    if (!adapter || !reportTo) return false;
    try {
      await adapter.announce(reportTo, write(textsFor(adapter.localeOf(reportTo))));
      return true;
    } catch (error) {
      if (!(error instanceof FabulistError)) this.#log.warn({ err: error, reportTo }, 'A surface refused a message');
      return false;
    }
  }
}
