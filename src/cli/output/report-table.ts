import type { Report, ReportCheck } from '../../api/reports.ts';
import { amount, count, pValue } from '../../core/format/amounts.ts';
import type { Colors } from '../terminal.ts';
import { describeWhere } from './describe-where.ts';
import { renderTable } from './table.ts';

const SLO_CHECKS = new Set(['success_rate', 'latency_p95']);
/** Tests that a brief report shows only when they fail. */
const QUIET_TESTS = new Set(['missing', 'unseen']);
const HEAD = ['feature', 'test', 'verdict', 'effect', 'p adjusted', 'resolution', 'n', 'reason'];

/** A report as lines for a terminal: the windows, a row for each check with failing checks first, and the status. */
export function renderReport(report: Report, colors: Colors, isBrief = false): string[] {
  const { bold, dim } = colors;
  const checks = Object.entries(report.checks).sort(([, a], [, b]) => Number(a.ok) - Number(b.ok));
  const shown = isBrief ? checks.filter(([, check]) => !check.ok || !QUIET_TESTS.has(textOf(check.test))) : checks;
  const rows = shown.map(([name, check]) =>
    SLO_CHECKS.has(name) ? sloRow(name, check, colors) : findingRow(name, check, colors),
  );
  if (shown.length < checks.length) rows.push([dim(`and ${checks.length - shown.length} more, all ok`)]);
  const notTested = report.not_tested.map(({ feature, reason }) => dim(`not tested: ${feature}: ${reason}`));
  return [
    `${bold(`${report.service} ${report.endpoint}`)}  ${count(report.samples)} events, ${span(report)}`,
    dim(`against ${referenceOf(report)}, policy ${report.policy}`),
    '',
    ...(rows.length === 0 ? [] : [...renderTable(HEAD, rows), '']),
    ...notTested,
    ...(notTested.length === 0 ? [] : ['']),
    statusLine(report, colors),
  ];
}

const REFERENCES = {
  baseline: 'the baseline',
  previous_window: 'the window before',
  same_hours: 'the same hours before',
};

function referenceOf({ baseline, reference }: Report): string {
  return baseline === null ? REFERENCES[reference.kind] : `baseline ${baseline.name}`;
}

function findingRow(name: string, check: ReportCheck, colors: Colors): string[] {
  const test = textOf(check.test) || name.slice(name.lastIndexOf('_') + 1);
  const [resolution, n] = [numberOf(check.resolution), numberOf(check.live_n)];
  return [
    name.slice(0, -test.length - 1),
    test,
    verdictOf(check, colors),
    amount(numberOf(check.effect)),
    pValue(numberOf(check.p_adjusted) ?? numberOf(check.p_value)),
    resolution ? `±${amount(resolution)}` : '',
    n === undefined ? '' : count(n),
    textOf(check.reason) || (check.ok ? '' : describeWhere(check)),
  ];
}

function sloRow(name: string, check: ReportCheck, colors: Colors): string[] {
  const [value, target] =
    name === 'success_rate'
      ? [share(numberOf(check.success_rate)), `at least ${share(numberOf(check.min))}`]
      : [milliseconds(numberOf(check.p95)), `at most ${milliseconds(numberOf(check.max))}`];
  const n = numberOf(check.live_n) ?? numberOf(check.total);
  const verdict = check.ok ? colors.green('kept') : colors.red(colors.bold('broken'));
  return [name, 'slo', verdict, value, '', '', n === undefined ? '' : count(n), textOf(check.reason) || target];
}

function verdictOf({ ok, verdict }: ReportCheck, { green, red, yellow, bold }: Colors): string {
  if (!ok) return red(bold(verdict ?? 'drift'));
  return verdict === 'inconclusive' ? yellow('inconclusive') : green((verdict ?? 'ok').replaceAll('_', ' '));
}

function statusLine({ status, state, checks }: Report, { bold, green, red, yellow }: Colors): string {
  const failed = Object.entries(checks).filter(([, check]) => !check.ok);
  if (status === 'fail') return red(bold(`FAIL  ${failed.map(([name]) => name).join(', ')}`));
  if (state === 'no_data') return yellow(bold('OK  but there are no events in this window'));
  return green(bold('OK'));
}

function span({ window_start, window_end }: Report): string {
  const [start, end] = [window_start, window_end].map((iso) => iso.slice(0, 16).replace('T', ' '));
  const isSameDay = start?.slice(0, 10) === end?.slice(0, 10);
  return `${start} – ${isSameDay ? end?.slice(11) : end} UTC`;
}

function share(x: number | null | undefined): string {
  return x === null || x === undefined ? '' : `${Number((x * 100).toFixed(2))} %`;
}

function milliseconds(x: number | null | undefined): string {
  return x === null || x === undefined ? '' : `${Math.round(x).toLocaleString('en-US')} ms`;
}

/** Each test has fields of its own, so a report promises the type of none. */
function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
