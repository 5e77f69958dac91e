import { AppError } from '../core/errors.ts';

/** An opaque cursor: where the page ended, as numbers. */
export function encodeCursor(position: readonly number[]): string {
  return Buffer.from(position.join('.')).toString('base64url');
}

/** @throws AppError invalid_request when it is not a cursor of so many numbers that we gave out */
export function decodeCursor(cursor: string, length: number): number[] {
  const parts = Buffer.from(cursor, 'base64url').toString('latin1').split('.');
  if (parts.length === length && parts.every((part) => /^\d{1,15}$/.test(part))) return parts.map(Number);
  throw new AppError('invalid_request', 'cursor must be the `next` of an earlier answer');
}
