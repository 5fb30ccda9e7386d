import { number, ofHundred, percent } from './figures.js';
import { html, nothing } from './lit/lit-html.js';
import { corpusPath, go } from './routes.js';
import { load } from './server.js';
import { sparkline } from './sparkline.js';
import { say, update } from './state.js';

/**
 * @typedef {object} VersionShown
 * @property {string} id
 * @property {string} createdAt
 * @property {string | null} keptOut
 * @property {number} stories
 * @property {number} words
 * @property {number} vocabulary
 * @property {number} accuracy
 * @property {number | null} heldOutAccuracy
 * @property {number} perplexity
 * @property {number | null} heldOutPerplexity
 * @property {number} seconds
 * @property {string} sample
 * @property {string} sampleText
 *
 * @typedef {object} CorpusInList
 * @property {string} name
 * @property {boolean} starter
 * @property {boolean} chosen
 * @property {number} stories
 * @property {boolean} stale
 * @property {VersionShown | null} version
 * @property {readonly number[]} history
 * @property {{ share: number | null } | null} training
 */

/** @type {readonly CorpusInList[] | undefined} */
let corpora;

export async function loadLibrary() {
  corpora = await load('/api/library');
  update();
}

/** Every corpus, and how well it is known. */
export function libraryView() {
  return html`
    <main id="main" class="shelf">
      <h1 tabindex="-1">${say('libraryTitle')}</h1>
      <p class="lead">${say('libraryIntro')}</p>
      ${corpora ? html`<ul class="corpora">${corpora.map(corpusInList)}</ul>` : html`<p class="lead">${say('loading')}</p>`}
    </main>
  `;
}

/** @param {CorpusInList} corpus */
function corpusInList({ name, starter, chosen, stories, stale, version, history, training }) {
  return html`
    <li>
      <div class="head">
        <h2><a href=${corpusPath(name)} @click=${go}>${name}</a></h2>
        ${history.length > 1 ? sparkline(history) : nothing}
      </div>
      ${marks({ starter, chosen, stale: stale && version !== null, training })}
      ${version ? figures(version, stories) : html`<p class="lead">${say('notLearned')}</p>`}
    </li>
  `;
}

/** What is to be said of a corpus beside its name. @param {{ starter: boolean, chosen?: boolean, stale: boolean, training: CorpusInList['training'] }} of */
export function marks({ starter, chosen = false, stale, training }) {
  const learning =
    training &&
    (training.share === null ? say('waitsToLearn') : say('learningNow', { share: percent(training.share) }));
  const all = [
    ...(chosen ? [say('tellsHere')] : []),
    ...(starter ? [say('comesWithMe')] : []),
    ...(learning ? [learning] : []),
    ...(stale ? [say('changed')] : []),
  ];
  return all.length > 0 ? html`<ul class="marks">${all.map((mark) => html`<li>${mark}</li>`)}</ul>` : nothing;
}

/** @param {VersionShown} version @param {number} stories */
export function figures({ words, vocabulary, accuracy, heldOutAccuracy, perplexity, heldOutPerplexity }, stories) {
  return html`
    <dl class="figures">
      ${fact(say('stories'), number(stories))} ${fact(say('words'), number(words))}
      ${fact(say('different'), number(vocabulary))}
      ${fact(say('right'), say('rightValue', { count: ofHundred(accuracy) }))}
      ${heldOutAccuracy === null ? nothing : fact(say('rightUnread'), say('rightValue', { count: ofHundred(heldOutAccuracy) }))}
      ${fact(say('wavers'), choices(heldOutPerplexity ?? perplexity), say('waversHint'))}
    </dl>
  `;
}

/** Among how many words it chooses. @param {number} perplexity */
export function choices(perplexity) {
  const count = number(perplexity, 1);
  return say(count === '1' ? 'waversOne' : 'waversValue', { count });
}

/** @param {string} label @param {string} value @param {string} [hint] */
function fact(label, value, hint) {
  return html`<div title=${hint ?? nothing}><dt>${label}</dt><dd>${value}</dd></div>`;
}
