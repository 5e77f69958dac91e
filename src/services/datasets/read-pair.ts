import { stat } from 'node:fs/promises';
import { AppError } from '../../core/errors.ts';
import { decodeProfile } from '../../core/profile/codec/profile-codec.ts';
import type { CellFormats } from '../../core/table/cells/cell-format.ts';
import { type DatasetPair, type PairOptions, pairDatasets } from '../../core/table/dataset-pair.ts';
import type { ReadOptions, TableColumns } from '../../core/table/table-profiler.ts';
import { startThread } from '../../runtime/workers/start-thread.ts';
import { readTable } from './read-table.ts';
import type { ReadJob, ReadMessage } from './read-worker.ts';

/** A smaller file is read faster without a thread. */
const MIN_THREAD_BYTES = 8 * 1024 * 1024;

/** How two files are read and paired. */
export type ReadPairOptions = Pick<ReadOptions, 'types' | 'ignore' | 'decimal' | 'dates' | 'onProgress'> & PairOptions;

/**
 * Reads two files in parallel, large files in a thread each. The reference decides the types of the columns, and what the cells of
 * production leave open of how they are written.
 *
 * @throws AppError when a table is not valid or a file cannot be read
 */
export async function readPair(
  referencePath: string,
  productionPath: string,
  options: ReadPairOptions = {},
): Promise<DatasetPair> {
  const progress = [0, 0];
  const optionsOf = (side: 0 | 1): ReadOptions => ({
    ...options,
    onProgress: (bytesRead) => {
      progress[side] = bytesRead;
      options.onProgress?.((progress[0] as number) + (progress[1] as number));
    },
  });
  let onFormats: (formats: CellFormats) => void = () => {};
  const formats = new Promise<CellFormats>((resolve) => {
    onFormats = resolve;
  });
  const reading = readOne({ path: referencePath, source: 'reference' }, { ...optionsOf(0), onFormats });
  const [reference, production] = await Promise.all([
    reading,
    readOne({ path: productionPath, source: 'production' }, optionsOf(1), Promise.race([formats, formatsOf(reading)])),
  ]);
  return pairDatasets(reference, production, options);
}

/** Where the reference cannot be read, its error is the answer, and production is read as it is. */
function formatsOf(reading: Promise<TableColumns>): Promise<CellFormats> {
  return reading.then(
    (table) => table.formats,
    () => new Map(),
  );
}

interface TableFile {
  readonly path: string;
  readonly source: string;
}

async function readOne(file: TableFile, options: ReadOptions, like?: Promise<CellFormats>): Promise<TableColumns> {
  const bytes = await stat(file.path).then(
    ({ size }) => size,
    () => 0,
  );
  if (bytes >= MIN_THREAD_BYTES) return readInThread(file, options, like);
  return readTable(file.path, file.source, { ...options, like: await like });
}

async function readInThread(
  { path, source }: TableFile,
  { types, ignore, decimal, dates, onProgress, onFormats }: ReadOptions,
  like?: Promise<CellFormats>,
): Promise<TableColumns> {
  const job: ReadJob = { path, source, options: { types, ignore, decimal, dates }, waits: like !== undefined };
  const thread = startThread(import.meta.url, './read-worker', { name: `read ${source}`, workerData: job });
  try {
    void like?.then((formats) => thread.postMessage(formats));
    return await new Promise<TableColumns>((resolve, reject) => {
      thread.on('error', reject);
      thread.on('exit', (code) => reject(new Error(`the thread that read ${source} ended with code ${code}`)));
      thread.on('message', (message: ReadMessage) => {
        if ('bytesRead' in message) onProgress?.(message.bytesRead);
        else if ('formats' in message) onFormats?.(message.formats);
        else if ('refusal' in message) reject(new AppError('invalid_dataset', message.refusal));
        else resolve({ ...message.table, profile: decodeProfile(message.profile) });
      });
    });
  } finally {
    await thread.terminate();
  }
}
