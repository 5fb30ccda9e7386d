/**
 * What went wrong, as a stable code that code may branch on. People read the message, never the code.
 * `usage`: the request itself is malformed (exit code 2); every other code is a failure the user can mend (exit code 1).
 */
export type ErrorCode =
  | 'usage'
  | 'bad-file'
  | 'too-large'
  | 'too-short'
  | 'unknown-corpus'
  | 'unknown-word'
  | 'no-model'
  | 'not-allowed'
  | 'cancelled'
  | 'disk-full'
  | 'storage'
  /** Something outside, such as the database, cannot be reached for now; what was asked for may work later. */
  | 'unavailable'
  | 'engine'
  | 'training-failed';

/**
 * An expected failure. `message` is one plain sentence for the person who asked: what was wrong and what to do about it,
 * free of paths of the machine and of stack traces. Anything that is not a FabulistError is a defect and is logged as one.
 */
export class FabulistError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'FabulistError';
    this.code = code;
  }
}

/** The sentence to show a person for any thrown value; defects are named as such, without their details. */
export function sentenceFor(error: unknown): string {
  if (error instanceof FabulistError) return error.message;
  return 'Something went wrong inside Fabulist; the details are in its log.';
}
