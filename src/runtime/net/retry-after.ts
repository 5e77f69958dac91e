import { DAY_MS, SECOND_MS } from '../../core/time/window.ts';

const HTTP_DATE = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/** How long `Retry-After` asks to wait, in [0, a day]; undefined for what is neither seconds nor a date. */
export function readRetryAfter(header: string | undefined, nowMs: number): number | undefined {
  const waitMs = parseWait(header?.trim() ?? '', nowMs);
  return Number.isNaN(waitMs) ? undefined : Math.min(Math.max(waitMs, 0), DAY_MS);
}

function parseWait(text: string, nowMs: number): number {
  if (/^\d+$/.test(text)) return Number(text) * SECOND_MS;
  return HTTP_DATE.test(text) ? Date.parse(text) - nowMs : Number.NaN;
}
