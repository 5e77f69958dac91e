import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { readConfig } from '../../config/config.ts';
import { systemClock } from '../../core/time/clock.ts';
import { Api } from '../api.ts';
import { Failure } from '../failure.ts';
import { PAYMENTS_ENDPOINT, PAYMENTS_SERVICE } from '../payments.ts';
import { type ReportBody, renderReport } from '../report-table.ts';
import { sendPayments } from '../send-payments.ts';
import type { Terminal } from '../terminal.ts';

const HELP = `
Starts a service of its own on a free port, with its database in a temporary directory, and removes both at the end.
Exit code 0 when the story went as told: OK, then FAIL.`;

export function addDemoCommand(program: Command, terminal: Terminal): void {
  program
    .command('demo')
    .description('see a drift being found, in one command')
    .addHelpText('after', HELP)
    .action(() => demo(terminal));
}

/** The payments story: 200 payments make a baseline, 500 others follow whose amounts have doubled. */
async function demo(terminal: Terminal): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'plumbline-demo-'));
  try {
    terminal.out(terminal.colors.dim('A service of its own starts, with an empty database …'));
    const { startApp } = await import('../../app.ts');
    const app = await startApp(demoConfig(directory), systemClock);
    try {
      await tellStory(terminal, new Api(app.url));
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

async function tellStory(terminal: Terminal, api: Api): Promise<void> {
  const { bold, dim } = terminal.colors;
  const step = (n: number, text: string) => terminal.out(`\n${bold(`${n}. ${text}`)}`);

  step(1, '200 payments come in; they become the baseline');
  await sendPayments(api, 'baseline', systemClock);
  const body = { service: PAYMENTS_SERVICE, endpoint: PAYMENTS_ENDPOINT, name: 'payments' };
  const baseline = await api.json<{ samples: number; features: unknown[] }>('POST', '/v1/baselines', { body });
  terminal.out(dim(`baseline "payments": ${baseline.samples} events, ${baseline.features.length} features\n`));
  const before = await tellReport(terminal, api);

  step(2, '500 payments follow, from a client that sends amounts of about 220 instead of 100\n');
  await sendPayments(api, 'drift', systemClock);
  const after = await tellReport(terminal, api);

  if (before !== 'ok' || after !== 'fail')
    throw new Failure(`the story should go ok, fail; it went ${before}, ${after}`);
  terminal.out(dim('\nYour turn: `npm start`, then send your own events; the README walks you through it.'));
}

async function tellReport(terminal: Terminal, api: Api): Promise<string> {
  const report = await api.json<ReportBody>('GET', '/reports/latest', { query: { window_minutes: 30 } });
  for (const line of renderReport(report, terminal.colors, true)) terminal.out(line);
  return report.status;
}
