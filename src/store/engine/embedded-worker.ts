import { parentPort, workerData } from 'node:worker_threads';
import { PGlite, types } from '@electric-sql/pglite';
import { parseInt8 } from './int8.ts';

/** The data that the thread starts with. */
export interface EngineData {
  readonly directory: string;
}

/** Without parameters `sql` may have several statements; the result is the last one's. */
export type EngineRequest =
  | { readonly id: number; readonly kind: 'query'; readonly sql: string; readonly params: readonly unknown[] }
  | { readonly id: number; readonly kind: 'close' };

export type EngineResponse =
  | {
      readonly id: number;
      readonly ok: true;
      readonly rows: object[];
      readonly rowCount: number;
      readonly command: string;
    }
  | {
      readonly id: number;
      readonly ok: false;
      readonly code: string | undefined;
      readonly message: string;
      /** The engine can answer nothing any more. */
      readonly isBroken: boolean;
    };

/**
 * We use no cursors, so an invalid cursor state is the engine's own, as after a write-ahead log that found no room. The others are what
 * WebAssembly throws.
 */
const BROKEN_STATE = '24000';
const BROKEN_NAMES = ['RuntimeError', 'ExitStatus'];

/** One connection needs few buffers, and only recovery reads the write-ahead log. */
const SETTINGS = [
  'shared_buffers=32MB',
  'min_wal_size=32MB',
  'max_wal_size=128MB',
  'wal_level=minimal',
  'max_wal_senders=0',
  'timezone=UTC',
];

/** The engine's own conversion of bytea goes byte by byte. */
const hexOf = (value: unknown): string =>
  typeof value === 'string' ? value : `\\x${Buffer.from(value as Uint8Array).toString('hex')}`;
const bytesOf = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.slice(2), 'hex'));

const { directory } = workerData as EngineData;

const database = await PGlite.create({
  dataDir: directory,
  startParams: [...PGlite.defaultStartParams, ...SETTINGS.flatMap((setting) => ['-c', setting])],
  parsers: { [types.INT8]: parseInt8, [types.BYTEA]: bytesOf },
  serializers: { [types.BYTEA]: hexOf },
});

async function answer(request: EngineRequest): Promise<EngineResponse> {
  const { id } = request;
  try {
    if (request.kind === 'query') return { id, ok: true, ...(await query(request.sql, request.params)) };
    await database.close();
    return { id, ok: true, rows: [], rowCount: 0, command: 'CLOSE' };
  } catch (error) {
    // Nothing else of the error is sent: it has the engine's source and the parameters.
    const { code, message, name } = error as { code?: string; message: string; name: string };
    return { id, ok: false, code, message, isBroken: code === BROKEN_STATE || BROKEN_NAMES.includes(name) };
  }
}

async function query(
  sql: string,
  params: readonly unknown[],
): Promise<{ rows: object[]; rowCount: number; command: string }> {
  const result =
    params.length === 0 ? (await database.exec(sql)).at(-1) : await database.query<object>(sql, [...params]);
  return { rows: (result?.rows ?? []) as object[], rowCount: result?.rowCount ?? 0, command: result?.command ?? '' };
}

let last: Promise<void> = Promise.resolve();

parentPort?.on('message', (request: EngineRequest) => {
  last = last.then(async () => parentPort?.postMessage(await answer(request)));
});
parentPort?.postMessage('ready');
