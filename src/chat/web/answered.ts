import type { Context } from 'hono';
import { FabulistError } from '../../errors.ts';

/** Answers; says in one sentence what cannot be. */
export async function answered(context: Context, answer: () => Promise<Response>): Promise<Response> {
  try {
    return await answer();
  } catch (error) {
    if (!(error instanceof FabulistError)) throw error;
    return context.json({ sentence: error.message }, 404);
  }
}
