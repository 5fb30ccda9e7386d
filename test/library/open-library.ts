import { FileLibrary } from '../../src/library/file-library.ts';
import type { Library } from '../../src/library/library.ts';
import { PostgresLibrary } from '../../src/library/postgres/postgres-library.ts';

/** Where a library is: in a folder, or with an address in a database. */
export interface LibraryPlace {
  readonly dataFolder: string;
  readonly starterFolder: string;
  readonly url?: string;
}

export async function openLibrary({ url, ...folders }: LibraryPlace): Promise<Library> {
  return url === undefined ? new FileLibrary(folders) : PostgresLibrary.open({ url, ...folders, connections: 3 });
}
