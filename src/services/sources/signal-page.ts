import { z } from 'zod';
import { parseTimestamp } from '../../core/time/timestamp.ts';

/** A summary of one signal, as the upstream sends it. */
export interface SignalRecord {
  readonly ms: number;
  readonly signalId: string;
  readonly coherenceScore: number;
  readonly eventCount: number | null;
  readonly agentStates: unknown;
  /** Fields that are not part of the agreed format. */
  readonly more: Readonly<Record<string, unknown>>;
}

export interface SignalPage {
  readonly records: readonly SignalRecord[];
  /** The number of invalid records that were skipped. */
  readonly invalid: number;
  readonly nextPage: string | number | undefined;
}

const MAX_SIGNAL_LENGTH = 200;

const recordSchema = z.looseObject({
  timestamp: z.union([z.string(), z.number()]),
  signal_id: z.string().min(1).max(MAX_SIGNAL_LENGTH),
  coherenceScore: z.number(),
  eventCount: z.number().min(0).nullish(),
  agentStates: z.unknown().optional(),
});

/** Files may also have a list of records without `data`. */
const pageSchema = z.union([
  z.array(z.unknown()).transform((data) => ({ data, next_page: undefined })),
  z.looseObject({ data: z.array(z.unknown()), next_page: z.union([z.string(), z.number()]).nullish() }),
]);

/** Reads an answer of the upstream; undefined when it does not have the expected form. An invalid record is skipped alone. */
export function readSignalPage(text: string): SignalPage | undefined {
  const page = pageSchema.safeParse(parseJson(text)).data;
  if (page === undefined) return undefined;
  const records = page.data.map(readRecord).filter((record) => record !== undefined);
  const next = page.next_page ?? undefined;
  return { records, invalid: page.data.length - records.length, nextPage: next === '' ? undefined : next };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    return undefined;
  }
}

function readRecord(value: unknown): SignalRecord | undefined {
  const read = recordSchema.safeParse(value).data;
  const ms = readTime(read?.timestamp);
  if (read === undefined || ms === undefined) return undefined;
  const { timestamp: _, signal_id: signalId, coherenceScore, eventCount = null, agentStates, ...more } = read;
  return { ms, signalId, coherenceScore, eventCount, agentStates, more };
}

/** A time without a zone is UTC, because the upstream writes UTC. */
function readTime(timestamp: string | number | undefined): number | undefined {
  const ms = parseTimestamp(timestamp);
  if (typeof ms === 'number') return ms;
  const inUtc = ms === 'no_zone' ? parseTimestamp(`${timestamp}Z`) : ms;
  return typeof inUtc === 'number' ? inUtc : undefined;
}
