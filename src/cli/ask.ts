import { createInterface } from 'node:readline';
import { FabulistError } from '../errors.ts';
import type { Sink } from './output.ts';

/** The person pressed Ctrl-C at a question: the exit code is that of an interrupted command. */
export class Interrupted extends FabulistError {
  constructor(message: string) {
    super('cancelled', message);
  }
}

/** What came of a question: the line that was typed, Ctrl-C, or the end of the input (Ctrl-D, or the session ends). */
export type Answer = { readonly line: string } | 'interrupted' | 'ended';

/** Asks one question on a terminal. Never throws: readline's own promises reject on Ctrl-C and Ctrl-D, each Node in its way. */
export function ask(
  question: string,
  input: NodeJS.ReadableStream,
  output: Sink,
  signal: AbortSignal,
): Promise<Answer> {
  const terminal = createInterface({ input, output: output as unknown as NodeJS.WritableStream, terminal: true });
  const answer = new Promise<Answer>((resolve) => {
    terminal.once('SIGINT', () => resolve('interrupted'));
    terminal.once('close', () => resolve('ended'));
    terminal.question(question, (line) => resolve({ line }));
    signal.addEventListener('abort', () => resolve('ended'), { once: true });
  });
  return answer.finally(() => terminal.close());
}
