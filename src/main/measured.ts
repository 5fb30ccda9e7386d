import { FabulistError } from '../errors.ts';
import type { Storyteller } from '../story/storyteller.ts';
import type { Metrics } from '../telemetry/metrics.ts';

/** What is out of the hands of whoever asked. */
const FAILURES = ['storage', 'unavailable', 'disk-full', 'engine'];

/** The same storyteller; how long each thing it is asked for takes, and what comes of it, goes to the metrics. */
export function measured(storyteller: Storyteller, metrics: Metrics): Storyteller {
  return new Proxy(storyteller, {
    get(target, name) {
      const method: unknown = Reflect.get(target, name, target);
      if (typeof method !== 'function') return method;
      return (...args: unknown[]) => {
        const begun = performance.now();
        const tell = (outcome: 'done' | 'refused' | 'failed') =>
          metrics.request(String(name), outcome, (performance.now() - begun) / 1_000);
        const result: unknown = Reflect.apply(method, target, args);
        if (!(result instanceof Promise)) return result;
        result.then(
          () => tell('done'),
          (error: unknown) =>
            tell(error instanceof FabulistError && !FAILURES.includes(error.code) ? 'refused' : 'failed'),
        );
        return result;
      };
    },
  });
}
