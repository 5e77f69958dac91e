import { join } from 'node:path';
import { VERSION } from '../../config/version.ts';
import type { ReportBody } from '../../core/drift/report.ts';
import { isoTime } from '../../core/format/iso-time.ts';
import { systemCode } from '../../core/format/system-code.ts';
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
interface Ran {
  readonly report: ReportBody | undefined;
  readonly failure: string | undefined;
  readonly changed: readonly SteppedIncident[];
}

/** Files for those who read files. The database has it all: a failure is told, not thrown. */
export async function writeIncidentFiles(
  deps: IncidentContext,
  monitor: { readonly name: string },
  end: Ran,
): Promise<void> {
  const directory = join(deps.config.ARTIFACTS_DIR, 'incidents');
  for (const stepped of end.changed) {
    if (!WRITTEN.has(stepped.change.reason)) continue;
    try {
      await writeArtifact(directory, artifactOf(deps, monitor.name, end, stepped));
    } catch (error) {
      const reason = systemCode(error) ?? 'unknown';
      deps.log.warn({ incident: stepped.id, reason }, 'the incident file could not be written to ARTIFACTS_DIR');
    }
  }
}

function artifactOf({ config, clock }: IncidentContext, monitor: string, end: Ran, stepped: SteppedIncident): Artifact {
  const { incident, change, id, group } = stepped;
  const minutes = end.report?.window_minutes ?? Math.round((incident.lastSlotMs - incident.startedAtMs) / MINUTE_MS);
  return {
    kind: 'drift_incident',
    created_at: isoTime(clock.now()),
    window: minutes % 60 === 0 ? `${minutes / 60}h` : `${minutes}m`,
    api_base: config.PUBLIC_URL ?? `http://${config.HOST}:${config.PORT}`,
    assessment: incident.failing.map(({ check, feature, text, severity }) => {
      const found = end.report?.checks[check];
      return {
        signal: feature ?? check,
        metric: typeof found?.test === 'string' ? found.test : check,
        value: numberOrNull(found?.effect ?? found?.success_rate ?? found?.p95),
        thresholds: { warn: numberOrNull(found?.floor ?? found?.min ?? found?.max), crit: null },
        level: LEVELS[severity],
        details: { check, text, severity },
      };
    }),
    metrics_snapshot: end.report ?? { failure: end.failure ?? null },
    automation: {
      name: 'plumbline_monitor',
      version: VERSION,
      policies: { acceptance: 'No CRITICAL incidents' },
      ...{ monitor, incident: id, group, change: change.reason, state: incident.state, severity: incident.severity },
    },
  };
}

function numberOrNull(value: unknown): number | null {
  return typeof value === 'number' ? value : null;
}
