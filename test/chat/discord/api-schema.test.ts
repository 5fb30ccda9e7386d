import { describe, expect, it } from 'vitest';
import { hasApiSchema, objectionsTo } from './api-schema.ts';

const MESSAGES = '/channels/{channel_id}/messages';
const CALLBACK = '/interactions/{interaction_id}/{interaction_token}/callback';

describe.runIf(hasApiSchema)('Discord’s description of its API', () => {
  it('has nothing against what is right', () => {
    expect(objectionsTo('post', MESSAGES, { content: 'x', allowed_mentions: { parse: [] } })).toEqual([]);
    expect(objectionsTo('post', CALLBACK, { type: 5, data: { flags: 64 } })).toEqual([]);
  });

  it.each([
    ['post', MESSAGES, { content: 'x'.repeat(4_001) }],
    [
      'post',
      MESSAGES,
      { content: 'x', components: [{ type: 1, components: [{ type: 2, style: 1, custom_id: 'x'.repeat(101) }] }] },
    ],
    ['post', CALLBACK, { type: 99 }],
    ['post', CALLBACK, { type: 8, data: { choices: Array.from({ length: 26 }, () => ({ name: 'a', value: 'a' })) } }],
    ['put', '/applications/{application_id}/commands', [{ name: 'story', description: 'x'.repeat(101) }]],
  ])('objects to %s %s of %j', (method, path, body) => {
    expect(objectionsTo(method, path, body)).not.toEqual([]);
  });
});
