import { EndpointLimit, endpointName, pathOf } from './endpoint-name.ts';
import { type Line, readLines } from './lines.ts';
import { excerpt } from './ndjson.ts';
import type { FileRecord, JsonObject, SkippedLine } from './record.ts';

const QUOTED = '"((?:[^"\\\\]|\\\\.)*)"';
/** Common and combined format. The last quote may be missing, and text may follow the agent. */
const ACCESS_LINE = new RegExp(
  `^\\S+ \\S+ \\S+ \\[([^\\]]+)\\] ${QUOTED} (\\d{3}) (\\d+|-)(?: ${QUOTED} ${QUOTED}?(.*))?$`,
);
const LOG_TIME = /^(\d{2})\/([A-Z][a-z]{2})\/(\d{4}):(\d{2}:\d{2}:\d{2}) ([+-]\d{2})(\d{2})$/;
const REQUEST_LINE = /^([A-Z]{3,12}) (\S+)(?: HTTP\/[\d.]+)?$/;
const NGINX_REQUEST_TIME = /^ (\d+\.\d{3})\b/;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** Reads the access log of a web server as events of `service`. Because endpoints are limited, the result depends on earlier lines. */
export async function* readAccessLog(
  chunks: AsyncIterable<Uint8Array>,
  service = 'web',
): AsyncGenerator<(FileRecord | SkippedLine)[]> {
  const limit = new EndpointLimit();
  for await (const lines of readLines(chunks))
    yield lines.filter(({ text }) => text !== '').map((line) => parseAccessLine(line, service, limit));
}

export function isAccessLine(text: string): boolean {
  return ACCESS_LINE.test(text);
}

/**
 * Reads one line as an event. Client address, user name and query are left out: they are personal data. If `$request_time` of nginx
 * follows the agent, it is the duration.
 */
export function parseAccessLine(
  { number: line, text }: Line,
  service: string,
  limit: EndpointLimit,
): FileRecord | SkippedLine {
  const match = ACCESS_LINE.exec(text);
  const ts = match === null ? undefined : isoTimeOf(match[1] ?? '');
  if (match === null || ts === undefined)
    return { line, code: 'not_a_log_line', message: `not in common or combined format: ${excerpt(text)}` };
  const [, , request = '', status, bytes, referrer, agent, tail = ''] = match;
  const [, method, target] = REQUEST_LINE.exec(request) ?? [];
  const durationS = NGINX_REQUEST_TIME.exec(tail)?.[1];
  const fields: JsonObject = {
    ts,
    service,
    endpoint: method && target ? limit.limit(endpointName(method, target)) : '(malformed request)',
    request: {
      ...(method && target ? { method, path: pathOf(target) } : {}),
      ...(hasValue(referrer) ? { referrer: referrer.replace(/[?#].*$/s, '') } : {}),
      ...(hasValue(agent) ? { agent } : {}),
    },
    response: {
      status: Number(status),
      bytes: bytes === '-' ? 0 : Number(bytes),
      ...(durationS === undefined ? {} : { duration_ms: Math.round(Number(durationS) * 1000) }),
    },
  };
  return { line, fields };
}

function hasValue(text: string | undefined): text is string {
  return text !== undefined && text !== '' && text !== '-';
}

/** `17/May/2015:10:05:03 +0200` → `2015-05-17T10:05:03+02:00`; the service checks the date. */
function isoTimeOf(text: string): string | undefined {
  const [, day, name, year, time, hours, minutes] = LOG_TIME.exec(text) ?? [];
  const month = MONTHS.indexOf(name ?? '') + 1;
  return month === 0 ? undefined : `${year}-${String(month).padStart(2, '0')}-${day}T${time}${hours}:${minutes}`;
}
