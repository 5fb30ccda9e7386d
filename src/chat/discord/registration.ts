import {
  ApplicationCommandOptionType,
  ApplicationCommandType,
  ApplicationIntegrationType,
  InteractionContextType,
  PermissionFlagsBits,
  type REST,
  Routes,
} from 'discord.js';
import {
  COMMANDS,
  type Command,
  type CommandOption,
  describeChoice,
  describeCommand,
  describeOption,
} from '../commands.ts';
import type { Locale } from '../locale.ts';

/** Discord's names of our languages, English being what stands without one. */
const LOCALIZED: readonly (readonly [string, Locale])[] = [
  ['de', 'de'],
  ['fr', 'fr'],
  ['es-ES', 'es'],
  ['es-419', 'es'],
];

const TYPES: Readonly<Record<CommandOption['type'], ApplicationCommandOptionType>> = {
  text: ApplicationCommandOptionType.String,
  choice: ApplicationCommandOptionType.String,
  whole: ApplicationCommandOptionType.Integer,
  number: ApplicationCommandOptionType.Number,
  file: ApplicationCommandOptionType.Attachment,
};

const localized = (say: (locale: Locale) => string) =>
  Object.fromEntries(LOCALIZED.map(([tag, locale]) => [tag, say(locale)]));

/** The catalogue as Discord registers it. global: for all servers and direct messages, not for one server. */
function registrations(global: boolean): object[] {
  return COMMANDS.map((command) => ({
    type: ApplicationCommandType.ChatInput,
    name: command.name,
    description: describeCommand(command, 'en'),
    description_localizations: localized((locale) => describeCommand(command, locale)),
    options: command.options.map((option) => optionOf(command, option)),
    // Everybody may forget what they handed over themselves, and more /forget does not do: it is hidden from nobody.
    ...(command.permission === 'manage' &&
      command.name !== 'forget' && { default_member_permissions: String(PermissionFlagsBits.ManageGuild) }),
    ...(global && {
      contexts: [InteractionContextType.Guild, InteractionContextType.BotDM],
      integration_types: [ApplicationIntegrationType.GuildInstall],
    }),
  }));
}

function optionOf(command: Command, option: CommandOption): object {
  const { name, type, least, most, choices, completes } = option;
  return {
    type: TYPES[type],
    name,
    description: describeOption(command, option, 'en'),
    description_localizations: localized((locale) => describeOption(command, option, locale)),
    ...(least !== undefined && { min_value: least }),
    ...(most !== undefined && { max_value: most }),
    ...(completes && { autocomplete: true }),
    ...(choices && {
      choices: choices.map(({ value }) => ({
        name: describeChoice(value, 'en'),
        name_localizations: localized((locale) => describeChoice(value, locale)),
        value,
      })),
    }),
  };
}

/** Registers the commands where they differ from those that are: Discord counts registrations, 200 a day. */
export async function register(rest: REST, application: string, guild?: string): Promise<boolean> {
  const route = guild ? Routes.applicationGuildCommands(application, guild) : Routes.applicationCommands(application);
  const wanted = registrations(guild === undefined);
  const query = new URLSearchParams({ with_localizations: 'true' });
  const found = (await rest.get(route, { query })) as { contexts?: unknown; integration_types?: unknown }[];
  // What a server's own commands are open to, Discord decides by itself.
  const compared = guild ? found.map(({ contexts: _, integration_types: __, ...rest }) => rest) : found;
  if (same(wanted, compared)) return false;
  await rest.put(route, { body: wanted });
  return true;
}

function same(wanted: readonly object[], found: readonly object[]): boolean {
  const byName = (list: readonly object[]) => list.map((one) => JSON.stringify(essence(one))).sort();
  return JSON.stringify(byName(wanted)) === JSON.stringify(byName(found));
}

/** What we say of a command, in one order: Discord adds ids and versions, and fills in what is false, empty or null. */
function essence(value: unknown): unknown {
  if (Array.isArray(value)) {
    const items = value.map(essence);
    return items.every((item) => typeof item === 'number') ? items.toSorted() : items;
  }
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value)
    .filter(([name, item]) => !ADDED.includes(name) && !isEmpty(item))
    .map(([name, item]): [string, unknown] => [name, essence(item)]);
  return Object.fromEntries(entries.toSorted(([one], [other]) => (one < other ? -1 : 1)));
}

const ADDED: readonly string[] = [
  'id',
  'application_id',
  'guild_id',
  'version',
  'dm_permission',
  'name_localized',
  'description_localized',
];

function isEmpty(value: unknown): boolean {
  return value === null || value === undefined || value === false || (Array.isArray(value) && value.length === 0);
}
