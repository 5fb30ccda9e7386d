import { number } from './figures.js';
import { html, nothing } from './lit/lit-html.js';
import { corpusPath, go, goTo } from './routes.js';
import { load, Refused, send } from './server.js';
import { say, state, update } from './state.js';
import { blankBefore, candidates, forgetChoice, wordKeys, wordView } from './story-words.js';

/**
 * @typedef {{ symbol: string, text: string, probability: number }} Candidate
 * @typedef {{ symbol: string, text: string, copied: boolean, candidates: readonly Candidate[] }} Word
 *
 * @typedef {object} Story
 * @property {string} id
 * @property {string} corpus
 * @property {string} opening
 * @property {readonly Word[]} words
 * @property {{ longestCopiedWords: number, newFourWordRuns: number }} originality
 * @property {{ id: string, at: number } | null} parent
 */

/** @type {Story | undefined} */
let story;
/** Why there is none to show, or empty. */
let problem = '';
/** Whether another way is being told. */
let telling = false;

/** @param {string} id */
export async function loadStory(id) {
  if (story?.id !== id) forgetChoice();
  problem = '';
  try {
    story = await load(`/api/stories/${encodeURIComponent(id)}`);
  } catch (error) {
    story = undefined;
    problem = (error instanceof Refused && error.message) || say('failed');
  }
  update();
}

/** A story, word by word: what else was likely at each, and what stands in the corpus just so. */
export function storyView() {
  return html`
    <main id="main" class="reading">
      <p class="way"><a href="/" @click=${go}>${say('toTalk')}</a></p>
      ${story ? whole(story) : html`<h1 tabindex="-1" class="title">${say('storyTitle')}</h1><p class="lead">${problem || say('loading')}</p>`}
    </main>
  `;
}

/** @param {Story} of */
function whole(of) {
  const { opening, words, parent } = of;
  return html`
    <h1 tabindex="-1" class="title">${say('storyTitle')}</h1>
    <p class="lead">${say('storyIntro')}</p>
    <div class="spread">
      <div class="page">
        ${parent ? html`<p class="from"><a href="/story/${parent.id}" @click=${go}>${say('toParent')}</a></p>` : nothing}
        <div class="words" role="group" aria-label=${say('wordByWord')} aria-busy=${telling ? 'true' : 'false'} @keydown=${wordKeys}>
          <span class="opening">${opening}</span>${runs(words).map((run) => runView(run, parent?.at))}
        </div>
        ${candidates(words, take)}
      </div>
      <aside aria-labelledby="beside">
        <h2 id="beside">${say('originalityTitle')}</h2>
        ${originality(of)} ${branches(of)}
      </aside>
    </div>
  `;
}

/** @param {{ copied: boolean, words: { word: Word, at: number }[] }} run @param {number | undefined} branchedAt */
function runView({ copied, words }, branchedAt) {
  const all = words.map(({ word, at }, k) => [k > 0 ? blankBefore(word) : '', wordView(word, at, branchedAt)]);
  const [first] = words;
  return [first ? blankBefore(first.word) : '', copied ? html`<span class="copied">${all}</span>` : all];
}

/** Neighbours that are both copied or both not. @param {readonly Word[]} words */
function runs(words) {
  /** @type {{ copied: boolean, words: { word: Word, at: number }[] }[]} */
  const all = [];
  for (const [at, word] of words.entries()) {
    const last = all.at(-1);
    if (last?.copied === word.copied) last.words.push({ word, at });
    else all.push({ copied: word.copied, words: [{ word, at }] });
  }
  return all;
}

/** @param {Story} of */
function originality({ corpus, originality: { longestCopiedWords, newFourWordRuns } }) {
  return html`
    <dl class="figures">
      <div><dt>${say('copiedRun')}</dt><dd>${say('copiedRunValue', { count: number(longestCopiedWords) })}</dd></div>
      <div><dt>${say('newRuns')}</dt><dd>${say('rightValue', { count: number(Math.round(newFourWordRuns * 100)) })}</dd></div>
      <div><dt>${say('toldFrom')}</dt><dd><a href=${corpusPath(corpus)} @click=${go}>${corpus}</a></dd></div>
    </dl>
    <p class="note"><span class="copied">${say('underlined')}</span>${say('underlinedIs')}</p>
  `;
}

/** The other ways that were told from here. @param {Story} of */
function branches({ id }) {
  const ways = [...state.entries.values()].filter(({ message }) => message.parent?.id === id && message.story);
  if (ways.length === 0) return nothing;
  return html`
    <h2>${say('branchesTitle')}</h2>
    <ul class="branches">
      ${ways.map(({ message }) => html`<li><a href="/story/${message.story}" @click=${go}>${ending(message)}</a></li>`)}
    </ul>
  `;
}

/** How a branch ends: its beginning is the same. @param {import('../entry.ts').EntryMessage} message */
function ending(message) {
  const words = (message.paragraphs[0] ?? [])
    .map(({ text }) => text)
    .join('')
    .split(' ');
  return `… ${words.slice(-8).join(' ')}`;
}

/** Goes on from another word. @param {number} at @param {Candidate} candidate */
async function take(at, { symbol, text }) {
  if (!story || telling) return;
  telling = true;
  update({ whisper: say('tellingOn', { word: text.trim() }) });
  try {
    const response = await send(`/api/stories/${story.id}/branch`, { at, symbol });
    /** @type {Story} */
    const other = await response.json();
    forgetChoice();
    goTo(`/story/${other.id}`);
  } catch (error) {
    update({ notice: (error instanceof Refused && error.message) || say('failed') });
  } finally {
    telling = false;
    update();
  }
}
