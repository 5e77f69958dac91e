import type { Report, ReportCheck } from '../../api/reports.ts';
import { describeShift } from '../../core/drift/movement/describe-shift.ts';
import { amount, apart, count, percent, pValue, quantity } from '../../core/format/amounts.ts';
import type { Colors } from '../terminal.ts';
import { describeWhere } from './describe-where.ts';
import { renderTable } from './table.ts';

const SLO_CHECKS = new Set(['success_rate', 'latency_p95']);
const HEAD = ['feature', 'test', 'verdict', 'change', 'effect', 'p adjusted', 'resolution', 'n', 'note'];

type NamedCheck = readonly [name: string, check: ReportCheck];

/**
 * A report as lines for a terminal: the windows, a row for each check with failing checks first, and the status. Without `showsAll` the
 * checks in which nothing drifted are counted instead.
 */
export function renderReport(report: Report, colors: Colors, showsAll = false): string[] {
  const { bold, dim } = colors;
  const checks = Object.entries(report.checks).sort(([, a], [, b]) => Number(a.ok) - Number(b.ok));
  const shown = showsAll ? checks : checks.filter(([name, check]) => !check.ok || SLO_CHECKS.has(name));
  const rows = shown.map(([name, check]) =>
    SLO_CHECKS.has(name) ? sloRow(name, check, colors) : findingRow(name, check, colors),
  );
  const notTested = report.not_tested.map(({ feature, reason }) => `not tested: ${feature}: ${reason}`);
  const table = rows.length === 0 ? [] : renderTable(...withoutEmptyColumns(HEAD, rows));
  return [
    `${bold(`${report.service} ${report.endpoint}`)}  ${count(report.samples)} events, ${span(report)}`,
    dim(`against ${referenceOf(report)}, policy ${report.policy}`),
    '',
    ...paragraph([...table, ...foldedNotes(checks, shown).map(dim)]),
    ...paragraph((showsAll ? notTested : foldNotTested(notTested)).map(dim)),
    statusLine(report, colors),
  ];
}

function paragraph(lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [...lines, ''];
}

const REFERENCES = {
  baseline: 'the baseline',
  previous_window: 'the window before',
  same_hours: 'the same hours before',
};

function referenceOf({ baseline, reference }: Report): string {
  return baseline === null ? REFERENCES[reference.kind] : `baseline ${baseline.name}`;
}

/** What is not shown, by feature: one whose tests found nothing, and one that the tests cannot say anything of. */
function foldedNotes(checks: readonly NamedCheck[], shown: readonly NamedCheck[]): string[] {
  const isDrifting = new Set(shown.map(([, { feature }]) => feature));
  const isKnown = new Map<unknown, boolean>();
  for (const [, { feature, verdict }] of checks.filter((check) => !shown.includes(check))) {
    if (!isDrifting.has(feature)) isKnown.set(feature, isKnown.get(feature) === true || verdict !== 'inconclusive');
  }
  const quiet = [...isKnown.values()].filter(Boolean).length;
  const unknown = isKnown.size - quiet;
  const more = shown.some(([name]) => !SLO_CHECKS.has(name)) ? 'more ' : '';
  const features = (n: number) => `${count(n)} ${more}${n === 1 ? 'feature' : 'features'}`;
  return [
    ...(quiet === 0 ? [] : [`${features(quiet)} without change; --all shows ${quiet === 1 ? 'it' : 'them'}`]),
    ...(unknown === 0 ? [] : [`${features(unknown)} that the tests cannot say anything of; --all shows why`]),
  ];
}

const MOST_NOT_TESTED = 3;

function foldNotTested(lines: readonly string[]): string[] {
  if (lines.length <= MOST_NOT_TESTED) return [...lines];
  return [...lines.slice(0, MOST_NOT_TESTED), `${lines.length - MOST_NOT_TESTED} more not tested; --all shows them`];
}

