import { stat } from 'node:fs/promises';
import { AppError } from '../../core/errors.ts';
import { decodeProfile } from '../../core/profile/codec/profile-codec.ts';
import { type DatasetPair, pairDatasets } from '../../core/table/dataset-pair.ts';
import type { ReadOptions, TableColumns } from '../../core/table/table-profiler.ts';
import { startThread } from '../../runtime/workers/start-thread.ts';
import { readTable } from './read-table.ts';
import type { ReadJob, ReadMessage } from './read-worker.ts';

/** A smaller file is read faster without a thread. */
const MIN_THREAD_BYTES = 8 * 1024 * 1024;

/**
 * Reads two files in parallel, large files in a thread each. The reference decides the types of the columns.
 *
 * @throws AppError when a table is not valid or a file cannot be read
 */
export async function readPair(
  referencePath: string,
  productionPath: string,
  options: ReadOptions = {},
): Promise<DatasetPair> {
  const progress = [0, 0];
  const optionsOf = (side: 0 | 1): ReadOptions => ({
    ...options,
    onProgress: (bytesRead) => {
      progress[side] = bytesRead;
      options.onProgress?.((progress[0] as number) + (progress[1] as number));
    },
  });
  const [reference, production] = await Promise.all([
    readOne(referencePath, 'reference', optionsOf(0)),
    readOne(productionPath, 'production', optionsOf(1)),
  ]);
  return pairDatasets(reference, production, options);
}

async function readOne(path: string, source: string, options: ReadOptions): Promise<TableColumns> {
  const bytes = await stat(path).then(
    (file) => file.size,
    () => 0,
  );
  return bytes < MIN_THREAD_BYTES ? readTable(path, source, options) : readInThread(path, source, options);
}

async function readInThread(path: string, source: string, options: ReadOptions): Promise<TableColumns> {
  const job: ReadJob = { path, source, types: options.types, ignore: options.ignore };
  const thread = startThread(import.meta.url, './read-worker', { name: `read ${source}`, workerData: job });
  try {
    return await new Promise<TableColumns>((resolve, reject) => {
      thread.on('error', reject);
      thread.on('exit', (code) => reject(new Error(`the thread that read ${source} ended with code ${code}`)));
      thread.on('message', (message: ReadMessage) => {
        if ('bytesRead' in message) options.onProgress?.(message.bytesRead);
        else if ('refusal' in message) reject(new AppError('invalid_dataset', message.refusal));
        else resolve({ ...message.table, profile: decodeProfile(message.profile) });
      });
    });
  } finally {
    await thread.terminate();
  }
}
