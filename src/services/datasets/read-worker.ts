import { parentPort, workerData } from 'node:worker_threads';
import { AppError } from '../../core/errors.ts';
import { encodeProfile } from '../../core/profile/codec/profile-codec.ts';
import type { ColumnTypes, TableColumns } from '../../core/table/table-profiler.ts';
import { readTable } from './read-table.ts';

/** Input of a reading thread. */
export interface ReadJob {
  readonly path: string;
  readonly source: string;
  readonly types: ColumnTypes | undefined;
  readonly ignore: readonly string[] | undefined;
}

/** Messages of a reading thread: its progress, and at the end the table with its profile as bytes, or the reason of a failure. */
export type ReadMessage =
  | { readonly bytesRead: number }
  | { readonly table: Omit<TableColumns, 'profile'>; readonly profile: Uint8Array }
  | { readonly refusal: string };

const PROGRESS_EVERY_BYTES = 1 << 20;

const { path, source, types, ignore } = workerData as ReadJob;
let reportedBytes = 0;
const send = (message: ReadMessage) => parentPort?.postMessage(message);
const onProgress = (bytesRead: number) => {
  if (bytesRead - reportedBytes < PROGRESS_EVERY_BYTES) return;
  reportedBytes = bytesRead;
  send({ bytesRead });
};
try {
  const { profile, ...table } = await readTable(path, source, { types, ignore, onProgress });
  send({ table, profile: encodeProfile(profile) });
} catch (error) {
  if (!(error instanceof AppError)) throw error;
  send({ refusal: error.message });
}
