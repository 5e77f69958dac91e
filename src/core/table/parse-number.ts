const [ZERO, NINE, DOT, MINUS, PLUS, UPPER_E, LOWER_E] = [48, 57, 46, 45, 43, 69, 101];
/** Powers of ten that a double holds exactly. */
const POWERS = Float64Array.from({ length: 23 }, (_, i) => 10 ** i);
/** Below it one more digit keeps the mantissa a whole number that a double holds exactly. */
const ROOM_FOR_A_DIGIT = (2 ** 53 - 10) / 10;

/**
 * Reads a decimal number off bytes, without making a string: sign, digits, point, exponent; no spaces.
 *
 * Up to 15 digits and a power of ten up to 22 one exact multiplication or division gives the nearest double; everything else is left
 * to `Number`, so that the result is always the one that JavaScript has for the same text.
 *
 * @param bytes - ASCII, or any other text
 * @param start - first byte
 * @param end - the byte after the last
 * @returns a finite number, −0 as 0; NaN when the bytes are no such number
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
  if (i < end) return hasExponent(bytes, i, end) ? slowly(bytes, start, end) : Number.NaN;
  if (!isExact || decimals > 22) return slowly(bytes, start, end);
  const value = decimals === 0 ? mantissa : mantissa / (POWERS[decimals] as number);
  return sign === MINUS ? 0 - value : value;
}

/** Whether the rest is `e`, perhaps a sign, and digits. */
function hasExponent(bytes: Uint8Array, start: number, end: number): boolean {
  if (bytes[start] !== LOWER_E && bytes[start] !== UPPER_E) return false;
  const first = bytes[start + 1] === MINUS || bytes[start + 1] === PLUS ? start + 2 : start + 1;
  for (let i = first; i < end; i++) if (!isDigit(bytes[i] as number)) return false;
  return first < end;
}

function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= NINE;
}

function slowly(bytes: Uint8Array, start: number, end: number): number {
  const value = Number(Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1'));
  // Beyond the largest double it is no number that can be compared.
  return Number.isFinite(value) ? value + 0 : Number.NaN;
}
