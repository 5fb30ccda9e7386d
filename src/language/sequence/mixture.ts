/**
 * Share of Kneser-Ney's probabilities in what a sequence model tells: p = (1 - SHARE) p_LSTM + SHARE p_KN. An n-gram model
 * remembers rare turns of phrase that a network has smoothed away (Mikolov and others 2011). Chosen once, for all texts; see
 * docs/models.md for what other shares give.
 */
export const GRAMS_SHARE = 0.25;

/** The order of the n-grams: the symbol and the four before it. */
export const GRAMS_ORDER = 5;
