import { vi } from 'vitest';
import type { ActionName } from '../../../src/chat/commands.ts';
import type { Asker } from '../../../src/story/storyteller.ts';
import type { Person } from '../adapter-contract.ts';
import { shownText } from './shown-text.ts';
import type { Block, Delivery, ShownMessage, StandIn, View } from './stand-in.ts';

export interface HandedFile {
  readonly fileName: string;
  readonly bytes: Uint8Array;
}

/** What goes with a message. */
interface Written {
  readonly files?: readonly HandedFile[];
  readonly attached?: readonly object[];
  readonly [more: string]: unknown;
}

/** Somebody with a Slack client, in one channel. */
export class SlackPerson implements Person {
  readonly who: Asker;
  readonly team: string;
  readonly channel: string;
  readonly #standIn: StandIn;

  /** who.channel: as the adapter names it, `T1/C1`. */
  constructor(standIn: StandIn, who: Asker) {
    this.#standIn = standIn;
    this.who = who;
    [this.team = '', this.channel = ''] = who.channel.split('/');
  }

  /** Types a slash command. A file is chosen in the form that `/train` opens. */
  async says(line: string, file?: HandedFile): Promise<void> {
    const trigger = this.#standIn.trigger();
    const delivered = this.command(line, { trigger_id: trigger });
    // Nobody listens any more once the bot is stopped.
    delivered.catch(() => undefined);
    if (!/^\/\S*train\b/.test(line)) return;
    const view = await vi.waitFor(() => this.#opened(trigger), { interval: 2, timeout: 5_000 }).catch(() => undefined);
    await delivered;
    if (view) await this.submits(view, file);
  }

  command(line: string, more: object = {}): Promise<Delivery> {
    const [, command = '', text = ''] = line.match(/^(\S+)\s*(.*)$/su) ?? [];
    return this.#standIn.deliver('slash_commands', {
      token: 'none',
      team_id: this.team,
      team_domain: 'mice',
      channel_id: this.channel,
      channel_name: 'general',
      user_id: this.who.user,
      user_name: 'someone',
      command,
      text,
      api_app_id: 'A1',
      is_enterprise_install: 'false',
      response_url: this.#standIn.address(this.team, this.channel, this.who.user),
      trigger_id: this.#standIn.trigger(),
      ...more,
    });
  }

  /** Fills in and sends a form. more: other values than what the form began with. */
  submits(opened: View, file?: HandedFile, more: object = {}): Promise<Delivery> {
    const values = {
      ...begunWith(opened.view.blocks),
      ...(file && { file: { file: { type: 'file_input', files: [this.#keep(file)] } } }),
      ...more,
    };
    return this.interacts({
      type: 'view_submission',
      view: { ...opened.view, id: opened.id, team_id: this.team, state: { values } },
      response_urls: [],
    });
  }

  async presses(action: ActionName): Promise<void> {
    const found = this.shown()
      .flatMap((message) => buttonsOf(message).map((button) => ({ message, button })))
      .findLast(({ button }) => button.action_id === action);
    if (!found) throw new Error(`There is no button ${action}`);
    await this.pressesButton(found.button.action_id, found.button.value, found.message);
  }

  pressesButton(action_id: string, value: string, { ts, thread, onlyFor }: ShownMessage): Promise<Delivery> {
    return this.interacts({
      type: 'block_actions',
      container: { type: 'message', message_ts: ts, channel_id: this.channel, is_ephemeral: onlyFor !== undefined },
      channel: { id: this.channel, name: 'general' },
      message: { type: 'message', ts, ...(thread && { thread_ts: thread }) },
      response_url: this.#standIn.address(this.team, this.channel, this.who.user, ts),
      actions: [{ type: 'button', action_id, block_id: 'b', value, action_ts: ts }],
    });
  }

  /** Uses "Train on this file" of a message. */
  usesShortcut(files: readonly HandedFile[], more: object = {}): Promise<Delivery> {
    const ts = this.#standIn.timestamp();
    return this.interacts({
      type: 'message_action',
      callback_id: 'train_on_file',
      channel: { id: this.channel, name: 'general' },
      message_ts: ts,
      message: { type: 'message', user: 'U9', ts, text: 'A story', files: files.map((file) => this.#keep(file)) },
      response_url: this.#standIn.address(this.team, this.channel, this.who.user),
      ...more,
    });
  }

  interacts(payload: object): Promise<Delivery> {
    return this.#standIn.deliver('interactive', {
      user: { id: this.who.user, username: 'someone', name: 'someone', team_id: this.team },
      team: { id: this.team, domain: 'mice' },
      enterprise: null,
      is_enterprise_install: false,
      api_app_id: 'A1',
      token: 'none',
      trigger_id: this.#standIn.trigger(),
      ...payload,
    });
  }

  /** Writes to the bot: a mention in a channel, anything in direct messages. attached: files as Slack describes them. */
  writes(text: string, more: Written = {}): Promise<Delivery> {
    const { files = [], attached = files.map((file) => this.#keep(file)), ...rest } = more;
    const direct = this.channel.startsWith('D');
    return this.happens({
      type: direct ? 'message' : 'app_mention',
      user: this.who.user,
      text,
      ts: this.#standIn.timestamp(),
      channel: this.channel,
      ...(direct && { channel_type: 'im' }),
      ...(attached.length > 0 && { files: attached, ...(direct && { subtype: 'file_share' }) }),
      ...rest,
    });
  }

  happens(event: object, more: object = {}): Promise<Delivery> {
    return this.#standIn.deliver('events_api', {
      token: 'none',
      team_id: this.team,
      api_app_id: 'A1',
      event,
      type: 'event_callback',
      event_id: this.#standIn.id('Ev'),
      event_time: Math.floor(Date.now() / 1_000),
      authorizations: [
        { enterprise_id: null, team_id: this.team, user_id: 'U0', is_bot: true, is_enterprise_install: false },
      ],
      ...more,
    });
  }

  shown(): ShownMessage[] {
    return this.#standIn.seenBy(this.who.user, this.channel, this.team);
  }

  sees(): string[] {
    return this.shown().map(textOf);
  }

  #opened(trigger: string): View {
    const view = this.#standIn.views.find((one) => one.trigger === trigger);
    if (!view) throw new Error('No form was opened');
    return view;
  }

  /** Puts a file where Slack keeps it. */
  #keep({ fileName, bytes }: HandedFile): object {
    const id = this.#standIn.id('F');
    const path = `/files-pri/${this.team}-${id}/${encodeURIComponent(fileName)}`;
    this.#standIn.files.set(path, Buffer.from(bytes));
    return {
      id,
      name: fileName,
      size: bytes.byteLength,
      mode: 'hosted',
      file_access: 'visible',
      url_private: this.#standIn.origin + path,
      url_private_download: this.#standIn.origin + path,
    };
  }
}

export function buttonsOf({ blocks }: ShownMessage) {
  return blocks.flatMap(({ type, elements = [] }) => (type === 'actions' ? elements : []));
}

export function textOf({ blocks }: { readonly blocks: readonly Block[] }): string {
  return blocks.flatMap(({ text }) => (text ? [shownText(text.text)] : [])).join('\n');
}

/** What a form holds when it is opened, in the shape in which Slack sends it back. */
function begunWith(blocks: readonly object[]): Record<string, Record<string, object>> {
  const values: Record<string, Record<string, object>> = {};
  for (const block of blocks as { block_id?: string; element?: Record<string, unknown> }[]) {
    const { block_id, element } = block;
    if (!block_id || !element) continue;
    const { type, action_id, initial_value, initial_option } = element;
    const value =
      type === 'file_input'
        ? { files: [] }
        : type === 'radio_buttons'
          ? { selected_option: initial_option }
          : { value: initial_value ?? null };
    values[block_id] = { [String(action_id)]: { type, ...value } };
  }
  return values;
}
