import { join } from 'node:path';
import { VERSION } from '../../config/version.ts';
import type { Check } from '../../core/drift/check.ts';
import type { Evaluation } from '../../core/evaluation/evaluation.ts';
import { toReport } from '../../core/evaluation/to-report.ts';
import { isoTime } from '../../core/format/iso-time.ts';
import { systemCode } from '../../core/format/system-code.ts';
import type { FailingCheck } from '../../core/incident/failing-check.ts';
import type { Severity } from '../../core/incident/severity.ts';
import { MINUTE_MS } from '../../core/time/window.ts';
import { type Artifact, type ArtifactAssessment, writeArtifact } from './artifact.ts';
import type { IncidentContext } from './context.ts';
import type { SteppedIncident } from './step-incidents.ts';

/** Changes that a file is written for: the incident begins, comes back, or ends. */
const WRITTEN: ReadonlySet<string> = new Set(['opened', 'reopened', 'resolved']);

const LEVELS: Readonly<Record<Severity, ArtifactAssessment['level']>> = {
  info: 'WARN',
  warning: 'WARN',
  critical: 'CRITICAL',
};

/** How a window ended, and the incidents that it changed. */
interface RunResult {
  readonly evaluation: Evaluation | undefined;
  readonly failure: string | undefined;
  readonly changed: readonly SteppedIncident[];
}

/** Files for those who read files. The database has it all: a failure is logged, not thrown. */
export async function writeIncidentFiles(
  context: IncidentContext,
  monitor: { readonly name: string },
  run: RunResult,
): Promise<void> {
  const directory = join(context.config.ARTIFACTS_DIR, 'incidents');
  for (const stepped of run.changed) {
    if (!WRITTEN.has(stepped.change.reason)) continue;
    try {
      await writeArtifact(directory, artifactOf(context, monitor.name, run, stepped));
    } catch (error) {
      const reason = systemCode(error) ?? 'unknown';
      context.log.warn({ incident: stepped.id, reason }, 'the incident file could not be written to ARTIFACTS_DIR');
    }
  }
}

function artifactOf(
  { config, clock }: IncidentContext,
  monitor: string,
  run: RunResult,
  stepped: SteppedIncident,
): Artifact {
  const { incident, change, id, group } = stepped;
  const { evaluation } = run;
  const minutes = evaluation?.windowMinutes ?? Math.round((incident.lastSlotMs - incident.startedAtMs) / MINUTE_MS);
  const checks = new Map(evaluation?.checks.map((check) => [check.name, check]));
  return {
    kind: 'drift_incident',
    created_at: isoTime(clock.now()),
    window: minutes % 60 === 0 ? `${minutes / 60}h` : `${minutes}m`,
    api_base: config.PUBLIC_URL ?? `http://${config.HOST}:${config.PORT}`,
    assessment: incident.failing.map((failing) => assess(failing, checks.get(failing.check))),
    metrics_snapshot: evaluation === undefined ? { failure: run.failure ?? null } : toReport(evaluation),
    automation: {
      name: 'plumbline_monitor',
      version: VERSION,
      policies: { acceptance: 'No CRITICAL incidents' },
      monitor,
      incident: id,
      group,
      change: change.reason,
      state: incident.state,
      severity: incident.severity,
    },
  };
}

/** @param found - the check in the window that the file is about, where it has it */
function assess({ check, feature, text, severity }: FailingCheck, found: Check | undefined): ArtifactAssessment {
  const measured = found === undefined ? NOT_MEASURED : measuredOf(found);
  return {
    signal: feature ?? check,
    metric: found?.kind === 'drift' ? found.method : check,
    value: measured.value,
    thresholds: { warn: measured.warn, crit: null },
    level: LEVELS[severity],
    details: { check, text, severity },
  };
}

const NOT_MEASURED = { value: null, warn: null };

/** A drift by its effect, a service level in its own unit. */
function measuredOf(check: Check): { readonly value: number | null; readonly warn: number | null } {
  switch (check.kind) {
    case 'drift':
      return { value: check.effect, warn: check.floor };
    case 'slo':
      return { value: check.statistic, warn: check.details.target };
    case 'volume':
      return NOT_MEASURED;
  }
}
