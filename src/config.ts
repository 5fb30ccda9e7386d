import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'dotenv';
import { validate as isCronExpression } from 'node-cron';
import { z } from 'zod';
import { type DiscordConfig, shardsIn } from './config/discord-config.ts';
import {
  hostIn,
  inOneWord,
  isTimeZone,
  key,
  listOf,
  oneOf,
  originOf,
  webAddress,
  wholeNumber,
} from './config/read-values.ts';
import { type SlackConfig, slackConfigOf } from './config/slack-config.ts';
import { FabulistError } from './errors.ts';

/** The folder of the package: what is beside `src/` (or, once built, beside `dist/`). */
export const PACKAGE_FOLDER = dirname(dirname(fileURLToPath(import.meta.url)));

const MEGABYTE = 1024 * 1024;

export interface Config {
  readonly engine: 'auto' | 'native' | 'wasm';
  /** Where uploads and models are kept; absolute. */
  readonly dataFolder: string;
  /** Where the native engine is kept for all checkouts; undefined: the user's cache folder. */
  readonly cacheFolder: string | undefined;
  /** The starter corpora, always the package's own; absolute. */
  readonly starterFolder: string;
  /** Trainings at a time. */
  readonly trainers: number;
  /** Threads of one training; undefined for all cores. */
  readonly trainerThreads: number | undefined;
  /** Bytes of models kept ready to tell. */
  readonly modelMemory: number;
  /** Bytes of one uploaded file at most. */
  readonly maxUpload: number;
  readonly retrain: {
    /** A cron expression, or null for no nightly run. */
    readonly cron: string | null;
    /** An IANA name; undefined for the machine's own. */
    readonly timezone: string | undefined;
    /** How much worse a nightly model may be and still be swapped in, as a share of the figure compared. */
    readonly tolerance: number;
  };
  /** Undefined where there is no token: then Discord is not joined. */
  readonly discord: DiscordConfig | undefined;
  readonly web: WebConfig;
  /** Undefined where there is neither a token nor a client: then Slack is not joined. */
  readonly slack: SlackConfig | undefined;
  /** The names of the tokens and secrets that are set, never what they are. */
  readonly secretsSet: readonly string[];
  /** What stands before the names of Slack's slash commands. */
  readonly slackCommandPrefix: string;
  /** Undefined: the library is in files, and this machine trains. */
  readonly database: { readonly url: string } | undefined;
  /** What one server may have; undefined for as much as it likes. */
  readonly quotas: Quotas;
  /** Undefined: nothing is measured and no port is opened. */
  readonly metrics: { readonly port: number; readonly host: string } | undefined;
  /** Undefined: `info` for a running bot, `warn` for a single command. */
  readonly logLevel: LogLevel | undefined;
}

export interface Quotas {
  /** Trainings that wait or run at a time. */
  readonly trainings: number | undefined;
  readonly corpora: number | undefined;
  /** Words and punctuation marks of all its stories. */
  readonly words: number | undefined;
}

/** Where the page in the browser is. */
export interface WebConfig {
  /** The address to listen on. */
  readonly host: string;
  /** The first port that is tried; 0: any. */
  readonly port: number;
  /** Undefined: nobody is asked for one, and `host` must be loopback. */
  readonly password: string | undefined;
  /** Further names by which the page is reached. */
  readonly names: readonly string[];
}

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
type LogLevel = (typeof LOG_LEVELS)[number];

const FOLDER = key('the path of a folder', (text) => (text.includes('\0') ? undefined : resolve(text)));

