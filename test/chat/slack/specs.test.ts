import { describe, expect, it } from 'vitest';
import { hasSpecs, objectionsTo } from './specs.ts';

const section = (text: string) => ({ type: 'section', text: { type: 'mrkdwn', text } });
const button = (more: object) => ({
  type: 'actions',
  elements: [{ type: 'button', action_id: 'a', text: { type: 'plain_text', text: 'Continue' }, ...more }],
});

describe('the limits of Slack', () => {
  it('have nothing against what is right', () => {
    const blocks = [section('x'.repeat(3_000)), button({ value: 'x'.repeat(2_000) })];
    expect(objectionsTo('SlackMessagePayload', { channel: 'C1', text: 'x', blocks })).toEqual([]);
  });

  it.each([
    [section('x'.repeat(3_001))],
    [section('')],
    [button({ value: 'x'.repeat(2_001) })],
    [button({ text: { type: 'plain_text', text: 'x'.repeat(76) } })],
    [button({ action_id: 'x'.repeat(256) })],
    [...Array.from({ length: 51 }, () => section('x'))],
    [...Array.from({ length: 5 }, () => section('x'.repeat(2_900)))],
  ])('object to %j', (...blocks) => {
    expect(objectionsTo('SlackMessagePayload', { channel: 'C1', text: 'x', blocks })).not.toEqual([]);
  });

  it.runIf(hasSpecs)('and its types object to what is of no such shape', () => {
    const blocks = [{ type: 'section', text: { type: 'markdown', text: 'x' } }];
    expect(objectionsTo('SlackMessagePayload', { channel: 'C1', text: 'x', blocks })).not.toEqual([]);
    expect(objectionsTo('SlackMessagePayload', { channel: 'C1', blocks: [section('x')] })).not.toEqual([]);
    expect(objectionsTo('SlackModal', { type: 'modal', blocks: [] })).not.toEqual([]);
    expect(objectionsTo('KnownBlock', button({ colour: 'red' }))).not.toEqual([]);
  });
});
