// Puts beside the compiled program what the compiler leaves out: the database's migrations. Part of `npm run build`.
import { cpSync } from 'node:fs';

const folder = 'library/postgres/migrations';
cpSync(`src/${folder}`, `dist/${folder}`, { recursive: true });
