import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import type { BuiltBaseline } from '../../api/baselines.ts';
import type { Report } from '../../api/reports.ts';
import { readConfig } from '../../config/config.ts';
import { systemClock } from '../../core/time/clock.ts';
import { Api } from '../api.ts';
import { Failure } from '../failure.ts';
import { renderReport } from '../output/report-table.ts';
import { PAYMENTS_ENDPOINT, PAYMENTS_SERVICE } from '../payments.ts';
import { sendPayments } from '../send-payments.ts';
import type { Terminal } from '../terminal.ts';

const HELP = `
Starts a separate service on a free port, with a database in a temporary directory, and removes both at the end.
Exit code 0 if the first report is OK and the second is FAIL.`;

export function addDemoCommand(program: Command, terminal: Terminal): void {
  program
    .command('demo')
    .description('Show how a drift is found, in one command')
    .addHelpText('after', HELP)
    .action(() => demo(terminal));
}

/** Builds a baseline from 200 payments, then sends 500 payments with doubled amounts. */
async function demo(terminal: Terminal): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'plumbline-demo-'));
  try {
    terminal.out(terminal.colors.dim('Starting a separate service with an empty database …'));
    const { startApp } = await import('../../app.ts');
    const app = await startApp(demoConfig(directory), systemClock);
    try {
      await runSteps(terminal, new Api(app.url));
    } finally {
      await app.stop();
    }
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function demoConfig(directory: string) {
  return readConfig({
    PORT: '0',
    DATA_DIR: join(directory, 'data'),
    BASELINES_DIR: join(directory, 'baselines'),
    ARTIFACTS_DIR: join(directory, 'artifacts'),
    LOG_LEVEL: 'silent',
  });
}

async function runSteps(terminal: Terminal, api: Api): Promise<void> {
  const { bold, dim } = terminal.colors;
  const step = (n: number, text: string) => terminal.out(`\n${bold(`${n}. ${text}`)}`);

  step(1, 'Send 200 payments and build a baseline');
  await sendPayments(api, 'baseline', systemClock);
  const body = { service: PAYMENTS_SERVICE, endpoint: PAYMENTS_ENDPOINT, name: 'payments' };
  const baseline = await api.json<BuiltBaseline>('POST', '/v1/baselines', { body });
  terminal.out(dim(`baseline "payments": ${baseline.samples} events, ${baseline.features.length} features\n`));
  const before = await printReport(terminal, api);

  step(2, 'Send 500 payments with amounts of about 220 instead of 100\n');
  await sendPayments(api, 'drift', systemClock);
  const after = await printReport(terminal, api);

  if (before !== 'ok' || after !== 'fail')
    throw new Failure(`the reports should be ok and fail, but they are ${before} and ${after}`);
  terminal.out(dim('\nNext: `npm start`, then send your own events as in the README.'));
}

async function printReport(terminal: Terminal, api: Api): Promise<string> {
  const report = await api.json<Report>('GET', '/reports/latest', { query: { window_minutes: 30 } });
  for (const line of renderReport(report, terminal.colors)) terminal.out(line);
  return report.status;
}
