import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startApp } from '../../src/app.ts';
import { Api } from '../../src/cli/api.ts';
import { PAYMENTS_ENDPOINT, PAYMENTS_SERVICE, type PaymentEvent } from '../../src/cli/payments.ts';
import { sendPayments } from '../../src/cli/send-payments.ts';
import { readConfig } from '../../src/config/config.ts';
import { DrivenClock } from '../../src/core/time/clock.ts';
import { HOUR_MS } from '../../src/core/time/window.ts';
import type { DrawnReport, Payment } from './report-card.ts';

export interface PaymentsStory {
  readonly report: DrawnReport;
  readonly reference: readonly Payment[];
  readonly current: readonly Payment[];
}

/** Noon of a fixed day, so that the picture is the same whenever it is made. */
const BASELINE_AT_MS = Date.UTC(2026, 0, 7, 12);

/** Runs the real service in a temporary directory: a baseline at noon, other payments an hour later, and the report on them. */
export async function runPaymentsStory(): Promise<PaymentsStory> {
  const directory = await mkdtemp(join(tmpdir(), 'plumbline-picture-'));
  const clock = new DrivenClock(BASELINE_AT_MS);
  const app = await startApp(
    readConfig({
      PORT: '0',
      DATA_DIR: join(directory, 'data'),
      BASELINES_DIR: join(directory, 'baselines'),
      ARTIFACTS_DIR: join(directory, 'artifacts'),
      DEFAULT_MONITOR: 'off',
      LOG_LEVEL: 'warn',
    }),
    clock,
  );
  try {
    const api = new Api(app.url);
    await sendPayments(api, 'baseline', clock);
    const body = { service: PAYMENTS_SERVICE, endpoint: PAYMENTS_ENDPOINT, name: 'payments', window: '30m' };
    await api.json('POST', '/v1/baselines', { body });
    const reference = await listPayments(api);
    clock.ms += HOUR_MS;
    await sendPayments(api, 'drift', clock);
    const report = await api.json<DrawnReport>('GET', '/reports/latest', { query: { window_minutes: 30 } });
    return { report, reference, current: await listPayments(api, report.window_start) };
  } finally {
    await app.stop();
    await rm(directory, { recursive: true, force: true });
  }
}

async function listPayments(api: Api, from?: string): Promise<Payment[]> {
  const query = { service: PAYMENTS_SERVICE, endpoint: PAYMENTS_ENDPOINT, from };
  const { events } = await api.json<{ events: PaymentEvent[] }>('GET', '/v1/events', { query });
  return events.map(({ request, response }) => ({ ...request.body, duration_ms: response.duration_ms }));
}
