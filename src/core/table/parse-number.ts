const [ZERO, NINE, DOT, MINUS, PLUS, UPPER_E, LOWER_E] = [48, 57, 46, 45, 43, 69, 101];
/** Powers of ten that a double holds exactly. */
const POWERS = Float64Array.from({ length: 23 }, (_, i) => 10 ** i);
/** Below it, a double still holds the mantissa exactly after one more digit. */
const ROOM_FOR_A_DIGIT = (2 ** 53 - 10) / 10;

/**
 * Parses a decimal number from bytes without making a string: sign, digits, point, exponent; no spaces.
 *
 * Up to 15 digits and 22 decimals, one exact division gives the nearest double; everything else is parsed by `Number`, so the result is
 * always that of JavaScript for the same text.
 *
 * @param bytes - ASCII, or any other text
 * @param start - first byte
 * @param end - the byte after the last
 * @returns a finite number, −0 as 0; NaN when the bytes are not such a number
 * @example parseNumber(Buffer.from('-12.5'), 0, 5) // -12.5
 */
export function parseNumber(bytes: Uint8Array, start: number, end: number): number {
  let i = start;
  const sign = bytes[i];
  if (sign === MINUS || sign === PLUS) i++;
  let mantissa = 0;
  let digits = 0;
  let decimals = 0;
  let isExact = true;
  let hasPoint = false;
  for (; i < end; i++) {
    const byte = bytes[i] as number;
    if (byte >= ZERO && byte <= NINE) {
      if (mantissa < ROOM_FOR_A_DIGIT) {
        mantissa = mantissa * 10 + (byte - ZERO);
        if (hasPoint) decimals++;
      } else isExact = false;
      digits++;
    } else if (byte === DOT && !hasPoint) hasPoint = true;
    else break;
  }
  if (digits === 0) return Number.NaN;
  if (i < end) return hasExponent(bytes, i, end) ? parseWithNumber(bytes, start, end) : Number.NaN;
  if (!isExact || decimals > 22) return parseWithNumber(bytes, start, end);
  const value = decimals === 0 ? mantissa : mantissa / (POWERS[decimals] as number);
  return sign === MINUS ? 0 - value : value;
}

/** Whether the rest is `e`, an optional sign, and digits. */
function hasExponent(bytes: Uint8Array, start: number, end: number): boolean {
  if (bytes[start] !== LOWER_E && bytes[start] !== UPPER_E) return false;
  const first = bytes[start + 1] === MINUS || bytes[start + 1] === PLUS ? start + 2 : start + 1;
  for (let i = first; i < end; i++) if (!isDigit(bytes[i] as number)) return false;
  return first < end;
}

function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= NINE;
}

function parseWithNumber(bytes: Uint8Array, start: number, end: number): number {
  const value = Number(Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1'));
  // A number beyond the largest double cannot be compared.
  return Number.isFinite(value) ? value + 0 : Number.NaN;
}
