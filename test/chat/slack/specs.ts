import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Ajv, type ValidateFunction } from 'ajv';

/** Schemas made from Slack's own types; not part of the repository. */
const FOLDER = [process.env.SLACK_SPECS, resolve(import.meta.dirname, '../../../../shared/specs')].find(
  (path) => path !== undefined && existsSync(join(path, 'slack-SlackMessagePayload.schema.json')),
);

if (FOLDER === undefined) {
  console.warn('Payloads are not checked: SLACK_SPECS does not name a folder with slack-*.schema.json.');
}

/** Whether payloads can be checked here. */
export const hasSpecs = FOLDER !== undefined;

const NAMES = ['SlackMessagePayload', 'SlackModal', 'KnownBlock'] as const;
type Name = (typeof NAMES)[number];
/** Compiled before any test begins: it takes as long as some tests wait. */
const validators = new Map<Name, ValidateFunction>(
  FOLDER === undefined ? [] : NAMES.map((name) => [name, compiled(FOLDER, name)]),
);

function compiled(folder: string, name: Name): ValidateFunction {
  const schema = JSON.parse(readFileSync(join(folder, `slack-${name}.schema.json`), 'utf8')) as object;
  return new Ajv({ strict: false, allErrors: false }).compile(schema);
}

/** What Slack would object to in a message, a modal or a block; empty where nothing, or where the schemas are not at hand. */
export function objectionsTo(name: Name, payload: unknown): string[] {
  const tooLong = overLimits(payload, '');
  const validate = validators.get(name);
  if (!validate || validate(payload)) return tooLong;
  const found = (validate.errors ?? []).map(({ instancePath, message }) => `${name}${instancePath} ${message}`);
  return [...tooLong, ...found.slice(0, 3)];
}

/** Characters that Slack takes, by the type of what holds the text and the name of the field. */
const LIMITS: readonly (readonly [type: string, field: string, most: number])[] = [
  ['section', 'text', 3_000],
  ['header', 'text', 150],
  ['button', 'text', 75],
  ['button', 'value', 2_000],
  ['input', 'label', 2_000],
  ['input', 'hint', 2_000],
  ['modal', 'title', 24],
  ['modal', 'submit', 24],
  ['modal', 'close', 24],
  ['modal', 'private_metadata', 3_000],
];

/** What the schemas do not say: lengths, counts, and that nothing is empty. */
function overLimits(value: unknown, path: string): string[] {
  if (typeof value !== 'object' || value === null) return [];
  const { type = '' } = value as { type?: string };
  const found: string[] = [];
  for (const [holder, field, most] of LIMITS) {
    const held = (value as Record<string, unknown>)[field];
    if (holder !== type || held === undefined) continue;
    const text = typeof held === 'string' ? held : ((held as { text?: string } | null)?.text ?? '');
    if (text.length > most) found.push(`${path}/${field} has ${text.length} characters, ${most} at most`);
    if (text === '') found.push(`${path}/${field} is empty`);
  }
  const { text, action_id, block_id, blocks } = value as Record<string, unknown>;
  if (typeof text === 'string' && text.length > 40_000) found.push(`${path}/text is longer than 40,000 characters`);
  if (String(action_id ?? '').length > 255 || String(block_id ?? '').length > 255)
    found.push(`${path} has too long an id`);
  if (Array.isArray(blocks)) {
    const most = type === 'modal' || type === 'home' ? 100 : 50;
    if (blocks.length > most) found.push(`${path}/blocks are ${blocks.length}, ${most} at most`);
    const size = JSON.stringify(blocks.map((block: { text?: unknown }) => block.text ?? '')).length;
    if (most === 50 && size > 13_200) found.push(`${path}/blocks are ${size} characters long: msg_blocks_too_long`);
  }
  return [...found, ...Object.entries(value).flatMap(([name, inner]) => overLimits(inner, `${path}/${name}`))];
}
