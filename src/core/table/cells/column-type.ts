/** What a column of a table can be declared as, and is taken for. */
export const COLUMN_TYPES = ['numeric', 'categorical', 'boolean', 'timestamp', 'identifier'] as const;
export type ColumnType = (typeof COLUMN_TYPES)[number];
/** Types by column. */
export type ColumnTypes = ReadonlyMap<string, ColumnType>;
