import type { Check, DriftCheck, SloCheck } from '../drift/check.ts';
import { describeShift } from '../drift/movement/describe-shift.ts';
import { apart, count } from '../format/amounts.ts';

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

/** First what somebody who was just woken wants to know before any statistic. */
function describeDrift(check: DriftCheck): string {
  const { method, effect, floor, nCurrent, nReference, shift } = check;
  const p = check.pAdjusted ?? check.pValue;
  return [
    shift === null ? '' : `${describeShift(shift)}; `,
    `${method} ${effect === null ? 'drifted' : digits(effect)}`,
    floor === null ? '' : ` (floor ${digits(floor)})`,
    p === null ? '' : `, p ${p < 1e-300 ? '< 1e-300' : digits(p)}`,
    `, ${count(nCurrent)} events against ${count(nReference)}`,
  ].join('');
}

function describeLevel({ name, statistic, details, nCurrent }: SloCheck): string {
  const value = statistic ?? Number.NaN;
  if (name === 'success_rate') {
    const [rate, least] = apart([value * 100, details.target * 100], 4);
    return `success rate ${rate} % (at least ${least} %), ${count(nCurrent)} events`;
  }
  const [p95, most] = apart([value, details.target], 4);
  return `p95 latency ${p95} ms (at most ${most} ms), ${count(nCurrent)} events`;
}

function digits(value: number): string {
  return String(Number(value.toPrecision(3)));
}
