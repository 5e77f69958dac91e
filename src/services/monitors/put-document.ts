import { AppError } from '../../core/errors.ts';
import { isPattern } from '../../core/monitor/stream-pattern.ts';
import { findPatternByName } from '../../store/monitor-patterns.ts';
import { failedWith } from '../../store/sql-state.ts';
import { assertMonitors } from './check-monitors.ts';
import type { MonitorContext } from './context.ts';
import { assertOwn } from './delete-monitor.ts';
import { getMonitor } from './get-monitor.ts';
import { putMonitor } from './put-monitor.ts';

export interface NamedDocument {
  readonly name: string;
}

/**
 * Makes a monitor of a document.
 *
 * @returns its id
 * @throws AppError `invalid_monitor`, or `conflict` when the name is taken
 */
export async function createMonitor(context: MonitorContext, document: NamedDocument): Promise<number> {
  await assertMonitors(context, [document]);
  await refuseMany(context, document);
  return refuseTakenName(document, () =>
    context.db.transaction((tx) => putMonitor(tx, context, { document, origin: 'api', old: undefined })),
  );
}

/** The same for a monitor that exists: the document takes the place of its own. */
export async function changeMonitor(
  context: MonitorContext,
  idOrName: string,
  document: NamedDocument,
): Promise<number> {
  await assertMonitors(context, [document]);
  await refuseMany(context, document);
  const before = await getMonitor(context.db, idOrName);
  assertOwn(before);
  return refuseTakenName(document, () =>
    context.db.transaction((tx) => putMonitor(tx, context, { document, origin: 'api', old: before })),
  );
}

/** A document for many streams comes from a file, and a monitor of one stream cannot have its name. */
async function refuseMany({ db }: MonitorContext, document: NamedDocument): Promise<void> {
  assertOneStream(document);
  if ((await findPatternByName(db, document.name)) !== undefined) throw takenName(document.name);
}

/** @throws AppError `invalid_monitor` */
export function assertOneStream(document: unknown): void {
  if (!isPattern(document)) return;
  const hint = 'a pattern is for many streams: send it to POST /v1/monitors/apply, or write \\* for the character';
  throw new AppError('invalid_monitor', `stream: ${hint}`, { errors: [{ path: '/monitors/0/stream', message: hint }] });
}

function takenName(name: string): AppError {
  return new AppError('conflict', `There is already a monitor "${name}": change it with PUT, or choose another name.`);
}

async function refuseTakenName({ name }: NamedDocument, put: () => Promise<number>): Promise<number> {
  try {
    return await put();
  } catch (error) {
    if (!failedWith(error, 'UNIQUE_VIOLATION')) throw error;
    throw takenName(name);
  }
}
