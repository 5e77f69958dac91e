export type JsonObject = Record<string, unknown>;

/** One event of the file; `raw` is its text if the file has JSON. */
export interface FileRecord {
  readonly line: number;
  readonly fields: JsonObject;
  readonly raw?: string;
}

/** A line without a valid event. */
export interface SkippedLine {
  readonly line: number;
  readonly code: string;
  readonly message: string;
}

/** An object without a prototype, so that a column named `__proto__` is an ordinary column. */
export function emptyObject(): JsonObject {
  return Object.create(null) as JsonObject;
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
