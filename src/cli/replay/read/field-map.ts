import { usageFailure } from '../../failure.ts';
import { emptyObject, isJsonObject, type JsonObject } from './record.ts';

type Source = { readonly column: string } | { readonly literal: string };

/** The sources of the fields of an event. All other columns go below the path `rest`; undefined: they are left out. */
export interface FieldMap {
  readonly fields: readonly { readonly path: readonly string[]; readonly source: Source }[];
  readonly rest: readonly string[] | undefined;
}

/** Without `--map`, the name of each column is the path of its field. */
export const IDENTITY_MAP: FieldMap = { fields: [], rest: [] };

const ENTRY = /^([^=]+)=(?:"([^"]*)"|([^"]+))$/;

/**
 * Reads `--map`: `field=column`, `field="constant"`, and `prefix.*=*` for all other columns, separated by commas.
 *
 * @example parseFieldMap(['ts=time,service="shop",request.body.*=*'])
 */
export function parseFieldMap(texts: readonly string[]): FieldMap {
  const entries = texts.flatMap((text) => text.match(/(?:[^,"]|"[^"]*")+/g) ?? []).map((entry) => entry.trim());
  const fields: FieldMap['fields'][number][] = [];
  let rest: string[] | undefined;
  for (const entry of entries) {
    const [, path, literal, column] = ENTRY.exec(entry) ?? [];
    if (path === undefined) throw usageFailure(`--map: "${entry}" is not field=column, field="constant" or prefix.*=*`);
    const target = path.trim().split('.');
    if (column?.trim() === '*') rest = restPath(target, entry);
    else
      fields.push({
        path: target,
        source: column === undefined ? { literal: literal ?? '' } : { column: column.trim() },
      });
  }
  return { fields, rest };
}

function restPath(target: string[], entry: string): string[] {
  if (target.at(-1) !== '*')
    throw usageFailure(`--map: "${entry}" needs a prefix for all other columns, such as request.body.*=*`);
  return target.slice(0, -1);
}

/** Converts the value of a column for the field at a path; CSV reads numbers here. */
export type ReadValue = (path: readonly string[], value: unknown) => unknown;

/** Makes an event from a row. If a column is missing or empty, its field is missing too, never 0 or "". */
export function mapFields(
  { fields, rest }: FieldMap,
  row: JsonObject,
  read: ReadValue = (_, value) => value,
): JsonObject {
  const event = emptyObject();
  const taken = new Set<string>();
  for (const { path, source } of fields) {
    if ('literal' in source) {
      setAt(event, path, source.literal);
      continue;
    }
    taken.add(source.column);
    const value = valueAt(row, source.column);
    if (value !== undefined && value !== null) setAt(event, path, read(path, value));
  }
  if (rest === undefined) return event;
  for (const [name, value] of Object.entries(row)) {
    const path = rest.length === 0 ? name.split('.') : [...rest, name];
    if (!taken.has(name)) setAt(event, path, read(path, value));
  }
  return event;
}

/** Finds a column by its exact name; in JSON also by a path with dots. */
function valueAt(row: JsonObject, name: string): unknown {
  if (Object.hasOwn(row, name)) return row[name];
  let value: unknown = row;
  for (const key of name.split('.')) {
    if (!isJsonObject(value) || !Object.hasOwn(value, key)) return undefined;
    value = value[key];
  }
  return value;
}

function setAt(event: JsonObject, path: readonly string[], value: unknown): void {
  let node = event;
  for (const key of path.slice(0, -1)) {
    const child = node[key];
    const next = isJsonObject(child) ? child : emptyObject();
    node[key] = next;
    node = next;
  }
  node[path.at(-1) ?? ''] = value;
}
