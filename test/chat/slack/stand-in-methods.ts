import { objectionsTo } from './specs.ts';
import type { Answer, Block, StandIn, View } from './stand-in.ts';

type Args = Readonly<Record<string, unknown>>;
type Act = (standIn: StandIn, args: Args, token: string) => Answer;

const refused = (error: string): Answer => ({ ok: false, error });

/** A method that needs the token of a workspace. */
function ofTeam(act: (standIn: StandIn, args: Args, team: string) => Answer): Act {
  return (standIn, args, token) => {
    const team = standIn.teams.get(token)?.team;
    return team === undefined ? refused('invalid_auth') : act(standIn, args, team);
  };
}

/** A method that writes in a channel. */
function inChannel(act: (standIn: StandIn, args: Args, team: string) => Answer): Act {
  return ofTeam((standIn, args, team) =>
    standIn.closed.has(String(args.channel ?? args.channel_id))
      ? refused('channel_not_found')
      : act(standIn, args, team),
  );
}

function checkMessage(standIn: StandIn, method: string, args: Args): void {
  const { channel, text, blocks, thread_ts, parse, link_names } = args;
  const payload = { channel, text, blocks, ...(thread_ts !== undefined && { thread_ts }) };
  for (const objection of objectionsTo('SlackMessagePayload', payload))
    standIn.objections.push(`${method}: ${objection}`);
  if (parse !== 'none' || String(link_names) !== 'false')
    standIn.objections.push(`${method}: names and links are made live`);
}

const find = (standIn: StandIn, args: Args, team: string) =>
  standIn.messages.find(
    (one) => one.ts === args.ts && one.channel === args.channel && one.team === team && !one.onlyFor,
  );

function opened(standIn: StandIn, method: string, view: unknown): void {
  const name = (view as { type?: string }).type === 'modal' ? 'SlackModal' : 'KnownBlock';
  const checked = name === 'SlackModal' ? [view] : (view as { blocks: unknown[] }).blocks;
  for (const one of checked) {
    for (const objection of objectionsTo(name, one)) standIn.objections.push(`${method}: ${objection}`);
  }
}

export const METHODS: Readonly<Record<string, Act | undefined>> = {
  'auth.test': (standIn, _, token) => {
    const found = standIn.teams.get(token);
    return found
      ? {
          ok: true,
          team_id: found.enterprise ?? found.team,
          ...(found.enterprise !== undefined && { enterprise_id: found.enterprise }),
          user_id: found.us,
          bot_id: found.bot,
          url: standIn.origin,
          is_enterprise_install: found.enterprise !== undefined,
        }
      : refused('invalid_auth');
  },
  'apps.connections.open': (standIn, _, token) =>
    token === 'xapp-1-standin' ? { ok: true, url: standIn.socket.ticket(standIn.port) } : refused('invalid_auth'),
  'oauth.v2.access': (standIn, { code }) => {
    const found = standIn.codes.get(String(code));
    standIn.codes.delete(String(code));
    if (!found) return refused('invalid_code');
    standIn.teams.set(found.token, found);
    return {
      ok: true,
      app_id: 'A1',
      access_token: found.token,
      token_type: 'bot',
      scope: 'commands,chat:write',
      bot_user_id: found.us,
      team: { id: found.team, name: found.team },
      enterprise: null,
      is_enterprise_install: false,
      authed_user: { id: 'U0' },
    };
  },
  'users.info': ofTeam((standIn, { user }, team) => ({
    ok: true,
    user: {
      id: user,
      team_id: team,
      is_admin: true,
      is_owner: false,
      locale: 'en-US',
      ...standIn.users.get(String(user)),
    },
  })),
  'conversations.open': ofTeam((_standIn, { users }) => ({ ok: true, channel: { id: `D${String(users)}` } })),
  'chat.postMessage': inChannel((standIn, args, team) => {
    checkMessage(standIn, 'chat.postMessage', args);
    const ts = standIn.timestamp();
    standIn.messages.push({
      ts,
      team,
      channel: String(args.channel),
      thread: args.thread_ts as string | undefined,
      text: String(args.text),
      blocks: args.blocks as Block[],
      onlyFor: undefined,
      responded: false,
      edits: 0,
    });
    return { ok: true, channel: args.channel, ts };
  }),
  'chat.postEphemeral': inChannel((standIn, args, team) => {
    checkMessage(standIn, 'chat.postEphemeral', args);
    const ts = standIn.timestamp();
    standIn.messages.push({
      ts,
      team,
      channel: String(args.channel),
      thread: args.thread_ts as string | undefined,
      text: String(args.text),
      blocks: args.blocks as Block[],
      onlyFor: String(args.user),
      responded: false,
      edits: 0,
    });
    return { ok: true, message_ts: ts };
  }),
  'chat.update': inChannel((standIn, args, team) => {
    checkMessage(standIn, 'chat.update', args);
    const message = find(standIn, args, team);
    if (!message) return refused('message_not_found');
    Object.assign(message, { text: String(args.text), blocks: args.blocks, edits: message.edits + 1 });
    return { ok: true, channel: args.channel, ts: args.ts, text: args.text };
  }),
  'chat.delete': inChannel((standIn, args, team) => {
    const message = find(standIn, args, team);
    if (!message) return refused('message_not_found');
    standIn.messages.splice(standIn.messages.indexOf(message), 1);
    return { ok: true, channel: args.channel, ts: args.ts };
  }),
  'views.open': ofTeam((standIn, { trigger_id, view }, team) => {
    const late = standIn.spend(String(trigger_id));
    if (late) return refused(late);
    opened(standIn, 'views.open', view);
    const id = standIn.id('V');
    standIn.views.push({ id, team, user: '', trigger: String(trigger_id), view: view as View['view'] });
    return { ok: true, view: { id, ...(view as object) } };
  }),
  'views.update': ofTeam((standIn, { view_id, view }) => {
    opened(standIn, 'views.update', view);
    const found = standIn.views.find(({ id }) => id === view_id);
    if (!found) return refused('not_found');
    found.view = view as View['view'];
    return { ok: true, view: { id: view_id } };
  }),
  'views.publish': ofTeam((standIn, { user_id, view }) => {
    opened(standIn, 'views.publish', view);
    standIn.homes.set(String(user_id), view as { blocks: Block[] });
    return { ok: true, view: { id: standIn.id('V') } };
  }),
  'files.info': ofTeam((standIn, { file }) => {
    const found = standIn.described.get(String(file));
    return found ? { ok: true, file: found } : refused('file_not_found');
  }),
  'files.getUploadURLExternal': ofTeam((standIn, { filename, length, alt_txt }) => {
    const id = standIn.id('F');
    standIn.uploads.set(`/upload/${id}`, {
      name: String(filename),
      length: Number(length),
      alt: alt_txt as string | undefined,
    });
    return { ok: true, upload_url: `${standIn.origin}/upload/${id}`, file_id: id };
  }),
  'files.completeUploadExternal': inChannel((standIn, { files, channel_id, thread_ts, initial_comment }, team) => {
    for (const { id } of files as { id: string }[]) {
      const upload = standIn.uploads.get(`/upload/${id}`);
      standIn.uploads.delete(`/upload/${id}`);
      if (!upload?.bytes) return refused('file_not_found');
      if (upload.bytes.length !== upload.length) standIn.objections.push('an upload has another length than was said');
      standIn.shared.push({
        team,
        channel: String(channel_id),
        thread: thread_ts as string | undefined,
        name: upload.name,
        alt: upload.alt,
        comment: initial_comment as string | undefined,
        bytes: upload.bytes,
      });
    }
    return { ok: true, files };
  }),
};
