import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ALICE, adapterOn, eventually, type OpenSlack, openSlack, startOn } from './open-slack.ts';

const FILE = { fileName: 'fables.txt', bytes: Buffer.from('Long ago, the mice had a general council.') };
const STOPPED = 'I was stopped in the middle of this; ask me again in a minute.';

describe.each(['HTTP', 'Socket'] as const)('whoever waits for an answer when the bot is stopped (%s)', (mode) => {
  let slack: OpenSlack;
  beforeEach(async () => {
    slack = await openSlack({ mode });
  });
  afterEach(async () => {
    await slack.close();
    expect(slack.standIn.objections).toEqual([]);
    expect(slack.said()).toEqual([]);
  });

  it('gets it, where it comes in a moment', async () => {
    const { alice, storyteller, adapter, standIn } = slack;
    await adapter.stop();
    const next = adapterOn(standIn, storyteller, slack.log, { mode, stopPatience: 60_000 });
    await startOn(standIn, next, mode);
    let open: () => void = () => undefined;
    storyteller.gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    await alice.says('/story had a general');
    await eventually(() => expect(storyteller.calls).toHaveLength(1));
    const stopped = next.stop();
    open();
    await stopped;
    expect(alice.sees()).toEqual([expect.stringMatching(/^had a general/)]);
  });

  it.each(['/story had a general', '/forget', '/train'])('is told in one sentence, else: %s', async (line) => {
    const { alice, storyteller, adapter } = slack;
    storyteller.gate = new Promise(() => undefined);
    await alice.says(line, line === '/train' ? FILE : undefined);
    await eventually(() => expect(storyteller.calls).toHaveLength(1));
    await adapter.stop();
    // Nothing stays at "Reading".
    expect(alice.sees()).toEqual([STOPPED]);
    expect(alice.shown()[0]?.onlyFor).toBe(ALICE.user);
  });

  it('keeps the story above a button, and is told beside it', async () => {
    const { alice, storyteller, adapter } = slack;
    await alice.says('/story had a general');
    await eventually(() => expect(alice.sees()).toHaveLength(1));
    storyteller.gate = new Promise(() => undefined);
    await alice.presses('continue');
    await eventually(() => expect(storyteller.calls).toHaveLength(2));
    await adapter.stop();
    expect(alice.sees()).toEqual([expect.stringMatching(/^had a general/), STOPPED]);
  });

  it('finds a training as it stood: it goes on after the restart', async () => {
    const { alice, storyteller, adapter } = slack;
    await alice.says('/train', FILE);
    await eventually(() => expect(storyteller.training).toBeDefined());
    storyteller.training?.send({ kind: 'queued', place: 2 });
    await eventually(() => expect(alice.sees()).toEqual([expect.stringMatching(/Place in the queue: 2/)]));
    await adapter.stop();
    storyteller.training?.send({ kind: 'cancelled' });
    expect(alice.sees()).toEqual([expect.stringMatching(/Place in the queue: 2/)]);
  });

  it('is not waited for where Slack does not answer', async () => {
    const { alice, storyteller, adapter, standIn } = slack;
    storyteller.gate = new Promise(() => undefined);
    await alice.says('/story had a general');
    await eventually(() => expect(storyteller.calls).toHaveLength(1));
    standIn.down = true;
    await adapter.stop();
    standIn.down = false;
    expect(alice.sees()).toEqual([]);
  });
});
