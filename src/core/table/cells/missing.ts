const MISSING_TEXT = /^(|#?n\/?a|-?nan|null|none|<na>)$/i;
const INFINITE_TEXT = /^[+-]?inf(inity)?$/i;
const LONGEST = 9;

/**
 * Whether a text stands for no value: empty, NA, NaN, null and the like.
 *
 * @example isMissing('n/a') // true
 */
export function isMissing(text: string): boolean {
  return text.length <= LONGEST && MISSING_TEXT.test(text);
}

/**
 * Whether a text is an infinite number, which no distribution can have.
 *
 * @example isInfinite('-Inf') // true
 */
export function isInfinite(text: string): boolean {
  return text.length <= LONGEST && INFINITE_TEXT.test(text);
}
