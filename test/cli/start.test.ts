import { expect, it } from 'vitest';
import { fakeHouse, run } from './fakes.ts';

/** What is said before the page opens, which the house of fakes has nothing for. */
async function saidAtFirst(env: Record<string, string>): Promise<string> {
  return (await run(['start'], fakeHouse({}), { env: { PORT: '0', ...env } })).err.text;
}

it('says that half of what Slack needs does not join it', async () => {
  const sentence = 'is set and SLACK_BOT_TOKEN is not: Slack is not joined until both are.';
  expect(await saidAtFirst({ SLACK_APP_TOKEN: 'xapp-1' })).toContain(`SLACK_APP_TOKEN ${sentence}\n`);
  expect(await saidAtFirst({ SLACK_SIGNING_SECRET: 's' })).toContain(`SLACK_SIGNING_SECRET ${sentence}\n`);
  expect(await saidAtFirst({})).not.toContain('Slack');
});
