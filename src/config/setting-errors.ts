import type { z } from 'zod';
import type { FieldError } from '../core/errors.ts';
import { pointerOf } from './yaml-file.ts';

/**
 * Everything that is wrong with a document of settings, in words for whoever wrote it: an unknown key is an error of that key, with the
 * setting that was probably meant; what is missing says so.
 */
export function settingErrors(schema: z.ZodType, document: unknown): FieldError[] {
  // The input is asked for because it alone tells what is missing from what is of the wrong type.
  const issues = schema.safeParse(document, { reportInput: true }).error?.issues ?? [];
  return issues.flatMap((issue) => describeIssue(schema, issue));
}

function describeIssue(schema: z.ZodType, issue: z.core.$ZodIssue): FieldError[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => {
      const hint = didYouMean(key, settingsAt(schema, issue.path, issue.input));
      return { path: pointerOf([...issue.path, key]), message: `there is no setting "${key}"${hint}` };
    });
  }
  const isMissing = issue.input === undefined && ['invalid_type', 'invalid_union'].includes(issue.code);
  return [{ path: pointerOf(issue.path), message: isMissing ? 'is missing' : issue.message }];
}

/** The setting that is one or two typing errors away, or all that are there. */
function didYouMean(key: string, settings: readonly string[]): string {
  const close = settings.find((name) => distance(key.toLowerCase(), name) <= 2);
  return close === undefined ? `; there are ${settings.join(', ')}` : `; did you mean ${close}?`;
}

interface Schema {
  readonly shape?: Readonly<Record<string, unknown>>;
  readonly valueType?: unknown;
  readonly element?: unknown;
  readonly options?: readonly unknown[];
  unwrap?(): unknown;
}

/** The settings of a part of a document, read off its schema; of several forms, that of the same `type`. */
function settingsAt(schema: unknown, path: readonly PropertyKey[], input: unknown): string[] {
  let at = unwrap(schema);
  for (const part of path) {
    const inner = at.shape?.[String(part)] ?? at.valueType ?? at.element ?? formWith(at, String(part));
    at = unwrap(inner);
  }
  const type = (input as { type?: unknown } | undefined)?.type;
  const form = at.options
    ?.map(unwrap)
    .find(({ shape }) => (shape?.type as { value?: unknown } | undefined)?.value === type);
  return Object.keys((form ?? at).shape ?? {});
}

function formWith({ options }: Schema, part: string): unknown {
  return options?.map(unwrap).find(({ shape }) => shape?.[part] !== undefined)?.shape?.[part];
}

/** What a default or an optional stands around. */
function unwrap(schema: unknown): Schema {
  const given = (schema ?? {}) as Schema;
  // An array's unwrap gives its element, which is no default's.
  return given.unwrap === undefined || given.element !== undefined ? given : unwrap(given.unwrap());
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
