export type JsonObject = Record<string, unknown>;

/** One event as it stands in the file; `raw` is its JSON where the file already holds JSON. */
export interface FileRecord {
  readonly line: number;
  readonly fields: JsonObject;
  readonly raw?: string;
}

/** A line that holds no event: counted by its code, shown with its number. */
export interface SkippedLine {
  readonly line: number;
  readonly code: string;
  readonly message: string;
}

/** An object without a prototype, so that a column named `__proto__` is only a name. */
export function emptyObject(): JsonObject {
  return Object.create(null) as JsonObject;
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
