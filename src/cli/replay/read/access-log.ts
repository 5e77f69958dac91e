import { EndpointCap, endpointName, pathOf } from './endpoint-name.ts';
import { type Line, readLines } from './lines.ts';
import { excerpt } from './ndjson.ts';
import type { FileRecord, JsonObject, SkippedLine } from './record.ts';

const QUOTED = '"((?:[^"\\\\]|\\\\.)*)"';
/** Common and combined format; a last quote that is missing (a cut line) is forgiven, what follows the agent is kept apart. */
const ACCESS_LINE = new RegExp(
  `^\\S+ \\S+ \\S+ \\[([^\\]]+)\\] ${QUOTED} (\\d{3}) (\\d+|-)(?: ${QUOTED} ${QUOTED}?(.*))?$`,
);
const LOG_TIME = /^(\d{2})\/([A-Z][a-z]{2})\/(\d{4}):(\d{2}:\d{2}:\d{2}) ([+-]\d{2})(\d{2})$/;
const REQUEST_LINE = /^([A-Z]{3,12}) (\S+)(?: HTTP\/[\d.]+)?$/;
const NGINX_REQUEST_TIME = /^ (\d+\.\d{3})\b/;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** A web server's log as events of `service`. The caps of endpoints make it depend on the lines before. */
export async function* readAccessLog(
  chunks: AsyncIterable<Uint8Array>,
  service = 'web',
): AsyncGenerator<(FileRecord | SkippedLine)[]> {
  const cap = new EndpointCap();
  for await (const lines of readLines(chunks))
    yield lines.filter(({ text }) => text !== '').map((line) => parseAccessLine(line, service, cap));
}

export function isAccessLine(text: string): boolean {
  return ACCESS_LINE.test(text);
}

/**
 * One line as an event. The client's address and user name are personal data and no feature of the service: they are left out; so are
 * queries. nginx's `$request_time`, where it follows the agent, is the duration.
 */
export function parseAccessLine(
  { number: line, text }: Line,
  service: string,
  cap: EndpointCap,
): FileRecord | SkippedLine {
  const match = ACCESS_LINE.exec(text);
  const ts = match === null ? undefined : isoTime(match[1] ?? '');
  if (match === null || ts === undefined)
    return { line, code: 'not_a_log_line', message: `not in common or combined format: ${excerpt(text)}` };
  const [, , request = '', status, bytes, referrer, agent, tail = ''] = match;
  const [, method, target] = REQUEST_LINE.exec(request) ?? [];
  const durationS = NGINX_REQUEST_TIME.exec(tail)?.[1];
  const fields: JsonObject = {
    ts,
    service,
    endpoint: method && target ? cap.admit(endpointName(method, target)) : '(malformed request)',
    request: {
      ...(method && target ? { method, path: pathOf(target) } : {}),
      ...(given(referrer) ? { referrer: referrer.replace(/[?#].*$/s, '') } : {}),
      ...(given(agent) ? { agent } : {}),
    },
    response: {
      status: Number(status),
      bytes: bytes === '-' ? 0 : Number(bytes),
      ...(durationS === undefined ? {} : { duration_ms: Math.round(Number(durationS) * 1000) }),
    },
  };
  return { line, fields };
}

function given(text: string | undefined): text is string {
  return text !== undefined && text !== '' && text !== '-';
}

/** `17/May/2015:10:05:03 +0200` → `2015-05-17T10:05:03+02:00`; the service checks the date itself. */
function isoTime(text: string): string | undefined {
  const [, day, name, year, time, hours, minutes] = LOG_TIME.exec(text) ?? [];
  const month = MONTHS.indexOf(name ?? '') + 1;
  return month === 0 ? undefined : `${year}-${String(month).padStart(2, '0')}-${day}T${time}${hours}:${minutes}`;
}
