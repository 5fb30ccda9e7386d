import type { Model } from './model.ts';

/** Writes a model as files that describe themselves: `model.json`, `weights.bin`, `text.bin`. */
export declare function encodeModel(model: Model): Record<string, Uint8Array>;

/** Reads it back. Throws `storage` where the files are not a model of a format this version knows. */
export declare function decodeModel(files: Readonly<Record<string, Uint8Array>>): Model;
