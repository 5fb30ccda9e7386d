import type { DocumentKind, Library } from './library.ts';

type Documents = Pick<Library, 'readDocument' | 'writeDocument' | 'deleteDocument' | 'listDocuments'>;

/** The documents of a `MemoryLibrary`. Values are kept as JSON, as on a disk, so that nobody changes them from outside. */
export class MemoryDocuments implements Documents {
  readonly #kinds = new Map<DocumentKind, Map<string, string>>();

  async readDocument<T>(kind: DocumentKind, key: string): Promise<T | undefined> {
    const json = this.#kinds.get(kind)?.get(key);
    return json === undefined ? undefined : (JSON.parse(json) as { value: T }).value;
  }

  async writeDocument(kind: DocumentKind, key: string, value: unknown): Promise<void> {
    const documents = this.#kinds.get(kind) ?? new Map<string, string>();
    this.#kinds.set(kind, documents.set(key, JSON.stringify({ value })));
  }

  async deleteDocument(kind: DocumentKind, key: string): Promise<void> {
    this.#kinds.get(kind)?.delete(key);
  }

  async listDocuments<T>(kind: DocumentKind): Promise<{ key: string; value: T }[]> {
    const documents = [...(this.#kinds.get(kind) ?? [])];
    return documents.map(([key, json]) => ({ key, value: (JSON.parse(json) as { value: T }).value }));
  }
}
