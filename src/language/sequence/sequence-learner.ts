import {
  type Engine,
  type NamedValues,
  type Optimizer,
  ops,
  type Parameter,
  type Tensor,
} from '../../engine/engine.ts';
import { valuesOf } from '../../engine/named-values.ts';
import type { Weights } from '../place-weights.ts';
import type { Recipe } from '../recipe.ts';
import { SYMBOLS_A_STEP } from './division.ts';
import type { LayerMemory } from './lstm-layer.ts';
import { MaskStrip } from './mask-strip.ts';
import {
  initialSequenceWeights,
  type Masks,
  noMemory,
  type Stretch,
  sequenceLoss,
  sequenceLossAndGradients,
} from './sequence-network.ts';
import type { StreamStep } from './streams.ts';

/** The gradients' norm at most: one odd stretch must not throw the weights away. */
const LONGEST = 0.5;
/** Steps between two looks of the average at the weights. */
const AVERAGE_EVERY = 5;
/** How far back the average looks: about a share 1 / LOOK_BACK of all steps (Shamir and Zhang 2013). */
const LOOK_BACK = 9;

/** Steps that cut their masks from the same strip. */
const STRIP_STEPS = 64;

/** What was predicted of a stretch before the weights moved. */
export interface SequenceStep {
  /** Mean over its symbols, nats, with dropout. */
  readonly loss: number;
  readonly accuracy: number;
}

/**
 * The weights of a sequence model that is being trained, in the engine, with their optimizer, and the average of the weights
 * over the last steps, which predicts better than the weights of any one step (Polyak and Juditsky 1992).
 */
export class SequenceLearner {
  readonly #engine: Engine;
  readonly #recipe: Recipe;
  readonly #vocabulary: number;
  readonly #parameters: readonly Parameter[];
  readonly #averages: readonly Parameter[];
  readonly #optimizer: Optimizer;
  readonly #strips = new Map<number, { readonly drawing: number; readonly strip: MaskStrip }>();
  #memory: LayerMemory[] | null = null;
  #steps = 0;

  /** vocabulary: how many symbols there are. */
  constructor(engine: Engine, recipe: Recipe, vocabulary: number) {
    this.#engine = engine;
    this.#recipe = recipe;
    this.#vocabulary = vocabulary;
    const initial = initialSequenceWeights(recipe, vocabulary);
    this.#parameters = initial.map((weight) => engine.parameter(weight));
    this.#averages = initial.map((weight) => engine.parameter({ ...weight, name: `average/${weight.name}` }));
    this.#optimizer = engine.optimizer('adam', this.#parameters);
  }

