import { curvePath } from './card-view.js';
import { offerLine, sayLine } from './composer.js';
import { curve } from './curve.js';
import { steps } from './curve-steps.js';
import { paragraphs } from './entry-view.js';
import { day, number, ofHundred } from './figures.js';
import { choices, figures, marks } from './library-view.js';
import { html, nothing } from './lit/lit-html.js';
import { corpusPath, go, goTo } from './routes.js';
import { load, Refused, send } from './server.js';
import { say, update } from './state.js';

/**
 * @typedef {import('./library-view.js').VersionShown} VersionShown
 *
 * @typedef {object} Corpus
 * @property {string} name
 * @property {boolean} starter
 * @property {boolean} stale
 * @property {string | null} nextRetrain
 * @property {string | null} setAside
 * @property {readonly { fileName: string, at: string, bytes: number, own: boolean }[]} stories
 * @property {string | null} telling
 * @property {readonly VersionShown[]} versions newest first
 * @property {string} historyAlt
 * @property {readonly { id: string }[]} damaged
 * @property {{ share: number | null } | null} training
 * @property {{ at: string, storiesRead: number, after: string | null, problem: string | null } | null} night
 */

/** @type {Corpus | undefined} */
let corpus;
/** What came of the last button. @type {readonly import('../../message.ts').Paragraph[]} */
let said = [];
/** Why there is no corpus to show, or empty. */
let problem = '';

/** @param {string} name */
export async function loadCorpus(name) {
  if (corpus?.name !== name) {
    corpus = undefined;
    said = [];
  }
  problem = '';
  try {
    corpus = await load(`/api/library/${encodeURIComponent(name)}`);
  } catch (error) {
    corpus = undefined;
    problem = (error instanceof Refused && error.message) || say('failed');
  }
  update();
}

/** One corpus: what is in it, how it was learned, and what can be done with it. */
export function corpusView() {
  return html`
    <main id="main" class="shelf">
      <p class="way"><a href="/library" @click=${go}>${say('allCorpora')}</a></p>
      ${corpus ? whole(corpus) : html`<h1 tabindex="-1">${say('library')}</h1><p class="lead">${problem || say('loading')}</p>`}
    </main>
  `;
}

/** @param {Corpus} of */
function whole(of) {
  const { name, starter, stale, stories, telling, versions, training } = of;
  const teller = versions.find(({ id }) => id === telling);
  return html`
    <h1 tabindex="-1">${name}</h1>
    ${marks({ starter, stale: stale && versions.length > 0, training })}
    ${teller ? figures(teller, stories.length) : html`<p class="lead">${say('notLearned')}</p>`}
    ${buttons(of)}
    <div class="said" role="status">${paragraphs(said)}</div>
    ${
      teller?.sampleText
        ? html`<figure class="sample"><figcaption>${say('sampleTitle')}</figcaption><blockquote>${teller.sampleText}</blockquote></figure>`
        : nothing
    }
    ${teller ? learning(of, teller) : nothing} ${versions.length > 0 ? models(of) : nothing} ${storiesOf(of)} ${byNight(of)} ${deletion(of)}
  `;
}

/** @param {Corpus} of */
function buttons({ name, starter, stories }) {
  const quoted = /\s/.test(name) ? `"${name}"` : name;
  const tell = () => {
    goTo('/');
    offerLine(`/story corpus:${quoted} `);
  };
  const learn = () => {
    goTo('/');
    void sayLine(`/train corpus:${quoted}`);
  };
  return html`
    <p class="actions">
      <button @click=${tell}>${say('tellFromIt')}</button>
      <button @click=${() => change({ what: 'use' })}>${say('useIt')}</button>
      ${
        starter
          ? nothing
          : html`
            <button @click=${learn}>${say('learnAgain')}</button>
            <a href="/api${corpusPath(name)}/export" download>${say('exportIt')}</a>
            ${stories.some(({ own }) => own) ? html`<button class="grave" @click=${() => dialog()?.showModal()}>${say('deleteIt')}</button>` : nothing}
          `
      }
    </p>
  `;
}

/** How the model that tells was learned. @param {Corpus} of @param {VersionShown} teller */
function learning({ name }, { id, seconds, accuracy }) {
  const alt = say('curveAlt', { seconds: number(seconds), count: ofHundred(accuracy) });
  return html`
    <section aria-labelledby="learning">
      <h2 id="learning">${say('curveTitle')}</h2>
      ${curve(curvePath({ corpus: name, version: id }), alt)} ${steps(name, id)}
    </section>
  `;
}

