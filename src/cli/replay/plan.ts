import { createHash } from 'node:crypto';
import { open, stat } from 'node:fs/promises';
import { usageFailure } from '../failure.ts';
import { readFailure } from '../files.ts';
import { type FieldMap, parseFieldMap } from './read/field-map.ts';
import { detectFormat, type Format, readFirstLine } from './read/format.ts';

const IDENTITY_BYTES = 1024 * 1024;

/** The options that decide which bytes are sent for a line of the file. */
interface EventRules {
  readonly service: string | undefined;
  readonly endpoint: string | undefined;
  readonly map: readonly string[];
  readonly assumeUtc: boolean;
}

export interface ReplayPlan extends EventRules {
  readonly path: string;
  readonly sizeBytes: number;
  readonly format: Format;
  readonly firstLine: string;
  readonly fieldMap: FieldMap | undefined;
  readonly batchEvents: number;
  /** Seconds of the file per second of the replay; undefined: as fast as the service accepts events. */
  readonly speed: number | undefined;
  /** A hash of the file and of all options that decide the batches, without the time shift. */
  readonly identity: string;
}

export interface ReplayChoices extends EventRules {
  readonly path: string;
  readonly format: Format | undefined;
  readonly batchEvents: number;
  readonly speed: number | undefined;
}

/** Inspects the file and decides how to read it. */
export async function planReplay(choices: ReplayChoices): Promise<ReplayPlan> {
  const { path, service, endpoint, map, assumeUtc, batchEvents, speed } = choices;
  const { sizeBytes, headHash } = await inspectFile(path);
  const firstLine = await readFirstLine(path);
  if (firstLine === '') throw usageFailure(`${path} is empty`);
  const format = choices.format ?? detectFormat(path, firstLine);
  const identity = hashOf([sizeBytes, headHash, format, service, endpoint, map, assumeUtc, batchEvents, speed]);
  const fieldMap = map.length === 0 ? undefined : parseFieldMap(map);
  return {
    path,
    service,
    endpoint,
    map,
    assumeUtc,
    batchEvents,
    speed,
    sizeBytes,
    format,
    firstLine,
    fieldMap,
    identity,
  };
}

/** The key of one batch: the same lines of the same file with the same shift give the same key. */
export function batchKey(identity: string, shiftMs: number, firstLine: number, lastLine: number): string {
  return `replay-${hashOf([identity, shiftMs, firstLine, lastLine]).slice(0, 40)}`;
}

function hashOf(parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

async function inspectFile(path: string): Promise<{ sizeBytes: number; headHash: string }> {
  try {
    const { size } = await stat(path);
    const handle = await open(path, 'r');
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(IDENTITY_BYTES), 0, IDENTITY_BYTES, 0);
      return { sizeBytes: size, headHash: createHash('sha256').update(buffer.subarray(0, bytesRead)).digest('hex') };
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw readFailure(path, error);
  }
}
