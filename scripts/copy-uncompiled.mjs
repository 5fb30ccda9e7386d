// Puts beside the compiled program what the compiler leaves out: the database's migrations, the page and
// the sources of the native engine's kernels. Part of `npm run build`.
import { cpSync } from 'node:fs';

for (const folder of ['library/postgres/migrations', 'chat/web/page', 'engine/native/cpp'])
  cpSync(`src/${folder}`, `dist/${folder}`, { recursive: true });
