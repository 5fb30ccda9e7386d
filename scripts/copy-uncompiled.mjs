// Puts beside the compiled program what the compiler leaves out: the database's migrations and the page. Part of `npm run build`.
import { cpSync } from 'node:fs';

for (const folder of ['library/postgres/migrations', 'chat/web/page'])
  cpSync(`src/${folder}`, `dist/${folder}`, { recursive: true });
