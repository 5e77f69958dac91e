import { AppError } from '../../core/errors.ts';
import { insideArray, splitArray } from './split-array.ts';

export type BatchFormat = 'json' | 'ndjson';

/** The values of a batch as text, exactly as sent: all that stays in memory until the commit. */
export interface BatchTexts {
  readonly count: number;
  textOf(index: number): string;
  /** All values, joined by commas. */
  wholeText(): string;
}

/** A parsed batch. */
export interface Batch {
  readonly values: readonly unknown[];
  readonly texts: BatchTexts;
  /** Indexes of NDJSON lines that are not valid JSON. */
  readonly broken: ReadonlySet<number>;
  /** Whether the text has a `\u` escape, the only way to send a NUL character or an unpaired surrogate. */
  readonly hasEscapes: boolean;
}

const NOT_AN_ARRAY = 'Expected non-empty JSON array';

/**
 * Reads the body of a batch.
 *
 * @throws AppError invalid_json, or invalid_batch when it is not a non-empty array or has too many events
 */
export function parseBatch(text: string, format: BatchFormat, maxEvents: number): Batch {
  const batch = format === 'json' ? parseArray(text) : parseLines(text);
  if (batch.values.length === 0) throw new AppError('invalid_batch', NOT_AN_ARRAY);
  if (batch.values.length > maxEvents) {
    throw new AppError(
      'invalid_batch',
      `The batch has ${batch.values.length} events and the limit is ${maxEvents}; split it into smaller batches`,
    );
  }
  return batch;
}

function parseArray(text: string): Batch {
  let values: unknown;
  try {
    values = JSON.parse(text);
  } catch {
    throw new AppError('invalid_json', 'The body is not valid JSON; send a JSON array of events, or NDJSON');
  }
  if (!Array.isArray(values)) throw new AppError('invalid_batch', NOT_AN_ARRAY);
  return { values, texts: arrayTexts(text, values.length), broken: new Set(), hasEscapes: text.includes('\\u') };
}

function arrayTexts(text: string, count: number): BatchTexts {
  let texts: string[] | undefined;
  const textOf = (index: number): string => {
    texts ??= splitArray(text);
    return texts[index] as string;
  };
  return { count, textOf, wholeText: () => insideArray(text) };
}

function parseLines(text: string): Batch {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const broken = new Set<number>();
  const values = lines.map((line, index) => {
    try {
      return JSON.parse(line) as unknown;
    } catch {
      broken.add(index);
      return undefined;
    }
  });
  const textOf = (index: number): string => lines[index] as string;
  const texts = { count: lines.length, textOf, wholeText: () => lines.join(',') };
  return { values, texts, broken, hasEscapes: text.includes('\\u') };
}