/** Every key of the environment that Fabulist reads, as .env.example documents them; a test holds the two together. */
const KEYS = z.object({
  FABULIST_ENGINE: oneOf(['auto', 'native', 'wasm']).default('auto'),
  FABULIST_DATA: FOLDER.default(PACKAGE_FOLDER),
  FABULIST_CACHE: FOLDER.optional(),
  TRAINERS: wholeNumber(1, 64).default(1),
  TRAINER_THREADS: wholeNumber(1, 256).optional(),
  FABULIST_MODEL_MEMORY: wholeNumber(16, 1_000_000).default(512),
  FABULIST_MAX_UPLOAD: wholeNumber(1, 1_024).default(20),
  RETRAIN_CRON: key('a cron expression of five or six fields, or "off"', (text) =>
    text === 'off' || isCronExpression(text) ? text : undefined,
  ).default('0 3 * * *'),
  RETRAIN_TIMEZONE: key('a time zone such as Europe/Berlin', (text) =>
    isTimeZone(text) ? text : undefined,
  ).optional(),
  RETRAIN_TOLERANCE: key('a share from 0 to 1', (text) => {
    const value = /^\d*\.?\d+$/.test(text) ? Number(text) : Number.NaN;
    return value >= 0 && value <= 1 ? value : undefined;
  }).default(0.02),
  DISCORD_TOKEN: key('the token of a bot, in one word', (text) =>
    /^[\x21-\x7e]+$/.test(text) ? text : undefined,
  ).optional(),
  DISCORD_API_URL: key('an address such as https://discord.com/api', webAddress).default('https://discord.com/api'),
  DISCORD_CDN_ORIGINS: listOf('origins such as https://cdn.example.org, with commas between them', originOf).optional(),
  DISCORD_GUILD_IDS: listOf('ids of servers (17 to 20 digits), with commas between them', (id) =>
    /^\d{17,20}$/.test(id) ? id : undefined,
  ).optional(),
  DISCORD_SHARDS: key('auto, a number of shards, or some of all such as 0-3/16', shardsIn).default('auto'),
  HOST: key('a name or number of this machine, such as 127.0.0.1', hostIn).default('127.0.0.1'),
  PORT: wholeNumber(0, 65_535).default(3_000),
  FABULIST_WEB_PASSWORD: key('at least 8 characters long', (text) => (text.length >= 8 ? text : undefined)).optional(),
  FABULIST_WEB_HOSTS: listOf('names such as stories.example.org, with commas between them', hostIn).optional(),
  SLACK_BOT_TOKEN: inOneWord('the bot token of a Slack app, which begins with xoxb-', /^xoxb-[\x21-\x7e]+$/),
  SLACK_APP_TOKEN: inOneWord('the app-level token of a Slack app, which begins with xapp-', /^xapp-[\x21-\x7e]+$/),
  SLACK_SIGNING_SECRET: inOneWord('the signing secret of a Slack app, in one word', /^[\x21-\x7e]+$/),
  SLACK_CLIENT_ID: inOneWord('the client id of a Slack app, such as 1234.5678', /^[\d.]+$/),
  SLACK_CLIENT_SECRET: inOneWord('the client secret of a Slack app, in one word', /^[\x21-\x7e]+$/),
  SLACK_STATE_SECRET: inOneWord('a secret of 16 characters or more, in one word', /^[\x21-\x7e]{16,}$/),
  SLACK_HOST: key('the name or address of a network interface', (text) =>
    /^[\w.:%-]+$/.test(text) ? text : undefined,
  ).default('127.0.0.1'),
  SLACK_PORT: wholeNumber(0, 65_535).default(3_030),
  SLACK_API_URL: key('an address such as https://slack.com/api', webAddress).default('https://slack.com/api'),
  SLACK_FILE_ORIGINS: listOf('origins such as https://files.slack.com, with commas between them', originOf).default([
    'https://files.slack.com',
  ]),
  SLACK_COMMAND_PREFIX: key('lower-case letters, digits and hyphens, 20 at most', (text) =>
    /^[a-z0-9_-]{1,20}$/.test(text) ? text : undefined,
  ).default(''),
  FABULIST_SECRET: inOneWord('a secret of 16 characters or more, in one word', /^[\x21-\x7e]{16,}$/),
  DATABASE_URL: key(
    'the address of a PostgreSQL database, such as postgres://user:password@host:5432/fabulist',
    (text) => (URL.canParse(text) && /^postgres(ql)?:$/.test(new URL(text).protocol) ? text : undefined),
  ).optional(),
  QUOTA_TRAININGS: wholeNumber(1, 1_000_000).optional(),
  QUOTA_CORPORA: wholeNumber(1, 1_000_000).optional(),
  QUOTA_WORDS: wholeNumber(1, 1_000_000_000).optional(),
  METRICS_PORT: wholeNumber(1, 65_535).optional(),
  METRICS_HOST: key('a name or address of this machine, such as 127.0.0.1', (text) =>
    /^[\w.:-]+$/.test(text) ? text : undefined,
  ).default('127.0.0.1'),
  LOG_LEVEL: oneOf(LOG_LEVELS).optional(),
});

