import type { DocumentKind } from './library.ts';

/** The twin of `Documents` in memory. Values are kept as JSON, as on a disk, so that nobody changes them from outside. */
export class MemoryDocuments {
  readonly #kinds = new Map<DocumentKind, Map<string, string>>();

  read<T>(kind: DocumentKind, key: string): T | undefined {
    const json = this.#kinds.get(kind)?.get(key);
    return json === undefined ? undefined : (JSON.parse(json) as { value: T }).value;
  }

  write(kind: DocumentKind, key: string, value: unknown): void {
    const documents = this.#kinds.get(kind) ?? new Map<string, string>();
    this.#kinds.set(kind, documents.set(key, JSON.stringify({ value })));
  }

  delete(kind: DocumentKind, key: string): void {
    this.#kinds.get(kind)?.delete(key);
  }

  list<T>(kind: DocumentKind): { key: string; value: T }[] {
    const documents = [...(this.#kinds.get(kind) ?? [])];
    return documents.map(([key, json]) => ({ key, value: (JSON.parse(json) as { value: T }).value }));
  }
}
