import pg from 'pg';
import { FabulistError } from '../../errors.ts';

/* What PostgreSQL and the way to it may answer, as sentences. Codes: SQLSTATE, Appendix A of PostgreSQL's manual. */

/** Connections are refused or cut while a server starts, stops or recovers, or has too many already. */
const OUT_OF_REACH = /^(08|57P0[1-5]|53300)/;
/** 25P03: the server ended a transaction that stood still for too long. */
const CUT = /^(08|57P0[1-5]|25P03)/;

function sqlState(error: unknown): string | undefined {
  return error instanceof pg.DatabaseError ? error.code : undefined;
}

/** Whether the connection was lost or could not be had, which a later try may find mended. */
export function isOutOfReach(error: unknown): boolean {
  if (error instanceof FabulistError) return error.code === 'unavailable';
  const state = sqlState(error);
  if (state !== undefined) return OUT_OF_REACH.test(state) || CUT.test(state);
  // What the driver throws without an answer of the server is about the connection, but for slips of ours.
  return error instanceof Error && !['TypeError', 'RangeError', 'SyntaxError', 'AssertionError'].includes(error.name);
}

/** Whether a server answers that it will be there in a moment. */
export function isStarting(error: unknown): boolean {
  return sqlState(error) === '57P03';
}

/** Whether another transaction stood in the way, so that the same again will do. */
export function isClash(error: unknown): boolean {
  return ['40001', '40P01'].includes(sqlState(error) ?? '');
}

/** Turns what the database answered into one sentence; what is no failure of it is handed back as it is. */
export function databaseError(error: unknown): unknown {
  if (error instanceof FabulistError) return error;
  const state = sqlState(error);
  const options = { cause: error };
  if (state === '28P01' || state === '28000')
    return new FabulistError(
      'storage',
      'The database refuses the user or the password of DATABASE_URL: correct them there.',
      options,
    );
  if (state === '3D000')
    return new FabulistError(
      'storage',
      'The database that DATABASE_URL names is not there: create it with createdb, or name another.',
      options,
    );
  if (state === '42501')
    return new FabulistError(
      'storage',
      'The user of DATABASE_URL may not do this in the database: make that user its owner.',
      options,
    );
  if (state === '53100')
    return new FabulistError('disk-full', 'The disk of the database is full: free some space there.', options);
  if (state === '53200')
    return new FabulistError('storage', 'The database is out of memory: give it more, or try again later.', options);
  if (isOutOfReach(error))
    return new FabulistError(
      'unavailable',
      'The database cannot be reached right now: see that PostgreSQL runs where DATABASE_URL says, then try again.',
      options,
    );
  return error;
}
