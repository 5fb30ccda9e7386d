import { once } from 'node:events';
import { sentenceFor } from '../../../src/errors.ts';
import { PostgresLibrary } from '../../../src/library/postgres/postgres-library.ts';

/* Opens the library once it is sent a message, and says what came of it. Started by migrations.test.ts. */

const options = JSON.parse(process.argv[2] ?? '');
process.send?.('ready');
await once(process, 'message');
try {
  const library = await PostgresLibrary.open(options);
  await library.writeDocument('settings', String(process.pid), process.pid);
  await library.close();
  process.send?.('opened');
} catch (error) {
  process.send?.(sentenceFor(error));
}
process.disconnect();
