/** One step of a path: an object's key, or any element of an array. */
export type PathStep = string | typeof ELEMENT;

/** All elements of an array share one step, written `[]`. */
export const ELEMENT = Symbol('[]');

const NEEDS_QUOTES = /^$|[.[\]"\p{Cc}\p{Cs}]/u;
const STEP = /\.?([^.[\]"]+)|\[("(?:[^"\\]|\\.)*")\]|(\[\])/y;

/**
 * The path of a key inside an object: `parent.key`, or `parent["a.b"]` where that would be ambiguous or not storable.
 *
 * @param parent - path of the object; empty for the event itself
 * @param key - any text; written as a JSON string if empty or with `.`, `[`, `]`, `"`, control characters or lone
 *   surrogates in it
 * @returns a text that every store can hold and that `parsePath` reads
 * @example joinPath('request', 'a.b') // 'request["a.b"]'
 */
export function joinPath(parent: string, key: string): string {
  if (NEEDS_QUOTES.test(key)) return `${parent}[${JSON.stringify(key)}]`;
  return parent === '' ? key : `${parent}.${key}`;
}

/**
 * The path shared by all elements of an array.
 *
 * @example elementPath('request.items') // 'request.items[]'
 */
export function elementPath(parent: string): string {
  return `${parent}[]`;
}

/**
 * Parses a path into its steps, the inverse of `joinPath` and `elementPath`.
 *
 * @returns the steps from the event down, or undefined when the text is not a path
 * @example parsePath('request.body.amount') // ['request', 'body', 'amount']
 */
export function parsePath(path: string): PathStep[] | undefined {
  const steps: PathStep[] = [];
  STEP.lastIndex = 0;
  while (STEP.lastIndex < path.length) {
    if (path[STEP.lastIndex] === '.' && steps.length === 0) return undefined;
    const match = STEP.exec(path);
    if (match === null) return undefined;
    const step = match[2] === undefined ? (match[1] ?? ELEMENT) : unquote(match[2]);
    if (step === undefined) return undefined;
    steps.push(step);
  }
  return steps;
}

function unquote(literal: string): string | undefined {
  try {
    return JSON.parse(literal) as string;
  } catch {
    return undefined;
  }
}

/**
 * The short name of a feature: the last key of its path; of an array of values, the key of the array.
 *
 * @returns the text itself when it is not a path
 * @example lastSegment('request.tags[]') // 'tags'
 */
export function lastSegment(path: string): string {
  return parsePath(path)?.findLast((step) => step !== ELEMENT) ?? path;
}
