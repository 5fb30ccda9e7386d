import type { Engine } from '../engine/engine.ts';
import type { Model } from './model.ts';

export interface TellOptions {
  /** Symbols to add. */
  readonly words: number;
  /** 0: the most likely symbol every time. Above: drawn from softmax(logits / temperature). */
  readonly temperature: number;
  readonly seed: number;
}

/** Tells continuations with one model, whose weights it holds in the engine until it is disposed. */
export declare class Teller {
  constructor(engine: Engine, model: Model);
  /** context: ids of the symbols before, at least one. Resolves to the ids of the `words` symbols that follow. */
  tell(context: Int32Array, options: TellOptions): Promise<Int32Array>;
  dispose(): void;
}
