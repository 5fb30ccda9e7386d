import { XMLValidator } from 'fast-xml-parser';
import { describe, expect, it } from 'vitest';
import { curveFacts } from '../../../src/chat/pictures/curve-facts.ts';
import { learningCurveAlt, learningCurveSvg } from '../../../src/chat/pictures/learning-curve.ts';
import { curve, textsIn } from './curves.ts';

const LIGHT = { theme: 'light', locale: 'en' } as const;
/** It gets better for twenty steps, then worse, and the best of it is what was kept. */
const BY_HEART = [
  ...curve([90, 60, 70, 80]),
  { ...(curve().at(-1) as ReturnType<typeof curve>[0]), heldOutPerplexity: 60 },
];

const HOSTILE = [
  '</text></svg><script>alert(1)</script>',
  '"/><image href="http://a.example/x.png" onload="alert(1)"/>',
  ']]><style>*{display:none}</style>',
  ' class="x" style="position:fixed" &lt;b&gt; &amp; &#0; &nosuch;',
  '{a|rich} {b}\n\r\t\u2028',
  '\u0000\u0008\u001b[31m\ufffe\uffff\ud800 lone \udfff',
  '\u202egnorw\u2066',
  '%s {{y}} <%= z %> {c}',
  'x'.repeat(200),
  '𝔄🐭'.repeat(50),
];

describe('the learning curve', () => {
  it.each([
    [
      'en',
      [
        'Surprise at what it read (loss)',
        'Surprise at what it had not read',
        'Words guessed right',
        'best model',
        'minutes',
      ],
    ],
    [
      'de',
      [
        'Überraschung bei Gelesenem (Loss)',
        'Überraschung bei Ungelesenem',
        'Richtig geratene Wörter',
        'bestes Modell',
        'Minuten',
      ],
    ],
    ['fr', ['Surprise at what it read (loss)']],
  ] as const)('says in %s what its lines are', (locale, texts) => {
    const svg = learningCurveSvg(BY_HEART, { theme: 'dark', locale, title: 'A & B' });
    expect(XMLValidator.validate(svg)).toBe(true);
    expect(textsIn(svg)).toEqual(expect.arrayContaining([...texts, 'A &amp; B', '100 %']));
  });

  it('has one line less where nothing was held out', () => {
    const texts = textsIn(learningCurveSvg(curve(), LIGHT));
    expect(texts).toContain('best model');
    expect(texts).not.toContain('Surprise at what it had not read');
  });

  it('is as large as asked for, and light or dark', () => {
    const [light, dark] = (['light', 'dark'] as const).map((theme) =>
      learningCurveSvg(curve(), { theme, locale: 'en', width: 640, height: 300 }),
    );
    expect(light).toMatch(/^<svg width="640" height="300" [^>]*viewBox="0 0 640 300">.*fill="#ffffff"/);
    expect(dark).toMatch(/fill="#1e1f22"/);
    expect(dark).not.toMatch(/#ffffff/);
  });

  it.each([0, 1, 2, 40])('can be drawn of %i points', (length) => {
    const svg = learningCurveSvg(curve([9, 8]).slice(0, length), LIGHT);
    expect(XMLValidator.validate(svg)).toBe(true);
    expect(svg).not.toMatch(/NaN|Infinity|undefined|null/);
    if (length === 0) expect(textsIn(svg)).toContain('Nothing has been measured yet.');
  });

  it('leaves out what is no number', () => {
    const points = curve([50, Number.NaN, Number.POSITIVE_INFINITY, 40]);
    points[3] = { ...(points[3] as (typeof points)[0]), loss: Number.NaN };
    points[7] = { ...(points[7] as (typeof points)[0]), accuracy: Number.POSITIVE_INFINITY };
    const drawn = learningCurveSvg(points, LIGHT) + learningCurveAlt(points, 'en');
    expect(drawn).not.toMatch(/NaN|Infinity|∞/);
    expect(curveFacts(points).points).toHaveLength(38);
    expect(curveFacts(points).unread.map(({ loss }) => Math.round(Math.exp(loss)))).toEqual([50, 40]);
  });

  it.each(HOSTILE)('lets a title do nothing but be read: %j', (title) => {
    const plain = learningCurveSvg(curve(), { ...LIGHT, title: 'x' });
    const svg = learningCurveSvg(curve(), { ...LIGHT, title });
    expect(XMLValidator.validate(svg)).toBe(true);
    expect(() => encodeURIComponent(svg)).not.toThrow();
    // biome-ignore lint/suspicious/noControlCharactersInRegex: exactly those may not be there
    expect(svg).not.toMatch(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff\u202e\u2066]/u);
    const elements = (text: string) => [...text.matchAll(/<([a-z]+)/gi)].map(([, name]) => name);
    expect(elements(svg)).toEqual(elements(plain));
  });

  it('needs no style sheet, script or id of the page that shows it', () => {
    expect(learningCurveSvg(BY_HEART, LIGHT)).not.toMatch(/<style|<script| style=| class=| id=|url\(|ecmeta|href=/);
  });
});

describe('the words for a learning curve', () => {
  it('say where the best was, and that it went on to learn by heart', () => {
    expect(learningCurveAlt(BY_HEART, 'en')).toBe(
      'Learning curve over 40 steps in 3 min 20 s. Of 100 words it guessed 0 right at the start and 78 at the end. ' +
        'Its surprise (loss) at what it read went from 4 to 2.05. At what it had not read, it went from 4.5 to 4.38. ' +
        'The best model came at step 20, after 1 min 40 s, with a surprise of 4.09. ' +
        'After that it began to learn by heart: better at what it read, worse at what it had not.',
    );
    expect(learningCurveAlt(BY_HEART, 'de')).toMatch(
      /^Lernkurve über 40 Schritte in 3 min 20 s\..* von 4,5 auf 4,38\..* bei Schritt 20, .*auswendig zu lernen/,
    );
  });

  it('say that it was still getting better, where it was', () => {
    const words = learningCurveAlt(curve([90, 80, 70, 60]), 'en');
    expect(words).toMatch(
      /At what it had not read, it went from 4\.5 to 4\.09\. It was still getting better at the end/,
    );
    expect(words).not.toMatch(/by heart|The best model came/);
  });

  it('do not speak of learning by heart where it got worse from the start by a hair only', () => {
    const words = learningCurveAlt(curve([60, 60.2]), 'en');
    expect(words).toMatch(/The best model came at step 10/);
    expect(words).not.toMatch(/by heart|still getting better/);
  });

  it('take the most words right for the best where nothing was held out', () => {
    const points = curve().map((point) => ({
      ...point,
      accuracy: point.step >= 30 ? 0.5 : 0.1,
      loss: Math.abs(35 - point.step),
    }));
    const words = learningCurveAlt(points, 'en');
    expect(words).toMatch(
      /Nothing was kept aside to test it on\. The best model came at step 35, .* with 50 of 100 words right\.$/,
    );
    expect(words).toMatch(/went from 34 to 5\./);
  });

  it('are about one point, or none', () => {
    expect(learningCurveAlt(curve().slice(5, 6), 'en')).toBe(
      'Learning curve of a single point, at step 6, after 30 s: 10 of 100 words guessed right, surprise (loss) 3.75.',
    );
    expect(learningCurveAlt([], 'en')).toBe('Nothing has been measured yet.');
    expect(learningCurveAlt([], 'de')).toBe('Noch ist nichts gemessen.');
  });

  it('fit into what Discord takes as a description', () => {
    for (const locale of ['en', 'de'] as const) expect(learningCurveAlt(BY_HEART, locale).length).toBeLessThan(1_024);
  });
});
