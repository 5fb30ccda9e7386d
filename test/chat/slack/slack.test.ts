import { expect } from 'vitest';
import { type AdapterHarness, describeAdapter } from '../adapter-contract.ts';
import { ALICE, adapterOn, EVE, installedIn, type Mode, OURS, startOn } from './open-slack.ts';
import { SlackPerson } from './people.ts';
import { actingIn } from './shown-text.ts';
import { StandIn } from './stand-in.ts';

const harnessOf = (mode: Mode): AdapterHarness => ({
  edits: true,
  echoes: true,
  announces: true,
  people: [ALICE, EVE],
  async open(storyteller, log) {
    const standIn = await StandIn.open();
    const adapter = adapterOn(standIn, storyteller, log, { mode, ...(await installedIn(standIn)) });
    await startOn(standIn, adapter, mode);
    return {
      join: async (who) => new SlackPerson(standIn, who),
      announce: (reportTo, message) => adapter.announce(reportTo, message),
      live: () =>
        standIn.messages.flatMap(({ text, blocks }) =>
          [text, ...blocks.map((block) => block.text?.text ?? '')].flatMap(actingIn),
        ),
      async echo() {
        const person = new SlackPerson(standIn, ALICE);
        for (const { text } of [...standIn.messages]) {
          await person.writes(`<@${OURS.us}> ${text}`, { user: OURS.us, bot_id: OURS.bot });
        }
      },
      async stop() {
        await adapter.stop();
        await standIn.close();
        expect(standIn.objections).toEqual([]);
      },
    };
  },
});

for (const mode of ['HTTP', 'Socket'] as const) describeAdapter(`Slack (${mode})`, harnessOf(mode));
