/** Where Slack sends everything that people do, in HTTP mode. */
export const EVENTS_PATH = '/slack/events';
/** The two pages by which a workspace installs us: the way to Slack, and the way back. */
export const INSTALL_PATH = '/slack/install';
export const REDIRECT_PATH = '/slack/oauth_redirect';
