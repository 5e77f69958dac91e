import { once } from 'node:events';
import { parentPort, workerData } from 'node:worker_threads';
import { AppError } from '../../core/errors.ts';
import { encodeProfile } from '../../core/profile/codec/profile-codec.ts';
import type { CellFormats } from '../../core/table/cells/cell-format.ts';
import type { ReadOptions, TableColumns } from '../../core/table/table-profiler.ts';
import { readTable } from './read-table.ts';

/** Input of a reading thread. */
export interface ReadJob {
  readonly path: string;
  readonly source: string;
  readonly options: Pick<ReadOptions, 'types' | 'ignore' | 'decimal' | 'dates'>;
  /** Whether the formats of the reference come as a message, before anything is read. */
  readonly waits: boolean;
}

/** Messages of a reading thread: its progress and formats, and at the end the table with its profile as bytes, or the reason of a failure. */
export type ReadMessage =
  | { readonly bytesRead: number }
  | { readonly formats: CellFormats }
  | { readonly table: Omit<TableColumns, 'profile'>; readonly profile: Uint8Array }
  | { readonly refusal: string };

const PROGRESS_EVERY_BYTES = 1 << 20;

const { path, source, options, waits } = workerData as ReadJob;
let reportedBytes = 0;
const send = (message: ReadMessage) => parentPort?.postMessage(message);
const onProgress = (bytesRead: number) => {
  if (bytesRead - reportedBytes < PROGRESS_EVERY_BYTES) return;
  reportedBytes = bytesRead;
  send({ bytesRead });
};
try {
  const [like] = waits && parentPort !== null ? ((await once(parentPort, 'message')) as [CellFormats]) : [undefined];
  const onFormats = (formats: CellFormats) => send({ formats });
  const { profile, ...table } = await readTable(path, source, { ...options, like, onProgress, onFormats });
  send({ table, profile: encodeProfile(profile) });
} catch (error) {
  if (!(error instanceof AppError)) throw error;
  send({ refusal: error.message });
}
