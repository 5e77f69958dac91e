import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { AppError } from '../../core/errors.ts';
import { reasonOf } from '../../core/format/reason-of.ts';
import { DAY_MS, HOUR_MS, parseDuration } from '../../core/time/window.ts';
import { dropHistoryBefore, insertHistory } from '../../store/coherence.ts';
import { claimTask } from '../../store/scheduled-tasks.ts';
import { writeArtifact } from '../incidents/artifact.ts';
import { explainMissingSource, ingestSignals } from '../sources/ingest-signals.ts';
import type { CoherenceContext } from './context.ts';
import type { Measure } from './measure.ts';
import { type CoherenceMetrics, measureWindow } from './metrics.ts';
import { buildSentryArtifact, countLevel } from './sentry.ts';

const TASK = 'coherence';
/** The Drift Sentry writes a file each time, also when all is well: so it looks less often than signals are fetched. */
const SENTRY_TASK = 'drift sentry';

/**
 * What the schedule does, once for all replicas: fetches and stores signals, writes the metrics of each of DEFAULT_WINDOWS down, and
 * once an hour a file of the Drift Sentry for each. Without MOCK_PATH in mock mode it does nothing. A failure is told in the log.
 */
export async function runCoherence(deps: CoherenceContext): Promise<void> {
  const { db, config, clock, log } = deps;
  if (config.DARSHAN_MODE === 'mock' && explainMissingSource(config) !== undefined) return;
  try {
    if (!(await claimTask(db, clock, TASK, msOfWindow(config.DARSHAN_INTERVAL)))) return;
    await ingestSignals(deps);
    const requestId = randomUUID();
    const isSentryDue = await claimTask(db, clock, SENTRY_TASK, HOUR_MS);
    for (const window of config.DEFAULT_WINDOWS) await watchWindow(deps, window, requestId, isSentryDue);
    await dropHistoryBefore(db, clock.now() - config.REPORT_RETENTION_DAYS * DAY_MS);
  } catch (error) {
    log.warn({ reason: reasonOf(error) }, 'signals could not be fetched; they are when they are next due');
  }
}

/** What goes wrong with one window holds up no other. */
async function watchWindow(
  deps: CoherenceContext,
  window: string,
  requestId: string,
  isSentryDue: boolean,
): Promise<void> {
  try {
    const { metrics, measure } = await measureWindow(deps, { windowMs: msOfWindow(window) });
    await insertHistory(deps.db, historyRow(metrics, measure, requestId));
    if (isSentryDue) await writeSentryFile(deps, window, metrics);
  } catch (error) {
    if (error instanceof AppError && error.code === 'no_values') return;
    deps.log.warn({ window, reason: reasonOf(error) }, 'a window of signals could not be written down');
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

/** The settings were looked at when the process began. */
function msOfWindow(text: string): number {
  return parseDuration(text) as number;
}
