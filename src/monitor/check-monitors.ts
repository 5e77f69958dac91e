import type { z } from 'zod';
import { AppError, type FieldError } from '../errors.ts';
import { monitorDocument } from './monitor-spec.ts';

/**
 * Everything that is wrong with some monitors, each with its path, such as `/monitors/2/window`.
 *
 * @param channelNames - undefined where they are not known: only the service knows its channels
 */
export function checkMonitors(
  documents: readonly unknown[],
  channelNames: ReadonlySet<string> | undefined,
): FieldError[] {
  const names = new Map<string, number>();
  return documents.flatMap((document, i) => {
    const at = (path: readonly PropertyKey[]) => `/${['monitors', i, ...path].map(String).join('/')}`;
    const result = monitorDocument.safeParse(document);
    if (!result.success) return result.error.issues.flatMap((issue) => errorsOf(issue, at));
    const { name, channels } = result.data;
    const first = names.get(name);
    names.set(name, first ?? i);
    const twice =
      first === undefined ? [] : [{ path: at(['name']), message: `"${name}" is the name of monitor ${first + 1} too` }];
    return [...twice, ...unknownChannels(channels ?? [], channelNames, at)];
  });
}

/** @throws AppError invalid_monitor that lists every error */
export function assertMonitors(documents: readonly unknown[], channelNames: ReadonlySet<string>): void {
  const errors = checkMonitors(documents, channelNames);
  const [first] = errors;
  if (first === undefined) return;
  const more = errors.length > 1 ? `, and ${errors.length - 1} more` : '';
  throw new AppError('invalid_monitor', `${first.path}: ${first.message}${more}; nothing was applied`, { errors });
}

/** An unknown key is an error of that key, so that its own line is shown. */
function errorsOf(issue: z.core.$ZodIssue, at: (path: readonly PropertyKey[]) => string): FieldError[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      path: at([...issue.path, key]),
      message: `there is no setting "${key}"${didYouMean(key)}`,
    }));
  }
  const isMissing = issue.code === 'invalid_type' && issue.input === undefined;
  return [{ path: at(issue.path), message: isMissing ? 'is missing' : issue.message }];
}

const SETTINGS = Object.keys(monitorDocument.shape);

/** The setting that is one or two typing errors away. */
function didYouMean(key: string): string {
  const close = SETTINGS.find((name) => distance(key.toLowerCase(), name) <= 2);
  return close === undefined ? `; there are ${SETTINGS.join(', ')}` : `; did you mean ${close}?`;
}

/** Levenshtein's distance. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

function unknownChannels(
  channels: readonly string[],
  known: ReadonlySet<string> | undefined,
  at: (path: readonly PropertyKey[]) => string,
): FieldError[] {
  return channels.flatMap((channel, i) => {
    if (known === undefined || known.has(channel)) return [];
    const hint = `no channel is called "${channel}"; there are ${[...known].join(', ')}`;
    return [{ path: at(['channels', i]), message: hint }];
  });
}
