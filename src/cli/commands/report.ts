import { type Command, Option } from 'commander';
import { AGGREGATE_RULES } from '../../core/drift/aggregate-rule.ts';
import { POLICIES } from '../../core/drift/drift-test.ts';
import { PRESET_NAMES } from '../../core/drift/presets/table.ts';

import { DURATION_HINT, MINUTE_MS, parseDuration } from '../../core/time/window.ts';
import { apiFrom } from '../api.ts';
import { Failure, usageFailure } from '../failure.ts';
import { type ReportBody, renderReport } from '../report-table.ts';
import { type StreamOptions, withStreamOptions } from '../stream-options.ts';
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
  readonly json: boolean;
  readonly failOnDrift: boolean;
}

const HELP = `
Without --service and --endpoint: the only stream that has an active baseline.
effect is what the test measures (for ks the largest gap between the two curves, 0 to 1); p adjusted is its evidence after
Benjamini and Hochberg over the report; drift needs both. resolution is what the summary cannot tell apart: blank is exact.

Examples:
  plumbline report
  plumbline report --window 24h --service payments_api --endpoint "POST /v2/payments"
  plumbline report --start 2026-01-07T10:00:00Z --end 2026-01-07T11:00:00Z --policy classic
  plumbline report --window 1h --fail-on-drift --json > report.json    exit code 2 when the status is fail`;

export function addReportCommand(program: Command, terminal: Terminal): void {
  withStreamOptions(program.command('report').description('compare a window with the baseline'))
    .option('--window <length>', 'the last 30m, 24h, 7d (default: DRIFT_WINDOW_MINUTES of the service)')
    .option('--window-minutes <n>', 'the same in minutes')
    .option('--start <time>', 'or a window of the past: from an ISO time')
    .option('--end <time>', 'to an ISO time')
    .addOption(new Option('--policy <policy>', 'how to decide (default: as the service)').choices(POLICIES))
    .option('--tests <names>', 'auto, or names of tests by comma (default: by the policy)')
    .addOption(new Option('--preset <tool>', 'as another tool does').choices(PRESET_NAMES))
    .addOption(new Option('--aggregate <rule>', 'features that must drift (default: any)').choices(AGGREGATE_RULES))
    .option('--baseline <baseline>', 'a name or an id (default: the active one)')
    .option('--json', 'the answer as JSON', false)
    .option('--fail-on-drift', 'exit code 2 when the status is fail', false)
    .addHelpText('after', HELP)
    .action((options: ReportOptions) => report(terminal, options));
}

async function report(terminal: Terminal, options: ReportOptions): Promise<void> {
  const { service, endpoint, start, end, policy, baseline, tests, preset, aggregate } = options;
  const how = { policy, tests, preset, aggregate };
  const query = { service, endpoint, start, end, baseline, window_minutes: windowMinutes(options), ...how };
  const body = await apiFrom(terminal.env, options.api).json<ReportBody>('GET', '/reports/latest', { query });
  if (options.json) terminal.out(JSON.stringify(body, null, 2));
  else for (const line of renderReport(body, terminal.colors)) terminal.out(line);
  if (options.failOnDrift && body.status === 'fail') throw new Failure('the window does not match its baseline', 2);
}

function windowMinutes({ window, windowMinutes: minutes }: ReportOptions): string | number | undefined {
  if (window === undefined) return minutes;
  if (minutes !== undefined) throw usageFailure('give --window or --window-minutes, not both');
  const ms = parseDuration(window);
  if (ms === undefined) throw usageFailure(`--window "${window}" is no length of time; ${DURATION_HINT}`);
  return Math.max(1, Math.ceil(ms / MINUTE_MS));
}
