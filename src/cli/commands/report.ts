import type { Command } from 'commander';
import type { Report } from '../../api/reports.ts';
import { MINUTE_MS } from '../../core/time/window.ts';
import { apiFrom } from '../api.ts';
import { Failure, usageFailure } from '../failure.ts';
import { readDuration } from '../option-values.ts';
import {
  aggregateOption,
  JSON_OPTION,
  policyOption,
  presetOption,
  type StreamOptions,
  windowOption,
  withStreamOptions,
} from '../options.ts';
import { renderReport } from '../output/report-table.ts';
import type { Terminal } from '../terminal.ts';

interface ReportOptions extends StreamOptions {
  readonly window?: string;
  readonly windowMinutes?: string;
  readonly start?: string;
  readonly end?: string;
  readonly policy?: string;
  readonly tests?: string;
  readonly preset?: string;
  readonly aggregate?: string;
  readonly baseline?: string;
  readonly all?: boolean;
  readonly json?: boolean;
  readonly failOnDrift?: boolean;
}

const HELP = `
Without --service and --endpoint, the report is for the only stream that has an active baseline.

Shows the service levels and what drifted; --all adds the checks in which nothing did. Columns: change is the median of the reference
and of the window, or the category whose share moved most. effect is the size of the difference (for ks the largest gap between the
two distribution functions, 0 to 1). p adjusted is the p-value after the Benjamini-Hochberg correction. Drift needs both. resolution
is the error of the effect, where it is not exact.

Examples:
  plumbline report
  plumbline report --window 24h --service payments_api --endpoint "POST /v2/payments"
  plumbline report --start 2026-01-07T10:00:00Z --end 2026-01-07T11:00:00Z --policy classic
  plumbline report --window 1h --fail-on-drift --json > report.json    exit with code 1 if the status is fail`;

export function addReportCommand(program: Command, terminal: Terminal): void {
  withStreamOptions(program.command('report').description('Compare a window of a stream with a baseline'))
    .addOption(windowOption('DRIFT_WINDOW_MINUTES of the service'))
    .option('--window-minutes <n>', 'length of the window in minutes, instead of --window')
    .option('--start <time>', 'start of the window, ISO 8601, instead of --window')
    .option('--end <time>', 'end of the window, ISO 8601')
    .addOption(policyOption('DRIFT_POLICY of the service'))
    .option('--tests <names>', 'auto, or names of tests separated by commas (default: depends on the policy)')
    .addOption(presetOption())
    .addOption(aggregateOption('features'))
    .option('--baseline <baseline>', 'name or id of the baseline (default: the active one)')
    .option('--all', 'show features without change, too')
    .option(...JSON_OPTION)
    .option('--fail-on-drift', 'exit with code 1 if the status is fail')
    .addHelpText('after', HELP)
    .action((options: ReportOptions) => report(terminal, options));
}

async function report(terminal: Terminal, options: ReportOptions): Promise<void> {
  const { service, endpoint, start, end, policy, baseline, tests, preset, aggregate } = options;
  const query = {
    service,
    endpoint,
    start,
    end,
    baseline,
    window_minutes: windowMinutes(options),
    policy,
    tests,
    preset,
    aggregate,
  };
  const body = await apiFrom(terminal.env, options.api).json<Report>('GET', '/reports/latest', { query });
  if (options.json) terminal.out(JSON.stringify(body, null, 2));
  else for (const line of renderReport(body, terminal.colors, options.all)) terminal.out(line);
  if (options.failOnDrift && body.status === 'fail')
    throw new Failure('the window does not match its baseline', 'drift');
}

function windowMinutes({ window, windowMinutes: minutes }: ReportOptions): string | number | undefined {
  if (window === undefined) return minutes;
  if (minutes !== undefined) throw usageFailure('use --window or --window-minutes, but not both');
  return Math.max(1, Math.ceil(readDuration('--window', window) / MINUTE_MS));
}
