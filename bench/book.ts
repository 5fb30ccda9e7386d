/**
 * Learning The Adventures of Sherlock Holmes: training seconds to a held-out perplexity of 90 with the LSTM alone
 * (definition in docs/performance.md), and symbols trained a second, against book_pytorch.py of the same units, embedding
 * and vocabulary, one after the other. How ours learns depends on the time there is: it is given the most that it may take, 0.6 of
 * the peer's, or a minute where there is no peer.
 * Run: npm run bench -- book   (3 minutes; --seconds N trains each side no longer than that)
 */
import { type BookTraining, bookPath, trainBook, trainBookInPyTorch } from './book-training.ts';
import { compared, type Measurement, medianReached } from './measurement.ts';
import { pythonPeer, rounds, secondsLimit } from './peers.ts';

const GOAL = 90;
/** Seconds of our training, as a share of the peer's, and where nobody sets the pace. */
const SHARE = 0.6;
const MINUTE = 60;
const book = 'sherlock';

const torch = pythonPeer('torch');
const ours: BookTraining[] = [];
const theirs: BookTraining[] = [];
const budgets: number[] = [];
for (let round = 0; round < rounds(1); round++) {
  if (!bookPath(book)) break;
  if ('name' in torch) theirs.push(trainBookInPyTorch(book, secondsLimit(), GOAL));
  const pace = theirs.length > 0 ? medianReached(theirs.map(to90)) : null;
  budgets.push(secondsLimit() ?? (pace === null ? MINUTE : Math.round(SHARE * pace)));
  ours.push(await trainBook(book, budgets.at(-1)));
}
const peer = (value: (training: BookTraining) => number | null) =>
  'name' in torch ? { name: torch.name, value: medianReached(theirs.map(value)) } : torch;
const rate = ({ symbolsPerSecond }: BookTraining) => symbolsPerSecond;
const lowest = ours.map(({ curve }) => Math.min(...curve.map(({ perplexity }) => perplexity)).toFixed(1));
const rows: Measurement[] =
  ours.length === 0
    ? []
    : [
        compared(
          {
            name: `${book}, LSTM alone, training seconds to a held-out perplexity of ${GOAL}`,
            unit: 's',
            note: `${ours[0]?.engine}, a training of ${budgets.join(', ')} s; lowest perplexity reached ${lowest.join(', ')}`,
          },
          medianReached(ours.map(to90)),
          peer(to90),
        ),
        compared(
          { name: `${book}, symbols trained a second`, unit: '/s', inverse: true },
          medianReached(ours.map(rate)),
          peer(rate),
        ),
      ];
if (rows.length === 0) console.error('The benchmark book needs ../shared/corpora, which is not here.');
console.log(JSON.stringify(rows));

/** Between the last look above the goal and the first below it, on a straight line: the sides look at different intervals. */
function to90({ curve }: BookTraining): number | null {
  const at = curve.findIndex(({ perplexity }) => perplexity <= GOAL);
  const [before, after] = [curve[at - 1], curve[at]];
  if (!after) return null;
  if (!before) return after.seconds;
  const share = (before.perplexity - GOAL) / (before.perplexity - after.perplexity);
  return before.seconds + share * (after.seconds - before.seconds);
}
