import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCode } from '../../core/format/system-code.ts';

/** An incident file of the Drift Sentry: what was looked at, and how bad each part of it is. */
export interface Artifact {
  readonly kind: 'drift_incident';
  readonly created_at: string;
  readonly window: string;
  readonly api_base: string;
  readonly assessment: readonly ArtifactAssessment[];
  readonly metrics_snapshot: object;
  readonly automation: object;
}

export interface ArtifactAssessment {
  readonly signal: string;
  readonly metric: string;
  readonly value: number | null;
  readonly thresholds: { readonly warn: number | null; readonly crit: number | null };
  readonly level: 'OK' | 'WARN' | 'CRITICAL' | 'UNKNOWN';
  readonly details: object;
}

const MOST_OF_ONE_SECOND = 1_000;

/** Writes `incident_<UTC yyyymmddThhmmss>_<window>.json`, never over another: a second one of the same second gets `-2`. Returns its path. */
export async function writeArtifact(directory: string, artifact: Artifact): Promise<string> {
  await mkdir(directory, { recursive: true });
  const stamp = artifact.created_at.replace(/[-:]/g, '').slice(0, 15);
  const window = artifact.window.replace(/[^A-Za-z0-9]/g, '');
  const text = `${JSON.stringify(artifact, null, 2)}\n`;
  for (let i = 1; i <= MOST_OF_ONE_SECOND; i++) {
    const path = join(directory, `incident_${stamp}_${window}${i === 1 ? '' : `-${i}`}.json`);
    if (await writeNew(path, text)) return path;
  }
  throw new Error(`More than ${MOST_OF_ONE_SECOND} incident files within one second`);
}

async function writeNew(path: string, text: string): Promise<boolean> {
  try {
    await writeFile(path, text, { flag: 'wx' });
    return true;
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false;
    throw error;
  }
}
