import type { IncomingMessage, ServerResponse } from 'node:http';
import { InstallProvider } from '@slack/oauth';
import type { Installations } from './installations.ts';
import { BOT_SCOPES } from './manifest.ts';
import { INSTALL_PATH, REDIRECT_PATH } from './paths.ts';
import { quietLogger } from './quiet-logger.ts';
import type { OAuthOptions, SlackLog } from './slack-options.ts';
import { clientOptions } from './workspaces.ts';

/** The two pages by which a workspace installs us: the way to Slack, and the way back. */
export function installPages(oauth: OAuthOptions, apiUrl: string, installations: Installations, log: SlackLog) {
  const { clientId, clientSecret, stateSecret } = oauth;
  const scopes = [...BOT_SCOPES];
  const provider = new InstallProvider({
    clientId,
    clientSecret,
    stateSecret,
    installationStore: installations,
    installUrlOptions: { scopes },
    authorizationUrl: new URL('/oauth/v2/authorize', apiUrl).href,
    clientOptions: clientOptions(apiUrl, 1),
    renderHtmlForInstallPath: (url) =>
      pageOf(
        'Fabulist',
        `<a href="${url.replaceAll('&', '&amp;').replaceAll('"', '&quot;')}">Install Fabulist in Slack</a>`,
      ),
    logger: quietLogger,
  });
  const failed = (error: unknown, response: ServerResponse) => {
    log.warn({ err: error }, 'Fabulist could not be installed in a workspace of Slack');
    show(response, 400, 'Fabulist was not installed.', 'Go back to the page that you came from, and try it again.');
  };
  return (request: IncomingMessage, response: ServerResponse): boolean => {
    const path = (request.url ?? '').split('?')[0];
    if (request.method !== 'GET') return false;
    if (path === INSTALL_PATH) {
      provider.handleInstallPath(request, response).catch((error: unknown) => failed(error, response));
      return true;
    }
    if (path !== REDIRECT_PATH) return false;
    provider
      .handleCallback(request, response, {
        success: () => show(response, 200, 'Fabulist is installed.', 'Go back to Slack and type /help.'),
        failure: (error) => failed(error, response),
      })
      .catch((error: unknown) => failed(error, response));
    return true;
  };
}

function show(response: ServerResponse, status: number, title: string, text: string): void {
  if (response.headersSent) return;
  response.writeHead(status, {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': "default-src 'none'",
    'referrer-policy': 'no-referrer',
  });
  response.end(pageOf(title, text));
}

function pageOf(title: string, html: string): string {
  return `<!doctype html><html lang="en"><title>${title}</title><h1>${title}</h1><p>${html}</p></html>\n`;
}
