import { type Logger, pino } from 'pino';

export type Log = Logger;

/** Under these keys stands what was told or typed. Such text belongs to the people of a channel, not to the operator. */
const TOLD = ['text', 'opening', 'continuation', 'prose', 'sample', 'sampleText'];

const DEBUG = 20;

/**
 * Logs JSON lines on standard error. Above level `debug` the keys in `TOLD` are left out of every line, so that a
 * careless call cannot put anybody's story into a log.
 */
export function openLog(
  level: string,
  destination: { write(line: string): void } = pino.destination({ dest: 2, sync: true }),
): Log {
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    hooks: {
      logMethod(this: Logger, args: Parameters<pino.LogFn>, method: pino.LogFn, lineLevel: number) {
        const [details] = args;
        if (lineLevel > DEBUG && typeof details === 'object' && details !== null && !(details instanceof Error)) {
          args[0] = Object.fromEntries(Object.entries(details).filter(([name]) => !TOLD.includes(name)));
        }
        method.apply(this, args);
      },
    },
  };
  return pino(options, destination);
}
