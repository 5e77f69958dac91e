import type picocolors from 'picocolors';

type Colors = ReturnType<typeof picocolors.createColors>;

/** An entry of the log. An `err` is what `describeError` makes. */
interface Entry {
  readonly time: string;
  readonly level: string;
  readonly msg?: string;
  readonly err?: LoggedError;
  readonly [field: string]: unknown;
}

interface LoggedError {
  readonly type: string;
  readonly message: string;
  readonly code?: string;
  readonly stack?: string;
  readonly cause?: LoggedError;
}

/** What moves the cursor, colors, or reorders text. Entries contain names that clients chose, and these must not act on a terminal. */
const ACTING = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;
const LONGEST_LEVEL = 5;

/** Turns a line of the log into what a person reads in a terminal: `2026-03-14T12:00:30.000Z WARN  the run failed monitor=payments`. */
export function renderLogLine(line: string, colors: Colors): string {
  const { time, level, msg = '', err, ...fields } = JSON.parse(line) as Entry;
  const shown = Object.entries(fields).map(
    ([name, value]) => colors.dim(` ${escapeActing(name)}=`) + renderValue(value),
  );
  const label = paint(level, colors)(level.toUpperCase().padEnd(LONGEST_LEVEL));
  return `${colors.dim(time)} ${label} ${escapeActing(msg)}${shown.join('')}${err === undefined ? '' : renderError(err)}`;
}

function paint(level: string, { dim, green, red, yellow }: Colors): (text: string) => string {
  if (level === 'error' || level === 'fatal') return red;
  if (level === 'warn') return yellow;
  return level === 'info' ? green : dim;
}

/** A text stands without quotes while it is one word. */
function renderValue(value: unknown): string {
  const isWord = typeof value === 'string' && /^[^\s"=]+$/.test(value);
  return escapeActing(isWord ? value : JSON.stringify(value));
}

function renderError({ type, message, code, stack, cause }: LoggedError): string {
  const head = `${type}: ${message}${code === undefined ? '' : ` (${code})`}`;
  const lines = [head, ...(stack === undefined ? [] : stack.split('\n').map((frame) => frame.trim()))].map(
    escapeActing,
  );
  return `\n    ${lines.join('\n      ')}${cause === undefined ? '' : renderError(cause)}`;
}

function escapeActing(text: string): string {
  return text.replace(ACTING, (sign) => `\\u{${(sign.codePointAt(0) ?? 0).toString(16)}}`);
}
