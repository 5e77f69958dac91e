import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FeatureSummary } from '../../core/drift/feature-summary.ts';
import { AppError } from '../../core/errors.ts';
import type { SloTargets } from '../../core/evaluation/settings.ts';
import { isoTime } from '../../core/format/iso-time.ts';
import { systemCode } from '../../core/format/system-code.ts';
import type { Interval } from '../../core/time/window.ts';
import { activateBaseline, type Baseline, findBaseline, insertBaseline } from '../../store/baselines.ts';
import type { Stream } from '../../store/streams.ts';
import type { EvaluationContext } from '../evaluation/context.ts';
import { baselineDocument } from './baseline-document.ts';
import { assertBaselineName, baselineNameOf } from './baseline-name.ts';

export interface BaselineDraft {
  readonly stream: Stream;
  readonly name: string | undefined;
  readonly window: Interval;
  readonly samples: number;
  readonly slo: Partial<SloTargets>;
  readonly features: readonly FeatureSummary[];
  readonly warnings: readonly string[];
  readonly source: string;
  readonly profile: Uint8Array;
  readonly activate: boolean;
}

/** The answer after a baseline was built or loaded. */
export interface BaselineSummary {
  readonly id: number;
  readonly name: string;
  readonly service: string;
  readonly endpoint: string;
  readonly window_start: string;
  readonly window_end: string;
  readonly samples: number;
  readonly features: readonly FeatureSummary[];
  readonly warnings: readonly string[];
  readonly active: boolean;
}

/** Writes a baseline to the database and to `<BASELINES_DIR>/<name>.json`. */
export async function saveBaseline(context: EvaluationContext, draft: BaselineDraft): Promise<BaselineSummary> {
  const { db, clock, config } = context;
  const name = draft.name ?? baselineNameOf(draft.stream, clock.now());
  assertBaselineName(name);
  if ((await findBaseline(db, name)) !== undefined) {
    throw new AppError('conflict', `A baseline "${name}" exists; choose another name, or delete it first`);
  }
  const baseline = await db.transaction(async (tx) => {
    const inserted = await insertBaseline(tx, {
      streamId: draft.stream.id,
      name,
      createdAtMs: clock.now(),
      windowStartMs: draft.window.startMs,
      windowEndMs: draft.window.endMs,
      samples: draft.samples,
      slo: draft.slo,
      features: draft.features,
      warnings: draft.warnings,
      source: draft.source,
      profile: draft.profile,
    });
    if (draft.activate) await activateBaseline(tx, inserted.id);
    return inserted;
  });
  const writeWarning = await writeDocument(config.BASELINES_DIR, name, baselineDocument(baseline, draft.profile));
  return summaryOf(baseline, draft, writeWarning === undefined ? draft.warnings : [...draft.warnings, writeWarning]);
}

/** Renames a finished file into place, so that nobody reads half a file. The database has the baseline, so a failure is only a warning. */
async function writeDocument(directory: string, name: string, document: object): Promise<string | undefined> {
  try {
    await mkdir(directory, { recursive: true });
    const path = join(directory, `${name}.json`);
    await writeFile(`${path}.part`, `${JSON.stringify(document, null, 2)}\n`);
    await rename(`${path}.part`, path);
    return undefined;
  } catch (error) {
    const code = systemCode(error) ?? 'unknown';
    return `the file could not be written to BASELINES_DIR (${code}); the baseline is in the database and can be downloaded`;
  }
}

function summaryOf(baseline: Baseline, draft: BaselineDraft, warnings: readonly string[]): BaselineSummary {
  return {
    id: baseline.id,
    name: baseline.name,
    service: draft.stream.service,
    endpoint: draft.stream.endpoint,
    window_start: isoTime(draft.window.startMs),
    window_end: isoTime(draft.window.endMs),
    samples: draft.samples,
    features: draft.features,
    warnings,
    active: draft.activate,
  };
}
