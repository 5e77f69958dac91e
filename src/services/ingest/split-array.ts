import { scanValue } from '../../core/json/scan-value.ts';

/**
 * The texts of the elements of a JSON array, exactly as they were sent: numbers keep their digits, objects their order.
 *
 * @param text - a JSON array that was read; on any other text the result means nothing
 */
export function splitArray(text: string): string[] {
  const elements: string[] = [];
  let start = text.indexOf('[') + 1;
  for (;;) {
    const { end } = scanValue(text, start);
    elements.push(text.slice(start, end));
    if (text[end] !== ',') return elements;
    start = end + 1;
  }
}

/** The text between the brackets of a JSON array: its elements and commas. */
export function insideArray(text: string): string {
  return text.slice(text.indexOf('[') + 1, text.lastIndexOf(']'));
}
