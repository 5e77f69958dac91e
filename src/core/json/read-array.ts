import { type ScannedValue, scanValue } from './scan-value.ts';

/** What one element may be made of: more is not built. */
export interface ElementLimits {
  /** Levels of nested objects and lists. */
  readonly maxDepth: number;
  /** Values, objects and lists included. */
  readonly maxValues: number;
}

/** Stands for an element that was not built, or is not JSON. */
export class Unread {
  readonly why: 'invalid_json' | 'too_deep' | 'too_many_values';

  constructor(why: Unread['why']) {
    this.why = why;
  }
}

/** A text this short is parsed at once: even nothing but brackets becomes 40 MB at most, for some hundredths of a second. */
export const WHOLE_CHARS = 512 * 1024;
export const SLICE_CHARS = 256 * 1024;
/** Between two objects, or in a text, or in an element: whether it is the first is known once what stands before it is parsed. */
const BOUNDARY = '},{';

/**
 * Parses a JSON array of any length some elements at a time, so that only these are in memory. An element of a long text that exceeds
 * the limits is not built: an `Unread` stands in its place.
 *
 * @param text - begins with `[`, after white space
 * @returns the elements in order, in lists
 * @throws SyntaxError when it is not valid JSON, perhaps after some lists
 * @example [...readArray('[1, 2]', { maxDepth: 9, maxValues: 9 })] // [[1, 2]]
 */
export function* readArray(text: string, limits: ElementLimits): Generator<readonly unknown[], void> {
  if (text.length <= WHOLE_CHARS) {
    yield JSON.parse(text) as unknown[];
    return;
  }
  const end = yield* readInside(text, text.indexOf('[') + 1, limits);
  if (text.slice(end + 1).trim() !== '') throw new SyntaxError('there is text after the list');
}

/**
 * The same for an array within a text.
 *
 * @param from - the place after its opening bracket
 * @returns where its closing bracket is
 */
export function* readInside(text: string, from: number, limits: ElementLimits): Generator<readonly unknown[], number> {
  let at = from;
  let boundary = 0;
  for (;;) {
    const half = at + SLICE_CHARS / 2;
    if (boundary < half) boundary = indexOrEnd(text, BOUNDARY, half);
    const elements = boundary < at + SLICE_CHARS ? tryParse(text, at, boundary + 1) : undefined;
    if (elements !== undefined) {
      yield elements;
      at = boundary + 2;
    } else {
      at = yield* readScanned(text, at, limits);
      if (text[at] !== ',') break;
      at++;
    }
  }
  if (text[at] !== ']') throw new SyntaxError('the list does not end');
  return at;
}

function indexOrEnd(text: string, searched: string, from: number): number {
  const index = text.indexOf(searched, from);
  return index < 0 ? Number.POSITIVE_INFINITY : index;
}

/** The elements, if what stands there is whole elements: only then is it a valid list. */
function tryParse(text: string, from: number, to: number): unknown[] | undefined {
  try {
    return JSON.parse(`[${text.slice(from, to)}]`) as unknown[];
  } catch {
    return undefined;
  }
}

/** Finds the ends of elements by reading every character. @returns where the last one that it read ends */
function* readScanned(text: string, from: number, limits: ElementLimits): Generator<readonly unknown[], number> {
  let [start, at] = [from, from];
  for (;;) {
    const { end, depth, values } = scanValue(text, at);
    const isLast = text[end] !== ',';
    if (end - at > SLICE_CHARS) {
      if (start < at) yield JSON.parse(`[${text.slice(start, at - 1)}]`) as unknown[];
      yield [readLarge(text.slice(at, end), { depth, values }, limits)];
      return end;
    }
    if (isLast || end - start > SLICE_CHARS / 2) {
      yield parseGroup(text, start, end);
      return end;
    }
    at = end + 1;
  }
}

function parseGroup(text: string, start: number, end: number): unknown[] {
  const elements = JSON.parse(`[${text.slice(start, end)}]`) as unknown[];
  const isAfterComma = text[start - 1] === ',';
  if (elements.length === 0 && isAfterComma) throw new SyntaxError('an element is missing');
  return elements;
}

/** @returns the element, unless it is certain to exceed the limits */
function readLarge(text: string, { depth, values }: Pick<ScannedValue, 'depth' | 'values'>, limits: ElementLimits) {
  if (depth > limits.maxDepth) return new Unread('too_deep');
  if (values > 2 * limits.maxValues) return new Unread('too_many_values');
  return JSON.parse(text) as unknown;
}

/**
 * Parses one value, unless it is long and certain to exceed the limits.
 *
 * @throws SyntaxError when it is not valid JSON
 * @example readElement('[1]', { maxDepth: 9, maxValues: 9 }) // [1]
 */
export function readElement(text: string, limits: ElementLimits): unknown {
  return text.length > SLICE_CHARS ? readLarge(text, scanValue(text, 0), limits) : (JSON.parse(text) as unknown);
}
