const QUOTE = 34;
const BACKSLASH = 92;
const COMMA = 44;
const [OPEN_BRACE, CLOSE_BRACE] = [123, 125] as const;
const [OPEN_BRACKET, CLOSE_BRACKET] = [91, 93] as const;

/**
 * The texts of the elements of a JSON array, exactly as they were sent: numbers keep their digits, objects their order.
 *
 * @param text - a JSON array that JSON.parse has accepted; on any other text the result means nothing
 */
export function splitArray(text: string): string[] {
  const elements: string[] = [];
  const end = text.lastIndexOf(']');
  let depth = 0;
  let start = text.indexOf('[') + 1;
  for (let i = start; i < end; i++) {
    const c = text.charCodeAt(i);
    if (c === QUOTE) i = endOfString(text, i);
    else if (c === COMMA) {
      if (depth === 0) {
        elements.push(text.slice(start, i));
        start = i + 1;
      }
    } else if (c === OPEN_BRACE || c === OPEN_BRACKET) depth++;
    else if (c === CLOSE_BRACE || c === CLOSE_BRACKET) depth--;
  }
  elements.push(text.slice(start, end));
  return elements;
}

function endOfString(text: string, open: number): number {
  for (let i = open + 1; ; i++) {
    const c = text.charCodeAt(i);
    if (c === QUOTE) return i;
    if (c === BACKSLASH) i++;
  }
}

/** The text between the brackets of a JSON array: its elements and commas. */
export function insideArray(text: string): string {
  return text.slice(text.indexOf('[') + 1, text.lastIndexOf(']'));
}
