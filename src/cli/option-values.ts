import { InvalidArgumentError } from 'commander';
import { listOr } from '../core/format/list-or.ts';
import { COLUMN_TYPES, type ColumnType } from '../core/table/cells/column-type.ts';
import { DURATION_HINT, parseDuration } from '../core/time/window.ts';
import { usageFailure } from './failure.ts';

/** Collects the values of an option that can be repeated. */
export function collect(value: string, previous: readonly string[] = []): string[] {
  return [...previous, value];
}

export function commaList(text: string): string[] {
  return text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

/** Reads `column=type` pairs, separated by commas; may be repeated. */
export function columnTypes(
  text: string,
  previous: ReadonlyMap<string, ColumnType> = new Map(),
): Map<string, ColumnType> {
  const types = new Map(previous);
  for (const pair of commaList(text)) {
    const at = pair.lastIndexOf('=');
    const type = COLUMN_TYPES.find((name) => name === pair.slice(at + 1).trim());
    if (at < 1 || type === undefined)
      throw new InvalidArgumentError(`Use column=type, the type ${listOr(COLUMN_TYPES)}.`);
    types.set(pair.slice(0, at).trim(), type);
  }
  return types;
}

export function positiveNumber(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value <= 0)
    throw new InvalidArgumentError('Use a number above 0.');
  return value;
}

/** A number above 0 and below 1. */
export function shareNumber(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value > 0 && value < 1)) throw new InvalidArgumentError('Use a number between 0 and 1.');
  return value;
}

export function wholeNumber(max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < 1 || value > max)
      throw new InvalidArgumentError(`Use a whole number from 1 to ${max}.`);
    return value;
  };
}

/** Reads a duration in milliseconds. Exits with a usage error that names the option. */
export function readDuration(option: string, text: string): number {
  const ms = parseDuration(text);
  if (ms === undefined) throw usageFailure(`${option} "${text}" is not a duration; ${DURATION_HINT}`);
  return ms;
}
