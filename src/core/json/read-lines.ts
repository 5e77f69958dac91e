import { type ElementLimits, readElement, SLICE_CHARS, Unread } from './read-array.ts';

/**
 * Parses NDJSON of any length some lines at a time, so that only their values are in memory. Blank lines are left out. An `Unread` stands for a
 * line that is not JSON, or is long and exceeds the limits.
 *
 * @param lines - gets the text of each line that has a value in the result
 * @returns the values in order, in lists
 * @example [...readLines('1\n2', { maxDepth: 9, maxValues: 9 }, [])] // [[1, 2]]
 */
export function* readLines(text: string, limits: ElementLimits, lines: string[]): Generator<readonly unknown[], void> {
  let values: unknown[] = [];
  let chars = 0;
  for (let start = 0; start < text.length; ) {
    const found = text.indexOf('\n', start);
    const end = found < 0 ? text.length : found;
    const line = text.slice(start, end);
    start = end + 1;
    chars += line.length + 1;
    if (line.trim() !== '') {
      lines.push(line);
      values.push(parseLine(line, limits));
    }
    if (chars < SLICE_CHARS) continue;
    yield values;
    values = [];
    chars = 0;
  }
  if (values.length > 0) yield values;
}

function parseLine(line: string, limits: ElementLimits): unknown {
  try {
    return readElement(line, limits);
  } catch {
    return new Unread('invalid_json');
  }
}