/** @param {Corpus} of */
function models({ name, telling, versions, damaged, historyAlt }) {
  return html`
    <section aria-labelledby="models">
      <h2 id="models">${say('versionsTitle')}</h2>
      <p class="lead">${say('versionsIntro')}</p>
      ${versions.length > 1 ? curve(`/api/library/${encodeURIComponent(name)}/history.svg?of=${versions.length}-${telling}`, historyAlt) : nothing}
      <ul class="models">
        ${versions.map(
          ({ id, createdAt, keptOut, words, accuracy, heldOutAccuracy, perplexity, heldOutPerplexity }) => html`
            <li>
              <p class="when">${day(createdAt)} ${id === telling ? html`<span class="mark-now">${say('tellsNowVersion')}</span>` : nothing}</p>
              <p class="what">
                ${number(words)} ${say('words')} · ${say('right')}: ${say('rightValue', { count: ofHundred(accuracy) })}
                ${heldOutAccuracy === null ? nothing : html`· ${say('rightUnread')}: ${say('rightValue', { count: ofHundred(heldOutAccuracy) })}`}
                · ${say('wavers')} ${choices(heldOutPerplexity ?? perplexity)}
              </p>
              ${keptOut ? html`<p class="what">${say('keptOut', { reason: keptOut })}</p>` : nothing}
              ${
                id === telling
                  ? nothing
                  : html`<button class="button" @click=${() => change({ what: 'rollback', version: id })}>
                      ${say('tellFromVersion')} <span class="unseen">(${day(createdAt)})</span>
                    </button>`
              }
            </li>
          `,
        )}
      </ul>
      ${damaged.length > 0 ? html`<p class="lead">${say('damaged', { ids: damaged.map(({ id }) => id).join(', ') })}</p>` : nothing}
    </section>
  `;
}

/** @param {Corpus} of */
function storiesOf({ stories, starter }) {
  return html`
    <section aria-labelledby="stories">
      <h2 id="stories">${say('storiesTitle')}</h2>
      <ul class="plain">
        ${stories.map(
          ({ fileName, at, bytes }) => html`
            <li>
              <span>${fileName}</span>
              ${starter ? nothing : html`<span class="aside">${say('handedOver', { date: day(at), size: size(bytes) })}</span>`}
            </li>
          `,
        )}
      </ul>
    </section>
  `;
}

/** @param {number} bytes */
function size(bytes) {
  return say('bytesKilo', { count: number(Math.max(0.1, bytes / 1_000), bytes < 10_000 ? 1 : 0) });
}

/** @param {Corpus} of */
function byNight({ starter, night, telling, nextRetrain, setAside }) {
  return html`
    <section aria-labelledby="night">
      <h2 id="night">${say('nightTitle')}</h2>
      <p>
        ${starter ? say('nightNever') : night ? nightText(night, telling) : say('nightNone')}
        ${nextRetrain && !starter ? say('nightNext', { date: day(nextRetrain) }) : nothing}
      </p>
      ${setAside ? html`<p>${say('setAside', { reason: setAside })}</p>` : nothing}
    </section>
  `;
}

/** @param {NonNullable<Corpus['night']>} night @param {string | null} telling */
function nightText({ at, storiesRead, after, problem: trouble }, telling) {
  const date = day(at);
  const read = storiesRead === 1 ? 'nightReadOne' : storiesRead > 1 ? 'nightRead' : 'nightChanged';
  const tells = after !== null && after === telling ? ` ${say('nightTells')}` : '';
  return `${say(read, { date, count: number(storiesRead) })}${trouble ? ` ${say('nightProblem', { problem: trouble })}` : tells}`;
}

/** @param {Corpus} of */
function deletion({ name }) {
  return html`
    <dialog id="deletion" aria-labelledby="deletion-title">
      <h2 id="deletion-title">${say('deleteTitle', { name })}</h2>
      <p>${say('deleteText')}</p>
      <p class="actions">
        <button class="grave" @click=${forget}>${say('deleteNow')}</button>
        <button autofocus @click=${() => dialog()?.close()}>${say('keepIt')}</button>
      </p>
    </dialog>
  `;
}

function dialog() {
  return /** @type {HTMLDialogElement | null} */ (document.getElementById('deletion'));
}

async function forget() {
  dialog()?.close();
  await change({ what: 'forget' });
}

/** @param {{ what: 'use' | 'forget' } | { what: 'rollback', version: string }} what */
async function change(what) {
  if (!corpus) return;
  const { name } = corpus;
  try {
    const response = await send(`/api/library/${encodeURIComponent(name)}`, what);
    said = (await response.json()).paragraphs;
  } catch {
    said = [[{ text: say('failed') }]];
  }
  update();
  await loadCorpus(name);
}
