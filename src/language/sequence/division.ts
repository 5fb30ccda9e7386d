/** Symbols of each stream between two steps of learning: how far back-propagation reaches. */
const SPAN = 35;
const STREAMS = 20;
/** Symbols that a step reads at most. */
export const SYMBOLS_A_STEP = SPAN * STREAMS;
/** A stream of fewer stretches than this would begin anew all the time. */
const STRETCHES = 4;

/** How a text of so many symbols is divided: streams of `length` symbols, read `span` at a step, in `epoch` steps. */
export function divide(symbols: number): { streams: number; span: number; length: number; epoch: number } {
  const span = Math.max(1, Math.min(SPAN, symbols - 1));
  const streams = Math.max(1, Math.min(STREAMS, Math.floor(symbols / (STRETCHES * span))));
  const length = Math.floor(symbols / streams);
  return { streams, span, length, epoch: Math.max(1, Math.floor((length - 1) / span)) };
}
