/** Three digits that matter. */
export function amount(x: number | null | undefined): string {
  if (x === null || x === undefined) return '';
  return x !== 0 && Math.abs(x) < 0.001 ? x.toExponential(1) : String(Number(x.toPrecision(3)));
}

export function pValue(p: number | null | undefined): string {
  if (p === null || p === undefined) return '';
  return p < 1e-6 ? '<1e-6' : amount(p);
}

export function count(n: number): string {
  return n.toLocaleString('en-US');
}
