/**
 * Held-out perplexity of two books: ours as it tells (the LSTM mixed with what follows what in the text) and of its LSTM
 * alone, beside modified Kneser-Ney of five words and PyTorch's LSTM, each with its seconds.
 * Run: npm run bench -- books   (20 minutes; --seconds N trains each side of each book no longer than that)
 */
import { type BookTraining, bookPath, trainBook, trainBookInPyTorch } from './book-training.ts';
import { type Compared, compared, type Measurement } from './measurement.ts';
import { baseline, pythonPeer, secondsLimit } from './peers.ts';

const BOOKS = ['sherlock', 'alice'];
const ORDER = '5';

const rows: Measurement[] = [];
for (const book of BOOKS) {
  const path = bookPath(book);
  if (path === undefined) {
    console.error(`The benchmark books needs ../shared/corpora/${book}.txt, which is not here.`);
    continue;
  }
  const ours = await trainBook(book, secondsLimit());
  const torch = pythonPeer('torch');
  const lstm = 'name' in torch ? trainBookInPyTorch(book, secondsLimit()) : null;
  const words = pythonPeer('torch'); // Kneser-Ney needs Python alone, but not another one than the peers'
  const start = performance.now();
  const counted =
    'name' in words ? baseline<{ heldOutPerplexity: number }>('book_kneser_ney.py', path, ORDER)[0] : null;
  const seconds = ((performance.now() - start) / 1_000).toFixed(0);
  const kneserNey: Compared = counted
    ? { name: `modified Kneser-Ney, ${ORDER} words, ${seconds} s`, value: counted.heldOutPerplexity }
    : { absent: 'modified Kneser-Ney: needs the environment of npm run bench -- --install-peers' };
  const pytorch: Compared =
    lstm && 'name' in torch
      ? { name: `${torch.name} LSTM, ${lstm.seconds.toFixed(0)} s`, value: lstm.perplexityModelOnly }
      : (torch as Compared);
  const row = (name: string, value: (of: BookTraining) => number | null, peer: Compared) =>
    compared(
      {
        name: `${book}, held-out perplexity${name}`,
        unit: '',
        note: `ours in ${ours.seconds.toFixed(0)} s (${ours.engine})`,
      },
      value(ours),
      peer,
    );
  const mixed = ({ perplexity }: BookTraining) => perplexity;
  const alone = ({ perplexityModelOnly }: BookTraining) => perplexityModelOnly;
  rows.push(row('', mixed, kneserNey), row('', mixed, pytorch));
  rows.push(row(', LSTM alone', alone, kneserNey), row(', LSTM alone', alone, pytorch));
}
console.log(JSON.stringify(rows));
