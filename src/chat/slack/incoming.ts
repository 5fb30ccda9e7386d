import { z } from 'zod';

const id = z.string().min(1).max(255);
const time = z.string().regex(/^\d{1,20}\.\d{1,9}$/);
const sent = z.string().max(100_000);

/** A file as Slack describes it; those shared from another organisation are described by `files.info` only. */
const file = z.object({
  id,
  name: z.string().nullish(),
  size: z.number().nullish(),
  url_private_download: z.string().nullish(),
  url_private: z.string().nullish(),
  file_access: z.string().nullish(),
});
export type SlackFile = z.infer<typeof file>;

const files = z.array(file).max(100).nullish();

const command = z.object({
  command: z.string().startsWith('/').max(255),
  text: sent.nullish(),
  channel_id: id,
  user_id: id,
  trigger_id: id.nullish(),
  response_url: z.string().nullish(),
});

const action = z.object({
  type: z.literal('block_actions'),
  user: z.object({ id }),
  channel: z.object({ id }),
  container: z.object({ thread_ts: time.nullish(), is_ephemeral: z.boolean().nullish() }).nullish(),
  message: z.object({ ts: time, thread_ts: time.nullish() }),
  actions: z.tuple([z.object({ action_id: z.string(), value: z.string().max(2_000).nullish() })]).rest(z.unknown()),
  trigger_id: id.nullish(),
  response_url: z.string().nullish(),
});

/** What was filled into a modal, by block and element. */
const filled = z.record(
  z.string(),
  z.record(
    z.string(),
    z.object({
      value: sent.nullish(),
      files,
      selected_option: z.object({ value: z.string() }).nullish(),
    }),
  ),
);

const submission = z.object({
  type: z.literal('view_submission'),
  user: z.object({ id }),
  trigger_id: id.nullish(),
  view: z.object({
    id,
    callback_id: z.string(),
    private_metadata: z.string().max(3_000),
    state: z.object({ values: filled }),
  }),
});

const shortcut = z.object({
  type: z.literal('message_action'),
  callback_id: z.string(),
  user: z.object({ id }),
  channel: z.object({ id }),
  message: z.object({ ts: time, thread_ts: time.nullish(), files }),
  trigger_id: id.nullish(),
  response_url: z.string().nullish(),
});

const message = z.object({
  type: z.enum(['app_mention', 'message']),
  channel: id,
  channel_type: z.string().nullish(),
  user: id,
  text: sent.nullish(),
  ts: time,
  thread_ts: time.nullish(),
  subtype: z.string().nullish(),
  bot_id: z.string().nullish(),
  app_id: z.string().nullish(),
  files,
});

const homeOpened = z.object({ type: z.literal('app_home_opened'), user: id, tab: z.string().nullish() });

const gone = z.object({
  type: z.enum(['app_uninstalled', 'tokens_revoked']),
  tokens: z.object({ bot: z.array(z.string()).nullish() }).nullish(),
});

export type CommandGiven = z.infer<typeof command>;
export type ActionTaken = z.infer<typeof action>;
export type Submission = z.infer<typeof submission>;
export type ShortcutUsed = z.infer<typeof shortcut>;
export type MessageSent = z.infer<typeof message>;

/** What people do on Slack, as far as it concerns us. */
export type Incoming =
  | { readonly kind: 'command'; readonly data: CommandGiven }
  | { readonly kind: 'action'; readonly data: ActionTaken }
  | { readonly kind: 'submission'; readonly data: Submission }
  | { readonly kind: 'shortcut'; readonly data: ShortcutUsed }
  | { readonly kind: 'message'; readonly data: MessageSent }
  | { readonly kind: 'home'; readonly data: z.infer<typeof homeOpened> }
  | { readonly kind: 'gone'; readonly data: z.infer<typeof gone> };

/** Reads the body of a request or a packet; undefined for whatever is none of these, or not of the shape that Slack documents. */
export function readIncoming(body: unknown): Incoming | undefined {
  if (typeof body !== 'object' || body === null) return undefined;
  if ('event' in body) return readEvent(body.event);
  if ('command' in body) return read('command', command, body);
  const { type } = body as { type?: unknown };
  if (type === 'block_actions') return read('action', action, body);
  if (type === 'view_submission') return read('submission', submission, body);
  return type === 'message_action' ? read('shortcut', shortcut, body) : undefined;
}

function readEvent(event: unknown): Incoming | undefined {
  const { type } = (event ?? {}) as { type?: unknown };
  if (type === 'app_mention' || type === 'message') return read('message', message, event);
  if (type === 'app_home_opened') return read('home', homeOpened, event);
  return type === 'app_uninstalled' || type === 'tokens_revoked' ? read('gone', gone, event) : undefined;
}

function read<K extends string, S extends z.ZodType>(kind: K, schema: S, value: unknown) {
  const { success, data } = schema.safeParse(value);
  return success ? { kind, data: data as z.infer<S> } : undefined;
}

/** What an event or an interaction is known by, however often it is delivered. */
export function deliveryOf(body: unknown): string | undefined {
  const { event_id, trigger_id, response_url } = (body ?? {}) as Record<string, unknown>;
  return [event_id, trigger_id, response_url].find((one) => typeof one === 'string' && one !== '') as
    | string
    | undefined;
}
