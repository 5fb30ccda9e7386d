import type { types } from '@slack/bolt';
import { z } from 'zod';
import { commandNamed, describeChoice } from '../commands.ts';
import type { Locale } from '../locale.ts';
import { type Texts, textsFor } from '../texts/texts.ts';
import type { SlackFile, Submission } from './incoming.ts';
import { inert } from './inert-text.ts';
import { section } from './payload.ts';

export const TRAIN_MODAL = 'train';
/** What Slack lets somebody choose in one form. */
const MOST_FILES = 10;
const LONGEST_NAME = 200;

/** What Slack keeps with the modal: where its answer goes. */
export interface ModalPlace {
  readonly channel: string;
  readonly thread?: string | undefined;
}

const PLACE = z.object({ channel: z.string().min(1), thread: z.string().optional() });

export interface FilledModal {
  readonly place: ModalPlace;
  readonly files: readonly SlackFile[];
  readonly options: Readonly<Record<string, string>>;
}

/** The form that takes what a slash command cannot: files. given: what was typed behind the command. */
export function trainModal(
  place: ModalPlace,
  given: Readonly<Record<string, string | number>>,
  locale: Locale,
): types.ModalView {
  const { modal } = textsFor(locale).slack;
  const modes = commandNamed('train')?.options.find(({ name }) => name === 'mode')?.choices ?? [];
  const options = modes.map(({ value }) => ({ text: plainText(describeChoice(value, locale)), value }));
  const chosen = options.find(({ value }) => value === given.mode) ?? options[0];
  const corpus = String(given.corpus ?? '').slice(0, LONGEST_NAME);
  return {
    type: 'modal',
    callback_id: TRAIN_MODAL,
    private_metadata: JSON.stringify(place),
    title: plainText(modal.title),
    submit: plainText(modal.submit),
    close: plainText(modal.close),
    blocks: [
      {
        type: 'input',
        block_id: 'file',
        optional: true,
        label: plainText(modal.file),
        hint: plainText(modal.fileHint),
        element: { type: 'file_input', action_id: 'file', max_files: MOST_FILES },
      },
      {
        type: 'input',
        block_id: 'corpus',
        optional: true,
        label: plainText(modal.corpus),
        hint: plainText(modal.corpusHint),
        element: {
          type: 'plain_text_input',
          action_id: 'corpus',
          max_length: LONGEST_NAME,
          ...(corpus !== '' && { initial_value: corpus }),
        },
      },
      {
        type: 'input',
        block_id: 'mode',
        label: plainText(modal.mode),
        element: { type: 'radio_buttons', action_id: 'mode', options, ...(chosen && { initial_option: chosen }) },
      },
    ],
  };
}

/** What stands in the modal instead where the person may not train. */
export function refusalModal(sentence: string, { slack }: Texts): types.ModalView {
  return {
    type: 'modal',
    title: plainText(slack.modal.title),
    close: plainText(slack.modal.close),
    blocks: [section(inert(sentence))],
  };
}

/** Undefined for a form that is none of ours. */
export function readModal({ view }: Submission): FilledModal | undefined {
  const place = view.callback_id === TRAIN_MODAL ? PLACE.safeParse(parsed(view.private_metadata)) : undefined;
  if (!place?.success) return undefined;
  const { file, corpus, mode } = view.state.values;
  const name = corpus?.corpus?.value?.trim();
  const chosen = mode?.mode?.selected_option?.value;
  return {
    place: place.data,
    files: (file?.file?.files ?? []).slice(0, MOST_FILES),
    options: { ...(name && { corpus: name }), ...(chosen && { mode: chosen }) },
  };
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

function plainText(text: string): types.PlainTextElement {
  return { type: 'plain_text', text, emoji: false };
}
