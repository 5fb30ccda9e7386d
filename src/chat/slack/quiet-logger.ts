import { LogLevel, type webApi } from '@slack/bolt';

const nothing = () => undefined;

/**
 * Slack's packages write to the console by themselves, and at some levels what people said. What an operator must know is
 * said by us, once.
 */
export const quietLogger: NonNullable<webApi.WebClientOptions['logger']> = {
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
  setLevel: nothing,
  getLevel: () => LogLevel.ERROR,
  setName: nothing,
};
