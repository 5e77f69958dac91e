import { AppError } from '../../core/errors.ts';
import { failedWith } from '../../store/sql-state.ts';
import { putMonitor } from './apply-monitors.ts';
import { assertMonitors } from './check-monitors.ts';
import type { MonitorContext } from './context.ts';
import { getMonitor } from './get-monitor.ts';

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
  const before = await getMonitor(context.db, idOrName);
  return refuseTakenName(document, () =>
    context.db.transaction((tx) => putMonitor(tx, context, { document, origin: 'api', old: before })),
  );
}

async function refuseTakenName({ name }: NamedDocument, put: () => Promise<number>): Promise<number> {
  try {
    return await put();
  } catch (error) {
    if (!failedWith(error, 'UNIQUE_VIOLATION')) throw error;
    throw new AppError('conflict', `There is already a monitor "${name}": change it with PUT, or choose another name.`);
  }
}
