const [QUOTE, BACKSLASH, COMMA] = [34, 92, 44];
const [OPEN_BRACKET, CLOSE_BRACKET, OPEN_BRACE, CLOSE_BRACE] = [91, 93, 123, 125];

/** What a value of a JSON text is made of. */
export interface ScannedValue {
  /** Where it ends: at the comma or bracket after it, or at the end of the text. */
  readonly end: number;
  /** Levels of nested objects and lists; 0 for a number, text, boolean or null. */
  readonly depth: number;
  /** At least as many as the values that it has, itself included, and at most twice as many: commas and opening brackets, plus one. */
  readonly values: number;
}

/**
 * Passes over one value without building it, so that a small text cannot become large objects.
 *
 * @param text - JSON; where it is not, the result means nothing, but ends
 * @param from - where the value or the space before it begins
 * @returns its end, depth and number of values, in time that is linear in its length
 * @example scanValue('[[1,2],3]', 1) // { end: 6, depth: 1, values: 3 }
 */
export function scanValue(text: string, from: number): ScannedValue {
  let [depth, deepest, values] = [0, 0, 1];
  let at = from;
  for (; at < text.length; at++) {
    const c = text.charCodeAt(at);
    if (c === QUOTE) at = endOfText(text, at);
    else if (c === COMMA) {
      if (depth === 0) break;
      values++;
    } else if (c === OPEN_BRACE || c === OPEN_BRACKET) {
      values++;
      if (++depth > deepest) deepest = depth;
    } else if (c === CLOSE_BRACE || c === CLOSE_BRACKET) {
      if (depth === 0) break;
      depth--;
    }
  }
  return { end: Math.min(at, text.length), depth: deepest, values };
}

/**
 * Where the text that a quote opens is closed: at the next quote after an even number of backslashes.
 *
 * @returns the place of the closing quote; the length of the text when there is none
 * @example endOfText('"a\\"b"', 0) // 5
 */
export function endOfText(text: string, open: number): number {
  for (let at = text.indexOf('"', open + 1); at >= 0; at = text.indexOf('"', at + 1)) {
    let escapes = 0;
    while (text.charCodeAt(at - 1 - escapes) === BACKSLASH) escapes++;
    if (escapes % 2 === 0) return at;
  }
  return text.length;
}

/**
 * Where the white space that begins at a place ends.
 *
 * @example skipSpace('  1', 0) // 2
 */
export function skipSpace(text: string, from: number): number {
  let at = from;
  while (at < text.length && ' \t\n\r'.includes(text[at] as string)) at++;
  return at;
}
