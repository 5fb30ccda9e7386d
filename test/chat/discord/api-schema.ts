import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';

/** Discord's own description of its API; not part of the repository. */
const FILE = [
  process.env.DISCORD_OPENAPI,
  resolve(import.meta.dirname, '../../../../shared/specs/discord-openapi.json'),
].find((path) => path !== undefined && existsSync(path));

let ajv: Ajv2020 | undefined;
const validators = new Map<string, ValidateFunction>();

if (FILE === undefined) {
  console.warn('Payloads are not checked: DISCORD_OPENAPI does not name a discord-openapi.json.');
}

/** Whether payloads can be checked here. */
export const hasApiSchema = FILE !== undefined;

/** What Discord would object to in the body of a request; empty where nothing, or where its description is not at hand. */
export function objectionsTo(method: string, path: string, body: unknown): string[] {
  if (FILE === undefined) return [];
  if (!ajv) {
    ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true });
    ajv.addSchema(JSON.parse(readFileSync(FILE, 'utf8')) as object, 'discord');
  }
  const pointer = [path, method, 'requestBody', 'content', 'application/json', 'schema']
    .map((part) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1')))
    .join('/');
  const $ref = `discord#/paths/${pointer}`;
  let validate = validators.get($ref);
  if (!validate) {
    validate = ajv.compile({ $ref });
    validators.set($ref, validate);
  }
  if (validate(permissionsAsNumbers(body))) return [];
  return (validate.errors ?? []).slice(0, 5).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

/** Permissions are text in Discord's documentation and in all its clients, but a number in its description. */
function permissionsAsNumbers(body: unknown): unknown {
  return JSON.parse(JSON.stringify(body ?? null), (name, value) =>
    name === 'default_member_permissions' && typeof value === 'string' ? Number(value) : value,
  );
}
