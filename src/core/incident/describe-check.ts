import type { Check, DriftCheck, SloCheck } from '../drift/check.ts';
import type { Shift } from '../drift/movement/shift.ts';

/** A failing check in one line, without markup. */
export function describeCheck(check: Check): string {
  switch (check.kind) {
    case 'drift':
      return describeDrift(check);
    case 'slo':
      return describeLevel(check);
    case 'volume':
      return 'no events in the window';
  }
}

function describeDrift(check: DriftCheck): string {
  const { method, effect, floor, nCurrent, nReference } = check;
  const p = check.pAdjusted ?? check.pValue;
  return [
    describeShift(check.shift),
    `${method} ${effect === null ? 'drifted' : digits(effect)}`,
    floor === null ? '' : ` (floor ${digits(floor)})`,
    p === null ? '' : `, p ${p < 1e-300 ? '< 1e-300' : digits(p)}`,
    `, ${nCurrent} events against ${nReference}`,
  ].join('');
}

/** What somebody who was just woken wants to know before any statistic. */
function describeShift(shift: Shift | null): string {
  if (shift === null) return '';
  if ('median' in shift) return `median ${digits(shift.median.reference)} → ${digits(shift.median.current)}; `;
  const [before, after] = [shift.share.reference, shift.share.current].map((share) => `${digits(share * 100)} %`);
  return `"${shift.share.category}" ${before} → ${after}; `;
}

function describeLevel({ name, statistic, details, nCurrent }: SloCheck): string {
  const value = statistic ?? Number.NaN;
  if (name === 'success_rate') {
    const [rate, least] = apart(value * 100, details.target * 100);
    return `success rate ${rate} % (at least ${least} %), ${nCurrent} events`;
  }
  const [p95, most] = apart(value, details.target);
  return `p95 latency ${p95} ms (at most ${most} ms), ${nCurrent} events`;
}

/** Two numbers with enough digits to differ: a level just missed must not read as one that is kept. */
function apart(value: number, limit: number): [string, string] {
  for (let precision = 4; precision <= 15; precision++) {
    const [a, b] = [digits(value, precision), digits(limit, precision)];
    if (a !== b) return [a, b];
  }
  return [String(value), String(limit)];
}

function digits(value: number, precision = 3): string {
  return String(Number(value.toPrecision(precision)));
}
