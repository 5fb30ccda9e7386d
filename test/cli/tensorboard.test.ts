import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { encodeModel } from '../../src/language/checkpoint.ts';
import type { House } from '../../src/main.ts';
import type { TrainingEvent } from '../../src/training/trainer.ts';
import { tinyModel } from '../language/tiny.ts';
import { fakeHouse, fakeTraining, progress, refuse, run, trainReply, VERSION } from './fakes.ts';

const folder = mkdtempSync(join(tmpdir(), 'fabulist-board-cli-'));
writeFileSync(join(folder, 'a.txt'), 'abc');
afterAll(() => rmSync(folder, { recursive: true }));

const FINISHED: TrainingEvent = { kind: 'finished', version: VERSION, stopped: false };

/** A house that trains through these events, and has the model afterwards. */
function house(...events: TrainingEvent[]): House & { asked: unknown[] } {
  const asked: unknown[] = [];
  const made = fakeHouse({
    train: async (_asker, request) => {
      asked.push(request.options);
      return trainReply(fakeTraining('a', events));
    },
  });
  const curve = [{ step: 1, seconds: 0.1, loss: 1, accuracy: 0.5, heldOutPerplexity: null }];
  const files = { ...encodeModel(tinyModel()), 'curve.json': Buffer.from(JSON.stringify(curve)) };
  return Object.assign(made, { asked, library: { ...made.library, readVersion: async () => files } });
}

describe('train --tensorboard', () => {
  it('writes a run, says where, and is no part of the recipe', async () => {
    const trained = house(progress(0.5, 'Once.'), FINISHED);
    const args = ['train', 'a.txt', '--tensorboard', 'logs', '--window', '4'];
    const { code, out } = await run([...args, '--json'], trained, { folder });
    const { tensorboard } = JSON.parse(out.text) as { tensorboard: string };
    expect([code, trained.asked]).toEqual([0, [{ window: 4 }]]);
    expect(tensorboard).toMatch(new RegExp(`^${join(folder, 'logs')}/a-\\d{8}-\\d{6}$`));
    expect(readdirSync(tensorboard).sort()).toEqual([
      'embedding.tsv',
      expect.stringMatching(/^events\.out\.tfevents\./),
      'metadata.tsv',
      'projector_config.pbtxt',
    ]);
    const again = await run(args, house(FINISHED), { folder });
    expect(again.out.lines.at(-1)).toMatch(/^For TensorBoard: logs\/a-[\d-]+; tensorboard --logdir logs shows it\.$/);
    expect(readdirSync(join(folder, 'logs'))).toHaveLength(2);
  });

  it('refuses a folder that cannot be written before anything is trained', async () => {
    const trained = house(FINISHED);
    const { code, out, err } = await run(['train', 'a.txt', '--tensorboard', 'a.txt/x'], trained, { folder });
    expect([code, out.text, trained.asked]).toEqual([1, '', []]);
    expect(err.text).toBe(
      "TensorBoard's files cannot be written to a.txt/x: choose another folder with --tensorboard.\n",
    );
  });

  it('leaves no run of a training that was refused, and the curve of one that failed', async () => {
    const refusing = fakeHouse({ train: async () => refuse('too-short', 'Too short.') });
    await run(['train', 'a.txt', '--tensorboard', 'none'], refusing, { folder });
    expect(readdirSync(join(folder, 'none'))).toEqual([]);
    const failing = house(progress(0.5), { kind: 'failed', message: 'It failed.', setAside: false });
    const { code } = await run(['train', 'a.txt', '--tensorboard', 'none'], failing, { folder });
    expect([code, readdirSync(join(folder, 'none'))]).toEqual([1, [expect.stringMatching(/^a-/)]]);
  });

  it('says so where the model is there and the files are not complete', async () => {
    const trained = { ...house(FINISHED), library: { readVersion: async () => refuse('no-model', 'Pruned.') } };
    const { code, out, err } = await run(['train', 'a.txt', '--tensorboard', 'some', '--json'], trained as never, {
      folder,
    });
    expect([code, JSON.parse(out.text).modelVersion]).toEqual([0, VERSION.id]);
    expect(err.text).toBe('The files for TensorBoard in some are not complete; the model is.\n');
  });
});
