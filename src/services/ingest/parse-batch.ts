import { AppError } from '../../core/errors.ts';
import { type ElementLimits, readArray, WHOLE_CHARS } from '../../core/json/read-array.ts';
import { readLines } from '../../core/json/read-lines.ts';
import { insideArray, splitArray } from './split-array.ts';

export type BatchFormat = 'json' | 'ndjson';

/** The values of a batch as text, exactly as sent: all that stays in memory until the commit. */
export interface BatchTexts {
  /** Values read so far. */
  readonly count: number;
  /** Length of the text of the whole batch. */
  readonly chars: number;
  textOf(index: number): string;
  /** All values, joined by commas. */
  wholeText(): string;
}

/** A batch as it is parsed. */
export interface Batch {
  /** The values in order, some at a time, to be read once. `Unread` stands for one that is not JSON or exceeds the limits by far. */
  readonly slices: Iterable<readonly unknown[]>;
  /** To be asked once the slices are read. */
  readonly texts: BatchTexts;
  /** Whether the text has a `\\u` escape, the only way to send a NUL character or an unpaired surrogate. */
  readonly hasEscapes: boolean;
}

export interface BatchLimits extends ElementLimits {
  readonly maxEvents: number;
}

const NOT_AN_ARRAY = 'Expected non-empty JSON array';

/**
 * Reads the body of a batch: a small one at once, a large one slice by slice.
 *
 * @throws AppError invalid_json, or invalid_batch when it is not a non-empty array or has too many events; also while the slices are read
 */
export function parseBatch(text: string, format: BatchFormat, limits: BatchLimits): Batch {
  return format === 'json' ? arrayBatch(text, limits) : linesBatch(text, limits);
}

function arrayBatch(text: string, limits: BatchLimits): Batch {
  let count = 0;
  let texts: string[] | undefined;
  return {
    slices: counted(arraySlices(text, limits), limits, (n) => {
      count = n;
    }),
    texts: {
      get count() {
        return count;
      },
      chars: text.length,
      textOf: (index) => {
        texts ??= splitArray(text);
        return texts[index] as string;
      },
      wholeText: () => insideArray(text),
    },
    hasEscapes: text.includes('\\u'),
  };
}

function linesBatch(text: string, limits: BatchLimits): Batch {
  const lines: string[] = [];
  return {
    slices: counted(readLines(text, limits, lines), limits, () => undefined),
    texts: {
      get count() {
        return lines.length;
      },
      chars: text.length,
      textOf: (index) => lines[index] as string,
      wholeText: () => lines.join(','),
    },
    hasEscapes: text.includes('\\u'),
  };
}

function* arraySlices(text: string, limits: ElementLimits): Generator<readonly unknown[], void> {
  try {
    if (/^[\t\n\r ]*\[/.test(text)) yield* readArray(text, limits);
    // Not a batch, whatever else: a long one is not worth parsing.
    else if (text.length > WHOLE_CHARS || JSON.parse(text) !== undefined)
      throw new AppError('invalid_batch', NOT_AN_ARRAY);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new AppError('invalid_json', 'The body is not valid JSON; send a JSON array of events, or NDJSON');
  }
}

/** Refuses a batch of no events, or of too many. */
function* counted(
  slices: Iterable<readonly unknown[]>,
  { maxEvents }: BatchLimits,
  note: (count: number) => void,
): Generator<readonly unknown[], void> {
  let count = 0;
  for (const values of slices) {
    count += values.length;
    if (count > maxEvents) {
      const detail = `The batch has more than ${maxEvents} events, which is the limit; split it into smaller batches`;
      throw new AppError('invalid_batch', detail);
    }
    note(count);
    yield values;
  }
  if (count === 0) throw new AppError('invalid_batch', NOT_AN_ARRAY);
}