  /** Moves the weights once, against the gradient of the stretch's mean loss. rate: the step size. */
  step({ stretch, remembers }: StreamStep, rate: number): SequenceStep {
    this.#steps++;
    const { streams, targets } = stretch;
    const { figures, memory, gradients } = ops.tidy(() => {
      const before = this.#before(streams, remembers);
      const { loss, predicted, memory, gradients } = sequenceLossAndGradients(
        this.#engine,
        this.#recipe,
        this.#vocabulary,
        weightsOf(this.#parameters),
        stretch,
        before,
        this.#masks(stretch),
      );
      const hits = ops.cast(ops.equal(predicted, ops.tensor1d(targets, 'int32')), 'float32');
      return {
        figures: ops.stack([ops.mean(loss), ops.mean(hits)]),
        memory,
        gradients: this.#parameters.map(({ name }) => gradients[name] as Tensor),
      };
    });
    this.#optimizer.apply(gradients, rate, LONGEST);
    this.#remember(memory);
    const [loss, accuracy] = figures.dataSync() as unknown as [number, number];
    ops.dispose([figures, ...gradients]);
    if (this.#steps % AVERAGE_EVERY === 0) this.#average();
    return { loss, accuracy };
  }

  /**
   * Reads ids with the averaged weights, each stream from no memory, and gives for each symbol after the first of its stream
   * its loss (nats) and the symbol that was most likely in its place. ids: (steps x streams). Others get their turn between stretches.
   */
  async read(ids: Int32Array, streams: number): Promise<{ losses: Float32Array; predicted: Int32Array }> {
    const steps = ids.length / streams;
    const [losses, predicted] = [new Float32Array(ids.length), new Int32Array(ids.length)];
    let memory = noMemory(this.#recipe, streams);
    // Logits of one stretch stay below 32 MB.
    const span = Math.max(1, Math.min(250, Math.floor(8_000_000 / (this.#vocabulary * streams))));
    for (let start = 0; start < steps - 1; start += span) {
      const end = Math.min(steps - 1, start + span);
      const stretch: Stretch = {
        streams,
        ids: ids.slice(start * streams, end * streams),
        targets: ids.slice((start + 1) * streams, (end + 1) * streams),
      };
      const read = ops.tidy(() => {
        const weights = weightsOf(this.#averages, 'average/');
        return sequenceLoss(this.#engine, this.#recipe, this.#vocabulary, weights, stretch, memory);
      });
      dispose(memory);
      memory = read.memory;
      losses.set((await read.loss.data()) as Float32Array, (start + 1) * streams);
      predicted.set((await read.predicted.data()) as Int32Array, (start + 1) * streams);
      ops.dispose([read.loss, read.predicted]);
      await new Promise(setImmediate);
    }
    dispose(memory);
    return { losses, predicted };
  }

  /** A copy of the averaged weights: the model. */
  async values(): Promise<NamedValues[]> {
    const values = await copies(this.#averages);
    return values.map((value) => ({ ...value, name: value.name.slice('average/'.length) }));
  }

  /** Takes averaged weights over that `values` gave. */
  assign(values: readonly NamedValues[]): void {
    for (const average of this.#averages) average.assign(valuesOf(values, average.name.slice('average/'.length)));
  }

  /** All that the next step depends on. */
  async state(): Promise<NamedValues[]> {
    const memory: NamedValues[] = [];
    for (const [layer, { c, h }] of (this.#memory ?? []).entries()) {
      for (const [name, tensor] of Object.entries({ c, h })) {
        const values = (await tensor.data()) as Float32Array;
        memory.push({ name: `memory/${name}/${layer}`, shape: tensor.shape, values });
      }
    }
    return [...(await copies([...this.#parameters, ...this.#averages])), ...(await this.#optimizer.state()), ...memory];
  }

  restore(state: readonly NamedValues[]): void {
    for (const parameter of [...this.#parameters, ...this.#averages]) parameter.assign(valuesOf(state, parameter.name));
    this.#optimizer.restore(state);
    this.#steps = valuesOf(state, 'steps')[0] as number;
    const kept = (name: string) => {
      const found = state.find((entry) => entry.name === name);
      return found && ops.keep(ops.tensor(found.values, [...found.shape]));
    };
    const memory = Array.from({ length: this.#recipe.layers }, (_, layer) => ({
      c: kept(`memory/c/${layer}`),
      h: kept(`memory/h/${layer}`),
    }));
    if (memory.every(({ c, h }) => c && h)) this.#remember(memory as LayerMemory[]);
  }

  dispose(): void {
    this.#optimizer.dispose();
    for (const parameter of [...this.#parameters, ...this.#averages]) parameter.dispose();
    for (const { strip } of this.#strips.values()) strip.dispose();
    if (this.#memory) dispose(this.#memory);
  }

  /** remembers: (streams) of 0 and 1. */
  #before(streams: number, remembers: Float32Array | null): LayerMemory[] {
    const memory = this.#memory ?? noMemory(this.#recipe, streams);
    if (!remembers) return memory;
    const mask = ops.tensor2d(remembers, [streams, 1]);
    return memory.map(({ c, h }) => ({ c: ops.mul(c, mask), h: ops.mul(h, mask) }));
  }

  #remember(memory: LayerMemory[]): void {
    if (this.#memory) dispose(this.#memory);
    this.#memory = memory;
    for (const { c, h } of memory) {
      ops.keep(c);
      ops.keep(h);
    }
  }

  #masks({ streams, ids }: Stretch): Masks {
    const { layers, units, embedding, dropout, recurrentDropout } = this.#recipe;
    const steps = ids.length / streams;
    let drawn = 0;
    const mask = (shape: readonly number[], rate: number) => {
      drawn++;
      if (rate === 0) return undefined;
      return this.#masksOf(rate).cut(shape, this.#steps * 64 + drawn);
    };
    const byLayer = <T>(make: () => T) => Array.from({ length: layers }, make);
    return {
      input: mask([steps, streams, embedding], dropout),
      recurrent: byLayer(() => mask([units, 4 * units], recurrentDropout)),
      state: byLayer(() => mask([steps, streams, units], dropout)),
      output: mask([ids.length, embedding], dropout),
    };
  }

  /** The strip that masks of a rate are cut from at this step. */
  #masksOf(rate: number): MaskStrip {
    const drawing = Math.floor(this.#steps / STRIP_STEPS);
    const last = this.#strips.get(rate);
    if (last?.drawing === drawing) return last.strip;
    last?.strip.dispose();
    const { units, embedding, seed } = this.#recipe;
    const largest = Math.max(4 * units * units, SYMBOLS_A_STEP * Math.max(units, embedding));
    const strip = new MaskStrip(this.#engine, 2 * largest, rate, Math.imul(seed * 31 + drawing, 0x9e3779b1) >>> 1);
    this.#strips.set(rate, { drawing, strip });
    return strip;
  }

  #average(): void {
    const looks = this.#steps / AVERAGE_EVERY;
    ops.tidy(() => {
      this.#averages.forEach((average, k) => {
        average.approach(
          (this.#parameters[k] as Parameter).value(),
          Math.min(1, (LOOK_BACK + 1) / (LOOK_BACK + looks)),
        );
      });
    });
  }
}

function weightsOf(parameters: readonly Parameter[], prefix = ''): Weights {
  return Object.fromEntries(parameters.map((parameter) => [parameter.name.slice(prefix.length), parameter.value()]));
}

async function copies(parameters: readonly Parameter[]): Promise<NamedValues[]> {
  const values: NamedValues[] = [];
  for (const parameter of parameters)
    values.push({ name: parameter.name, shape: parameter.shape, values: await parameter.read() });
  return values;
}

function dispose(memory: readonly LayerMemory[]): void {
  for (const { c, h } of memory) ops.dispose([c, h]);
}
