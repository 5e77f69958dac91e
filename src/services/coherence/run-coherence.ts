import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { AppError } from '../../core/errors.ts';
import { reasonOf } from '../../core/format/reason-of.ts';
import { HOUR_MS, parseDuration } from '../../core/time/window.ts';
import { insertHistory } from '../../store/coherence.ts';
import { claimTask } from '../../store/scheduled-tasks.ts';
import { writeArtifact } from '../incidents/artifact.ts';
import { explainMissingSource, ingestSignals } from '../sources/ingest-signals.ts';
import type { CoherenceContext } from './context.ts';
import type { Measure } from './measure.ts';
import { type CoherenceMetrics, measureWindow } from './metrics.ts';
import { buildSentryArtifact, countLevel } from './sentry.ts';

const TASK = 'coherence';
/** The Drift Sentry writes a file on every run, so it runs less often than signals are fetched. */
const SENTRY_TASK = 'drift sentry';

/**
 * One scheduled run, on one replica only: fetches signals, stores the metrics of each of DEFAULT_WINDOWS, and once an hour writes a
 * Drift Sentry file for each window. In mock mode without MOCK_PATH it does nothing. A failure is logged.
 */
export async function runCoherence(context: CoherenceContext): Promise<void> {
  const { db, config, clock, log } = context;
  if (config.DARSHAN_MODE === 'mock' && explainMissingSource(config) !== undefined) return;
  try {
    if (!(await claimTask(db, clock, TASK, msOfWindow(config.DARSHAN_INTERVAL)))) return;
    await ingestSignals(context);
    const requestId = randomUUID();
    const isSentryDue = await claimTask(db, clock, SENTRY_TASK, HOUR_MS);
    for (const window of config.DEFAULT_WINDOWS) await storeWindow(context, window, requestId, isSentryDue);
  } catch (error) {
    log.warn({ reason: reasonOf(error) }, 'signals could not be fetched; the next scheduled run tries again');
  }
}

/** A failure of one window must not stop the others. */
async function storeWindow(
  context: CoherenceContext,
  window: string,
  requestId: string,
  isSentryDue: boolean,
): Promise<void> {
  try {
    const { metrics, measure } = await measureWindow(context, { windowMs: msOfWindow(window) });
    await insertHistory(context.db, historyRow(metrics, measure, requestId));
    if (isSentryDue) await writeSentryFile(context, window, metrics);
  } catch (error) {
    if (error instanceof AppError && error.code === 'no_values') return;
    context.log.warn({ window, reason: reasonOf(error) }, 'the metrics of a window could not be stored');
  }
}

function historyRow(metrics: CoherenceMetrics, { mean, stdev }: Measure, requestId: string) {
  const { timestamp, windowSec, n, predictedDriftRisk: driftRisk, inputs } = metrics;
  return { tsMs: Date.parse(timestamp), windowSec, n, mean, stdev, driftRisk, source: inputs.source, requestId };
}

async function writeSentryFile({ config, clock, log }: CoherenceContext, window: string, metrics: CoherenceMetrics) {
  const artifact = buildSentryArtifact(metrics, {
    window,
    apiBase: config.PUBLIC_URL ?? `http://${config.HOST}:${config.PORT}`,
    createdAtMs: clock.now(),
    thresholds: { warn: config.DRIFT_PSI_WARN, crit: config.DRIFT_PSI_CRIT },
  });
  const report = await writeArtifact(join(config.ARTIFACTS_DIR, 'incidents'), artifact);
  const [warnings, critical] = [countLevel(artifact, 'WARN'), countLevel(artifact, 'CRITICAL')];
  log[critical > 0 ? 'warn' : 'info']({ window, warnings, critical, report }, 'drift sentry');
}

/** The configuration is valid: it was checked at start. */
function msOfWindow(text: string): number {
  return parseDuration(text) as number;
}
