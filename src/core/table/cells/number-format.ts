import { parseNumber } from '../parse-number.ts';

export const DECIMAL_MARKS = ['.', ','] as const;
export type DecimalMark = (typeof DECIMAL_MARKS)[number];

/** How the numbers of a column are written, where that is not how a program writes them. */
export interface NumberFormat {
  readonly decimal: DecimalMark;
  /** What stands before or after each number: `%`, a currency's sign or code; empty for none. */
  readonly unit: string;
}

const [ZERO, NINE, MINUS, PLUS, POINT, COMMA, APOSTROPHE, SPACE] = [48, 57, 45, 43, 46, 44, 39, 32];
const [LOWER_E, UPPER_E] = [101, 69];
/** Longer cells are not numbers. */
const LONGEST = 64;
const scratch = new Uint8Array(LONGEST);

/**
 * Reads numbers of one format from bytes: thousands separated by points or commas (whichever is not the decimal mark), spaces or
 * apostrophes, a sign before or after the unit.
 *
 * Thousands must be groups of three digits, so that `12.5` is not read as 125 where the comma is the decimal mark.
 *
 * @example numberReader({ decimal: ',', unit: '€' })(Buffer.from('-1.234,50 €'), 0, 13) // -1234.5
 */
export function numberReader({
  decimal,
  unit,
}: NumberFormat): (bytes: Uint8Array, start: number, end: number) => number {
  const mark = decimal === ',' ? COMMA : POINT;
  const group = decimal === ',' ? POINT : COMMA;
  const unitBytes = Buffer.from(unit);
  return (bytes, start, end) => {
    if (end - start > LONGEST) return Number.NaN;
    let [from, to] = [start, end];
    let isNegative = false;
    let hasSign = false;
    const takeSign = () => {
      if (hasSign || (bytes[from] !== MINUS && bytes[from] !== PLUS)) return;
      hasSign = true;
      isNegative = bytes[from++] === MINUS;
    };
    takeSign();
    if (unitBytes.length > 0) {
      if (startsWith(bytes, from, unitBytes)) from = skipSpaces(bytes, from + unitBytes.length, to);
      else if (to - unitBytes.length >= from && startsWith(bytes, to - unitBytes.length, unitBytes))
        to = trimSpaces(bytes, from, to - unitBytes.length);
      takeSign();
    }
    const length = plainInto(bytes, { from, to, mark, group });
    const value = length === 0 ? Number.NaN : parseNumber(scratch, 0, length);
    return isNegative ? 0 - value : value;
  };
}

interface Written {
  readonly from: number;
  readonly to: number;
  readonly mark: number;
  readonly group: number;
}

/** Writes a number without its thousands marks, with a point, to `scratch`. @returns its length; 0 when it is not one */
function plainInto(bytes: Uint8Array, { from, to, mark, group }: Written): number {
  let [length, digits, hasMark, separator] = [0, 0, false, 0];
  for (let i = from; i < to; ) {
    const byte = bytes[i] as number;
    if (byte >= ZERO && byte <= NINE) {
      scratch[length++] = byte;
      digits++;
      i++;
    } else if (byte === mark && !hasMark) {
      if (separator !== 0 && digits !== 3) return 0;
      hasMark = true;
      scratch[length++] = POINT;
      i++;
    } else if ((byte === LOWER_E || byte === UPPER_E) && separator === 0) {
      for (; i < to; i++) scratch[length++] = bytes[i] as number;
    } else {
      const width = separatorWidth(bytes, i, group);
      const isFirst = separator === 0;
      if (
        width === 0 ||
        hasMark ||
        (isFirst ? scratch[0] === ZERO || digits < 1 || digits > 3 : digits !== 3 || separator !== byte)
      )
        return 0;
      separator = byte;
      digits = 0;
      i += width;
    }
  }
  return separator !== 0 && !hasMark && digits !== 3 ? 0 : length;
}

/** How many bytes the thousands mark here has; 0 when there is none: space, no-break spaces and apostrophes, or the group mark. */
function separatorWidth(bytes: Uint8Array, at: number, group: number): number {
  const byte = bytes[at];
  return byte === group || byte === APOSTROPHE ? 1 : spaceWidth(bytes, at) || (isQuoteMark(bytes, at) ? 3 : 0);
}

/** U+0020, U+00A0, U+2009 or U+202F. */
function spaceWidth(bytes: Uint8Array, at: number): number {
  if (bytes[at] === SPACE) return 1;
  if (bytes[at] === 0xc2 && bytes[at + 1] === 0xa0) return 2;
  if (bytes[at] !== 0xe2 || bytes[at + 1] !== 0x80) return 0;
  return bytes[at + 2] === 0x89 || bytes[at + 2] === 0xaf ? 3 : 0;
}

/** U+2019, which Swiss tables have. */
function isQuoteMark(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === 0xe2 && bytes[at + 1] === 0x80 && bytes[at + 2] === 0x99;
}

function startsWith(bytes: Uint8Array, at: number, text: Uint8Array): boolean {
  for (let i = 0; i < text.length; i++) if (bytes[at + i] !== text[i]) return false;
  return true;
}

function skipSpaces(bytes: Uint8Array, from: number, to: number): number {
  let at = from;
  for (let width = spaceWidth(bytes, at); at < to && width > 0; width = spaceWidth(bytes, at)) at += width;
  return at;
}

function trimSpaces(bytes: Uint8Array, from: number, to: number): number {
  for (const width of [3, 2, 1]) {
    const at = to - width;
    if (at >= from && spaceWidth(bytes, at) === width) return trimSpaces(bytes, from, at);
  }
  return to;
}
