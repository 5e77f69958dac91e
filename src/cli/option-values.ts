import { InvalidArgumentError } from 'commander';
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