/** Columns that say something, of a table. */
function withoutEmptyColumns(head: readonly string[], rows: readonly string[][]): [string[], string[][]] {
  const isUsed = head.map((_, i) => rows.some((row) => (row[i] ?? '') !== ''));
  const pick = (cells: readonly string[]) => cells.filter((_, i) => isUsed[i]);
  return [pick(head), rows.map(pick)];
}

function findingRow(name: string, check: ReportCheck, colors: Colors): string[] {
  const test = textOf(check.test) || name.slice(name.lastIndexOf('_') + 1);
  const [resolution, n] = [numberOf(check.resolution), numberOf(check.live_n)];
  return [
    name.slice(0, -test.length - 1),
    test,
    verdictOf(check, colors),
    changeOf(check),
    amount(numberOf(check.effect)),
    pValue(numberOf(check.p_adjusted) ?? numberOf(check.p_value)),
    resolution ? `±${amount(resolution)}` : '',
    n === undefined ? '' : count(n),
    textOf(check.reason) || (check.ok ? '' : describeWhere(check)),
  ];
}

function changeOf({ median, share }: ReportCheck): string {
  if (median !== undefined) return describeShift({ median });
  return share === undefined ? '' : describeShift({ share });
}

/** A level in numbers that are far enough apart to show whether it is kept. */
function sloRow(name: string, check: ReportCheck, colors: Colors): string[] {
  const isRate = name === 'success_rate';
  const [measured, target] = isRate
    ? [numberOf(check.success_rate), numberOf(check.min)]
    : [numberOf(check.p95), numberOf(check.max)];
  const n = numberOf(check.live_n) ?? numberOf(check.total);
  const [value, limit] = isRate ? shares(measured, target) : milliseconds(measured, target);
  const note = limit === '' ? '' : `${isRate ? 'at least' : 'at most'} ${limit}`;
  return [name, 'slo', levelVerdict(check, measured, colors), value, '', '', '', n === undefined ? '' : count(n), note];
}

function levelVerdict({ ok }: ReportCheck, measured: number | undefined, { green, red, yellow, bold }: Colors): string {
  if (!ok) return red(bold('broken'));
  return measured === undefined ? yellow('no data') : green('kept');
}

function verdictOf({ ok, verdict }: ReportCheck, { green, red, yellow, bold }: Colors): string {
  if (!ok) return red(bold(verdict ?? 'drift'));
  return verdict === 'inconclusive' ? yellow('inconclusive') : green((verdict ?? 'ok').replaceAll('_', ' '));
}

function statusLine({ status, state, checks }: Report, { bold, green, red, yellow }: Colors): string {
  const failed = Object.entries(checks).filter(([, check]) => !check.ok);
  if (status === 'fail') return red(bold(`FAIL  ${failed.map(([name]) => name).join(', ')}`));
  if (state === 'no_data') return yellow(bold('OK  but there are no events in this window'));
  if (state === 'inconclusive')
    return yellow(bold('OK  but no test of a distribution can say anything of this window'));
  return green(bold('OK'));
}

function span({ window_start, window_end }: Report): string {
  const [start, end] = [window_start, window_end].map((iso) => iso.slice(0, 16).replace('T', ' '));
  const isSameDay = start?.slice(0, 10) === end?.slice(0, 10);
  return `${start} – ${isSameDay ? end?.slice(11) : end} UTC`;
}

/** Two percentages; more digits only where two decimals would make them the same. */
function shares(value: number | undefined, target: number | undefined): [string, string] {
  const [plain, limit] = [value, target].map((share) => (share === undefined ? '' : percent(share)));
  if (value === undefined || target === undefined || value === target || plain !== limit)
    return [plain ?? '', limit ?? ''];
  const [a, b] = apart([value * 100, target * 100], 4);
  return [`${a} %`, `${b} %`];
}

function milliseconds(value: number | undefined, target: number | undefined): [string, string] {
  if (value === undefined || target === undefined)
    return [value === undefined ? '' : `${quantity(value)} ms`, target === undefined ? '' : `${quantity(target)} ms`];
  const [a, b] = apart([value, target], 3);
  return [`${a} ms`, `${b} ms`];
}

/** Each test has fields of its own, so a report promises the type of none. */
function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