export const CONFIG_KEYS: readonly string[] = Object.keys(KEYS.shape);

type Environment = Readonly<Record<string, string | undefined>>;

/** The `.env` of a folder as key and value; empty where there is none. */
export function readDotenv(folder: string): Environment {
  try {
    return parse(readFileSync(resolve(folder, '.env')));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw new FabulistError('usage', 'The file .env cannot be read: make it a text file that you may read.', {
      cause: error,
    });
  }
}

/**
 * Validates the environment. Earlier sources win: pass options of the command line, then the environment, then `.env`.
 * An empty value means "not set". Throws `usage` with one sentence that names the key, what it must be, and what it is.
 */
export function loadConfig(...sources: readonly Environment[]): Config {
  const given: Record<string, string> = {};
  for (const name of CONFIG_KEYS) {
    const value = sources.map((source) => source[name]?.trim()).find((text) => text);
    if (value) given[name] = value;
  }
  const parsed = KEYS.safeParse(given);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const name = String(issue?.path[0]);
    // A token that was pasted wrongly is still a secret, and so is the password in an address.
    const secret = /_(TOKEN|SECRET|PASSWORD)$/.test(name) || name === 'DATABASE_URL';
    const received = secret ? 'what it is now' : JSON.stringify(given[name]);
    throw new FabulistError('usage', `${name} must be ${issue?.message}, not ${received}.`);
  }
  const keys = parsed.data;
  return Object.freeze({
    engine: keys.FABULIST_ENGINE,
    dataFolder: keys.FABULIST_DATA,
    cacheFolder: keys.FABULIST_CACHE,
    starterFolder: resolve(PACKAGE_FOLDER, 'corpora'),
    trainers: keys.TRAINERS,
    trainerThreads: keys.TRAINER_THREADS,
    modelMemory: keys.FABULIST_MODEL_MEMORY * MEGABYTE,
    maxUpload: keys.FABULIST_MAX_UPLOAD * MEGABYTE,
    retrain: Object.freeze({
      cron: keys.RETRAIN_CRON === 'off' ? null : keys.RETRAIN_CRON,
      timezone: keys.RETRAIN_TIMEZONE,
      tolerance: keys.RETRAIN_TOLERANCE,
    }),
    discord:
      keys.DISCORD_TOKEN === undefined
        ? undefined
        : Object.freeze({
            token: keys.DISCORD_TOKEN,
            apiUrl: keys.DISCORD_API_URL,
            cdnOrigins: Object.freeze(keys.DISCORD_CDN_ORIGINS ?? []),
            guildIds: Object.freeze(keys.DISCORD_GUILD_IDS ?? []),
            shards: Object.freeze(keys.DISCORD_SHARDS),
          }),
    web: Object.freeze({
      host: keys.HOST,
      port: keys.PORT,
      password: keys.FABULIST_WEB_PASSWORD,
      names: Object.freeze(keys.FABULIST_WEB_HOSTS ?? []),
    }),
    slack: slackConfigOf(keys),
    secretsSet: Object.freeze(Object.keys(given).filter((name) => /_(TOKEN|SECRET|CLIENT_ID|PASSWORD)$/.test(name))),
    slackCommandPrefix: keys.SLACK_COMMAND_PREFIX,
    database: keys.DATABASE_URL === undefined ? undefined : Object.freeze({ url: keys.DATABASE_URL }),
    quotas: Object.freeze({
      trainings: keys.QUOTA_TRAININGS,
      corpora: keys.QUOTA_CORPORA,
      words: keys.QUOTA_WORDS,
    }),
    metrics:
      keys.METRICS_PORT === undefined ? undefined : Object.freeze({ port: keys.METRICS_PORT, host: keys.METRICS_HOST }),
    logLevel: keys.LOG_LEVEL,
  });
}
