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
