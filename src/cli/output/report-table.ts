import { amount, count, pValue } from '../../core/format/amounts.ts';
import type { Colors } from '../terminal.ts';
import { renderTable } from './table.ts';

/** The fields of a check that are printed. Drift tests and SLO checks have different fields. */
interface CheckBody {
  readonly ok: boolean;
  readonly verdict?: string;
  readonly test?: string;
  readonly reason?: string;
  readonly effect?: number | null;
  readonly p_adjusted?: number | null;
  readonly p_value?: number | null;
  readonly resolution?: number | null;
  readonly live_n?: number;
  readonly total?: number;
  readonly success_rate?: number | null;
  readonly min?: number;
  readonly p95?: number | null;
  readonly max?: number;
}

export interface ReportBody {
  readonly status: 'ok' | 'fail';
  readonly state?: string;
  readonly samples: number;
  readonly service: string;
  readonly endpoint: string;
  readonly policy: string;
  readonly window_start: string;
  readonly window_end: string;
  readonly baseline: { readonly name: string };
  readonly checks: Readonly<Record<string, CheckBody>>;
  readonly not_tested?: readonly { readonly feature: string; readonly reason: string }[];
}

const SLO_CHECKS = new Set(['success_rate', 'latency_p95']);
/** Tests that a brief report shows only when they fail. */
const QUIET_TESTS = new Set(['missing', 'unseen']);
const HEAD = ['feature', 'test', 'verdict', 'effect', 'p adjusted', 'resolution', 'n', 'reason'];

/** A report as lines for a terminal: the windows, a row for each check with failing checks first, and the status. */
export function renderReport(report: ReportBody, colors: Colors, isBrief = false): string[] {
  const { bold, dim } = colors;
  const checks = Object.entries(report.checks).sort(([, a], [, b]) => Number(a.ok) - Number(b.ok));
  const shown = isBrief ? checks.filter(([, check]) => !check.ok || !QUIET_TESTS.has(check.test ?? '')) : checks;
  const rows = shown.map(([name, check]) =>
    SLO_CHECKS.has(name) ? sloRow(name, check, colors) : findingRow(name, check, colors),
  );
  if (shown.length < checks.length) rows.push([dim(`and ${checks.length - shown.length} more, all ok`)]);
  const notTested = (report.not_tested ?? []).map(({ feature, reason }) => dim(`not tested: ${feature}: ${reason}`));
  return [
    `${bold(`${report.service} ${report.endpoint}`)}  ${count(report.samples)} events, ${span(report)}`,
    dim(`against baseline ${report.baseline.name}, policy ${report.policy}`),
    '',
    ...(rows.length === 0 ? [] : [...renderTable(HEAD, rows), '']),
    ...notTested,
    ...(notTested.length === 0 ? [] : ['']),
    statusLine(report, colors),
  ];
}

function findingRow(name: string, check: CheckBody, colors: Colors): string[] {
  const test = check.test ?? name.slice(name.lastIndexOf('_') + 1);
  return [
    name.slice(0, -test.length - 1),
    test,
    verdictOf(check, colors),
    amount(check.effect),
    pValue(check.p_adjusted ?? check.p_value),
    check.resolution ? `±${amount(check.resolution)}` : '',
    check.live_n === undefined ? '' : count(check.live_n),
    check.reason ?? '',
  ];
}

function sloRow(name: string, check: CheckBody, colors: Colors): string[] {
  const [value, target] =
    name === 'success_rate'
      ? [share(check.success_rate), `at least ${share(check.min)}`]
      : [milliseconds(check.p95), `at most ${milliseconds(check.max)}`];
  const n = check.live_n ?? check.total;
  const verdict = check.ok ? colors.green('kept') : colors.red(colors.bold('broken'));
  return [name, 'slo', verdict, value, '', '', n === undefined ? '' : count(n), check.reason ?? target];
}

function verdictOf({ ok, verdict }: CheckBody, { green, red, yellow, bold }: Colors): string {
  if (!ok) return red(bold(verdict ?? 'drift'));
  return verdict === 'inconclusive' ? yellow('inconclusive') : green((verdict ?? 'ok').replaceAll('_', ' '));
}

function statusLine({ status, state, checks }: ReportBody, { bold, green, red, yellow }: Colors): string {
  const failed = Object.entries(checks).filter(([, check]) => !check.ok);
  if (status === 'fail') return red(bold(`FAIL  ${failed.map(([name]) => name).join(', ')}`));
  if (state === 'no_data') return yellow(bold('OK  but there are no events in this window'));
  return green(bold('OK'));
}

function span({ window_start, window_end }: ReportBody): string {
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
