/** Whole numbers above this have no separators: nobody counts so many groups of digits. */
const MOST_SEPARATED = 1e15;
const FULL_PRECISION = 15;

/**
 * A number to three significant digits; below 0.001 in scientific notation.
 *
 * @returns an empty text for null and undefined
 * @example amount(1234.56) // '1230'
 */
export function amount(x: number | null | undefined): string {
  if (x === null || x === undefined) return '';
  return x !== 0 && Math.abs(x) < 0.001 ? x.toExponential(1) : String(Number(x.toPrecision(3)));
}

/**
 * A measured value to three significant digits, or a whole number with separated thousands where it has more.
 *
 * @example quantity(12345.6) // '12,346'
 */
export function quantity(x: number): string {
  return rounded(x, 3);
}

/**
 * Two measured values with enough digits to differ: a level just missed must not read as one that is kept.
 *
 * @param precision - the fewest significant digits, 1 to 15
 * @example apart([1999.6, 2000], 3) // ['1,999.6', '2,000']
 */
export function apart([a, b]: readonly [number, number], precision: number): [string, string] {
  for (let digits = precision; digits <= FULL_PRECISION; digits++) {
    const [left, right] = [rounded(a, digits), rounded(b, digits)];
    if (left !== right || a === b) return [left, right];
  }
  return [String(a), String(b)];
}

function rounded(x: number, digits: number): string {
  const isLong = Math.abs(x) >= 10 ** digits;
  const value = isLong ? Math.round(x) : Number(x.toPrecision(digits));
  if (Math.abs(value) < 1_000 || Math.abs(value) > MOST_SEPARATED) return String(value);
  return value.toLocaleString('en-US', { maximumSignificantDigits: FULL_PRECISION });
}

/**
 * A share as a percentage with at most two decimals.
 *
 * @example percent(0.99714) // '99.71 %'
 */
export function percent(share: number): string {
  return `${Number((share * 100).toFixed(2))} %`;
}

/**
 * A probability to three significant digits, and not below 1e-6.
 *
 * @returns an empty text for null and undefined
 * @example pValue(3e-9) // '<1e-6'
 */
export function pValue(p: number | null | undefined): string {
  if (p === null || p === undefined) return '';
  return p < 1e-6 ? '<1e-6' : amount(p);
}

/**
 * A whole number with separated thousands.
 *
 * @example count(12345) // '12,345'
 */
export function count(n: number): string {
  return n.toLocaleString('en-US');
}
