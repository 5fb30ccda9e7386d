import { FileLibrary } from '../../src/library/file-library.ts';
import { MemoryLibrary } from '../../src/library/memory-library.ts';
import { libraryContract } from './contract.ts';
import { FABLE } from './fixtures.ts';
import { starterFolder, temporaryFolder } from './folders.ts';

libraryContract('MemoryLibrary', async (clock) => new MemoryLibrary({ starters: { fable: FABLE }, clock }));

libraryContract('FileLibrary', async (clock) => {
  return new FileLibrary({ dataFolder: await temporaryFolder(), starterFolder: await starterFolder(), clock });
});
