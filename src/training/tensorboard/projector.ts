import { embeddingOf } from '../../language/embedding/embedding.ts';
import { occurrencesOf } from '../../language/embedding/occurrences.ts';
import type { Model } from '../../language/model.ts';

/** Symbols that the projector is given at most, the most frequent ones: with more its page stands still. */
const SYMBOLS = 10_000;
/** Numbers at most: about 30 MB as text. */
const NUMBERS = 4_000_000;

/**
 * The files from which TensorBoard's projector shows a model's embedding: `projector_config.pbtxt`, `embedding.tsv` with a
 * vector a line, and `metadata.tsv` with its symbol and how often the text has it. As text, since the projector tells binary files
 * from text by trying.
 */
export function projectorFiles(model: Model): Record<string, string> {
  const { rows, width } = embeddingOf(model);
  const { forms, size } = model.vocabulary;
  const count = Math.min(size, SYMBOLS, Math.max(1, Math.floor(NUMBERS / width)));
  const occurrences = occurrencesOf(model);
  const vectors: string[] = [];
  for (let id = 0; id < count; id++) {
    vectors.push(Array.from(rows.subarray(id * width, (id + 1) * width), short).join('\t'));
  }
  const labels = Array.from({ length: count }, (_, id) => `${forms[id]}\t${occurrences[id]}`);
  return {
    'projector_config.pbtxt': [
      'embeddings {',
      '  tensor_name: "embedding"',
      `  tensor_shape: ${count}`,
      `  tensor_shape: ${width}`,
      '  tensor_path: "embedding.tsv"',
      '  metadata_path: "metadata.tsv"',
      '}',
      '',
    ].join('\n'),
    'embedding.tsv': `${vectors.join('\n')}\n`,
    'metadata.tsv': `${['symbol\toccurrences', ...labels].join('\n')}\n`,
  };
}

/** Five digits: more than an eye can see. */
function short(value: number): string {
  return String(Number(value.toPrecision(5)));
}
