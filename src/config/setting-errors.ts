import type { z } from 'zod';
import type { FieldError } from '../core/errors.ts';
import { closestName } from '../core/format/did-you-mean.ts';
import { pointerOf } from './yaml-file.ts';

/**
 * All errors in a document of settings, as readable messages. An unknown key is an error at that key, with a suggestion of the setting
 * that was probably meant.
 */
export function settingErrors(schema: z.ZodType, document: unknown): FieldError[] {
  // Only the input shows whether a value is missing or has the wrong type.
  const issues = schema.safeParse(document, { reportInput: true }).error?.issues ?? [];
  return issues.flatMap((issue) => describeIssue(schema, issue));
}

function describeIssue(schema: z.ZodType, issue: z.core.$ZodIssue): FieldError[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => {
      const hint = didYouMean(key, settingsAt(schema, issue.path, issue.input));
      return { path: pointerOf([...issue.path, key]), message: `unknown setting "${key}"${hint}` };
    });
  }
  const isMissing = issue.input === undefined && ['invalid_type', 'invalid_union'].includes(issue.code);
  return [{ path: pointerOf(issue.path), message: isMissing ? 'is missing' : issue.message }];
}

/** The setting that is nearest; without one, the list of all settings. */
function didYouMean(key: string, settings: readonly string[]): string {
  const close = closestName(key, settings);
  return close === undefined ? `; there are ${settings.join(', ')}` : `; did you mean ${close}?`;
}

interface Schema {
  readonly shape?: Readonly<Record<string, unknown>>;
  readonly valueType?: unknown;
  readonly element?: unknown;
  readonly options?: readonly unknown[];
  unwrap?(): unknown;
}

/** The names of the settings in a part of a document, from its schema. If there are several forms, the one with the same `type`. */
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

/** Removes wrappers such as a default or an optional. */
function unwrap(schema: unknown): Schema {
  const wrapped = (schema ?? {}) as Schema;
  // The `unwrap` of an array returns its element, so an array is not unwrapped.
  return wrapped.unwrap === undefined || wrapped.element !== undefined ? wrapped : unwrap(wrapped.unwrap());
}
