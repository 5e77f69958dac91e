import { isoTime } from '../../../core/format/iso-time.ts';
import { parseTimestamp } from '../../../core/time/timestamp.ts';
import type { ReplayPlan } from '../plan.ts';
import { typedCell } from './csv.ts';
import { IDENTITY_MAP, mapFields } from './field-map.ts';
import { readRecords } from './format.ts';
import type { FileRecord, JsonObject, SkippedLine } from './record.ts';

/** An event to send: its JSON and its time. Without a valid time, the service will refuse it. */
export interface ReplayEvent {
  readonly line: number;
  readonly json: string;
  readonly tsMs: number | undefined;
}

/** Reads the events of the file in order, with times shifted by `shiftMs`. */
export async function* readEvents(
  plan: ReplayPlan,
  chunks: AsyncIterable<Uint8Array>,
  shiftMs: number,
): AsyncGenerator<(ReplayEvent | SkippedLine)[]> {
  for await (const records of readRecords(plan.format, chunks, plan))
    yield records.map((record) => ('code' in record ? record : finishEvent(record, plan, shiftMs)));
}

function finishEvent(record: FileRecord, plan: ReplayPlan, shiftMs: number): ReplayEvent {
  const { line, raw } = record;
  const isCsv = plan.format === 'csv';
  const map = plan.fieldMap ?? (isCsv ? IDENTITY_MAP : undefined);
  const event = map === undefined ? record.fields : mapFields(map, record.fields, isCsv ? typedCell : undefined);
  const isFilled = fillNames(event, plan);
  const tsMs = readTime(event.ts, plan.assumeUtc);
  const isShifted = tsMs !== undefined && shiftTime(event, tsMs, shiftMs, plan.assumeUtc);
  const isUnchanged = raw !== undefined && map === undefined && !isFilled && !isShifted;
  return {
    line,
    json: isUnchanged ? raw : JSON.stringify(event),
    tsMs: tsMs === undefined ? undefined : tsMs + shiftMs,
  };
}

/** Applies `--service` and `--endpoint` to events without a service or endpoint. */
function fillNames(event: JsonObject, { service, endpoint }: ReplayPlan): boolean {
  const addsService = service !== undefined && isBlank(event.service);
  const addsEndpoint = endpoint !== undefined && isBlank(event.endpoint);
  if (addsService) event.service = service;
  if (addsEndpoint) event.endpoint = endpoint;
  return addsService || addsEndpoint;
}

function isBlank(value: unknown): boolean {
  return value === undefined || value === null || value === '';
}

function readTime(ts: unknown, assumeUtc: boolean): number | undefined {
  const ms = parseTimestamp(ts);
  if (ms !== 'no_zone' || !assumeUtc) return typeof ms === 'number' ? ms : undefined;
  const utc = parseTimestamp(withZone(String(ts)));
  return typeof utc === 'number' ? utc : undefined;
}

/** `2026-01-31`, `2026-01-31 12:00` and `2026-01-31T12:00:00.5` as times in UTC. */
function withZone(text: string): string {
  const [date = '', time = '00:00:00'] = text.split(/[Tt ]/);
  return `${date}T${/^\d{2}:\d{2}$/.test(time) ? `${time}:00` : time}Z`;
}

function shiftTime(event: JsonObject, tsMs: number, shiftMs: number, assumeUtc: boolean): boolean {
  if (shiftMs === 0 && !(assumeUtc && parseTimestamp(event.ts) === 'no_zone')) return false;
  event.ts = typeof event.ts === 'number' ? tsMs + shiftMs : isoTime(tsMs + shiftMs);
  return true;
}
