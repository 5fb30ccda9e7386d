import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { parse } from 'dotenv';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CONFIG_KEYS, loadConfig, PACKAGE_FOLDER, readDotenv } from '../src/config.ts';
import { FabulistError } from '../src/errors.ts';

const example = parse(readFileSync(join(PACKAGE_FOLDER, '.env.example')));

function complaint(key: string, value: string): string {
  try {
    loadConfig({ [key]: value });
  } catch (error) {
    if (error instanceof FabulistError && error.code === 'usage') return error.message;
    throw error;
  }
  return 'none';
}

describe('the configuration', () => {
  it('has exactly the keys that .env.example documents', () => {
    expect(Object.keys(example).sort()).toEqual([...CONFIG_KEYS].sort());
  });

  it('has the defaults that .env.example shows', () => {
    expect(loadConfig(example)).toEqual(loadConfig());
  });

  it('is frozen through and through, with absolute folders', () => {
    const config = loadConfig();
    expect(Object.isFrozen(config) && Object.isFrozen(config.retrain)).toBe(true);
    expect(isAbsolute(config.dataFolder) && isAbsolute(config.starterFolder)).toBe(true);
  });

  it('lets the earlier source win, and takes an empty value as not set', () => {
    const config = loadConfig(
      { FABULIST_ENGINE: '', TRAINERS: undefined },
      { FABULIST_ENGINE: 'wasm' },
      { FABULIST_ENGINE: 'native', TRAINERS: '3' },
    );
    expect(config.engine).toBe('wasm');
    expect(config.trainers).toBe(3);
  });

  it('reads megabytes as bytes, a relative folder from here, and off as no nightly run', () => {
    const config = loadConfig({ FABULIST_MAX_UPLOAD: '2', FABULIST_DATA: 'elsewhere', RETRAIN_CRON: 'off' });
    expect(config.maxUpload).toBe(2 * 1024 * 1024);
    expect(config.dataFolder).toBe(resolve('elsewhere'));
    expect(config.retrain.cron).toBeNull();
  });

  it('joins Discord only with a token, and freezes what it found', () => {
    expect(loadConfig({ DISCORD_GUILD_IDS: '12345678901234567' }).discord).toBeUndefined();
    const { discord } = loadConfig({
      DISCORD_TOKEN: 'a.b.c',
      DISCORD_API_URL: 'http://127.0.0.1:8080/api/',
      DISCORD_CDN_ORIGINS: 'https://cdn.example.org/, http://127.0.0.1:81',
      DISCORD_GUILD_IDS: '12345678901234567 12345678901234568',
    });
    expect(discord).toEqual({
      token: 'a.b.c',
      apiUrl: 'http://127.0.0.1:8080/api',
      cdnOrigins: ['https://cdn.example.org', 'http://127.0.0.1:81'],
      guildIds: ['12345678901234567', '12345678901234568'],
      shards: 'auto',
    });
    expect(Object.isFrozen(discord) && Object.isFrozen(discord?.guildIds)).toBe(true);
  });

  it.each([
    ['auto', 'auto'],
    ['1', { ids: [0], of: 1 }],
    ['3', { ids: [0, 1, 2], of: 3 }],
    ['4-6/16', { ids: [4, 5, 6], of: 16 }],
    ['15,0-1,1/16', { ids: [0, 1, 15], of: 16 }],
  ])('reads DISCORD_SHARDS=%s', (text, shards) => {
    expect(loadConfig({ DISCORD_TOKEN: 'a.b.c', DISCORD_SHARDS: text }).discord?.shards).toEqual(shards);
  });

  it.each(['0', 'many', '-1', '1.5', '16/16', '3-1/16', '0-16/16', '/16', '0-/16', '0,/16', '0/0', '99999', '1/2/3'])(
    'does not take %s for shards',
    (text) => {
      expect(complaint('DISCORD_SHARDS', text)).toBe(
        `DISCORD_SHARDS must be auto, a number of shards, or some of all such as 0-3/16, not "${text}".`,
      );
    },
  );

  it('joins Slack with a token or a client, by one way or the other', () => {
    expect(loadConfig({ SLACK_SIGNING_SECRET: 'x', SLACK_APP_TOKEN: 'xapp-1' }).slack).toBeUndefined();
    const { slack, slackCommandPrefix } = loadConfig({
      SLACK_BOT_TOKEN: 'xoxb-1',
      SLACK_APP_TOKEN: 'xapp-1',
      SLACK_PORT: '8080',
      SLACK_API_URL: 'https://slack-gov.com/api/',
      SLACK_FILE_ORIGINS: 'https://files.slack-gov.com/, https://proxy.example',
      SLACK_COMMAND_PREFIX: 'fab-',
    });
    expect(slack).toEqual({
      botToken: 'xoxb-1',
      appToken: 'xapp-1',
      signingSecret: undefined,
      oauth: undefined,
      host: '127.0.0.1',
      port: 8_080,
      apiUrl: 'https://slack-gov.com/api',
      fileOrigins: ['https://files.slack-gov.com', 'https://proxy.example'],
    });
    expect(slackCommandPrefix).toBe('fab-');
    expect(Object.isFrozen(slack) && Object.isFrozen(slack?.fileOrigins)).toBe(true);
    const many = {
      SLACK_CLIENT_ID: '1.2',
      SLACK_CLIENT_SECRET: 'c',
      SLACK_SIGNING_SECRET: 's',
      FABULIST_SECRET: 's'.repeat(16),
    };
    const { oauth } = loadConfig(many).slack ?? {};
    expect(oauth).toEqual({ clientId: '1.2', clientSecret: 'c', stateSecret: undefined, secret: 's'.repeat(16) });
    expect([...loadConfig(many).secretsSet].sort()).toEqual(Object.keys(many).sort());
  });

  it.each<[Record<string, string>, RegExp]>([
    [{ SLACK_BOT_TOKEN: 'xoxb-1' }, /^Slack needs SLACK_APP_TOKEN, .* or SLACK_SIGNING_SECRET, .* set one of them\.$/],
    [
      { SLACK_BOT_TOKEN: 'xoxb-1', SLACK_CLIENT_ID: '1.2' },
      /^Set SLACK_BOT_TOKEN, .* or SLACK_CLIENT_ID, .* not both\.$/,
    ],
    [{ SLACK_CLIENT_ID: '1.2', SLACK_APP_TOKEN: 'xapp-1' }, /^SLACK_CLIENT_ID needs SLACK_CLIENT_SECRET beside it/],
    [
      { SLACK_CLIENT_ID: '1.2', SLACK_CLIENT_SECRET: 'c', SLACK_APP_TOKEN: 'xapp-1' },
      /^SLACK_CLIENT_ID needs FABULIST_SECRET/,
    ],
    [{ SLACK_BOT_TOKEN: 'xoxp-1-secret' }, /^SLACK_BOT_TOKEN must be the bot token .* not what it is now\.$/],
    [{ FABULIST_SECRET: 'tooshort' }, /^FABULIST_SECRET must be a secret of 16 characters .* not what it is now\.$/],
    [{ SLACK_PORT: '70000' }, /^SLACK_PORT must be a whole number from 0 to 65535, not "70000"\.$/],
    [{ SLACK_COMMAND_PREFIX: 'Fab ' }, /^SLACK_COMMAND_PREFIX must be lower-case letters/],
    [{ SLACK_FILE_ORIGINS: 'files' }, /^SLACK_FILE_ORIGINS must be origins such as/],
  ])('refuses half a Slack (%j) in one sentence', (keys, sentence) => {
    expect(() => loadConfig(keys)).toThrow(sentence);
  });

  it.each([
    ['FABULIST_ENGINE', 'gpu', 'FABULIST_ENGINE must be one of auto, native, wasm, not "gpu".'],
    ['TRAINERS', '0', 'TRAINERS must be a whole number from 1 to 64, not "0".'],
    ['TRAINER_THREADS', '1.5', 'TRAINER_THREADS must be a whole number from 1 to 256, not "1.5".'],
    ['FABULIST_MODEL_MEMORY', 'much', 'FABULIST_MODEL_MEMORY must be a whole number from 16 to 1000000, not "much".'],
    ['FABULIST_MAX_UPLOAD', '-3', 'FABULIST_MAX_UPLOAD must be a whole number from 1 to 1024, not "-3".'],
    [
      'RETRAIN_CRON',
      'at night',
      'RETRAIN_CRON must be a cron expression of five or six fields, or "off", not "at night".',
    ],
    [
      'RETRAIN_CRON',
      '61 3 * * *',
      'RETRAIN_CRON must be a cron expression of five or six fields, or "off", not "61 3 * * *".',
    ],
    ['RETRAIN_TIMEZONE', 'Atlantis', 'RETRAIN_TIMEZONE must be a time zone such as Europe/Berlin, not "Atlantis".'],
    ['RETRAIN_TOLERANCE', '2 %', 'RETRAIN_TOLERANCE must be a share from 0 to 1, not "2 %".'],
    ['DISCORD_TOKEN', 'two words', 'DISCORD_TOKEN must be the token of a bot, in one word, not what it is now.'],
    [
      'DISCORD_API_URL',
      'discord',
      'DISCORD_API_URL must be an address such as https://discord.com/api, not "discord".',
    ],
    [
      'DISCORD_CDN_ORIGINS',
      'https://a.example, https://b.example/x',
      'DISCORD_CDN_ORIGINS must be origins such as https://cdn.example.org, with commas between them, not "https://a.example, https://b.example/x".',
    ],
    [
      'DISCORD_GUILD_IDS',
      '12',
      'DISCORD_GUILD_IDS must be ids of servers (17 to 20 digits), with commas between them, not "12".',
    ],
    ['LOG_LEVEL', 'loud', 'LOG_LEVEL must be one of fatal, error, warn, info, debug, trace, silent, not "loud".'],
  ])('refuses %s=%s in one sentence', (key, value, sentence) => {
    expect(complaint(key, value)).toBe(sentence);
  });
});

describe('a .env file', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fabulist-env-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('is read where there is one, and needs not be there', async () => {
    expect(readDotenv(folder)).toEqual({});
    await writeFile(join(folder, '.env'), 'TRAINERS=2 # as many as cores\n');
    expect(loadConfig(readDotenv(folder)).trainers).toBe(2);
  });

  it('leaves the environment of the process as it is', async () => {
    await writeFile(join(folder, '.env'), 'FABULIST_TEST_ONLY=1\n');
    readDotenv(folder);
    expect(process.env.FABULIST_TEST_ONLY).toBeUndefined();
  });
});
