import type { Command } from 'commander';
import { FabulistError } from '../errors.ts';
import type { OpenSession } from './session.ts';

export function addSlackManifest(program: Command, open: OpenSession): void {
  program
    .command('slack-manifest')
    .description('print the manifest from which Slack makes the app, for Socket Mode unless a URL is given')
    .option('--url <address>', 'where Slack reaches this bot: https://...')
    .option('--many', 'other workspaces may install it too; needs --url')
    .action(async ({ url, many }: { url?: string; many?: boolean }, command: Command) => {
      const session = open(command);
      if (url !== undefined && !(URL.canParse(url) && new URL(url).protocol === 'https:')) {
        throw new FabulistError(
          'usage',
          `--url must be an address that begins with https://, not ${JSON.stringify(url)}.`,
        );
      }
      if (many && url === undefined)
        throw new FabulistError('usage', '--many needs --url: workspaces install it there.');
      const { slackManifest } = await import('../chat/slack/manifest.ts');
      const manifest = slackManifest({ prefix: session.config.slackCommandPrefix, url, many });
      session.output.result(manifest, () => JSON.stringify(manifest, null, 2).split('\n'));
    });
}
