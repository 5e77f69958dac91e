import type { Queryable } from './database.ts';

/** Rows that were refused for one reason. */
interface RefusedRows {
  readonly n: number;
  /** The id of the first one, and what was wrong with it. */
  readonly firstId: number;
  readonly message: string;
}

/** How far an import is, and what became of the rows that were read. */
export interface ImportState {
  readonly lastId: number;
  readonly read: number;
  readonly stored: number;
  /** Too old to be stored: they are in profiles only. */
  readonly folded: number;
  /** Their id was stored before. */
  readonly duplicates: number;
  /** By the code of the refusal. */
  readonly refused: Readonly<Record<string, RefusedRows>>;
}

/** The state of the import of that name; a new one where there is none. */
export async function openImport(db: Queryable, name: string): Promise<ImportState> {
  await db.query('insert into imports (name) values ($1) on conflict do nothing', [name]);
  const sql = `select last_id as "lastId", read, stored, folded, duplicates, refused from imports where name = $1`;
  const { rows } = await db.query<ImportState>(sql, [name]);
  if (rows[0] === undefined) throw new Error(`The import ${name} was not stored`);
  return rows[0];
}

/** Moves an import on; false when another process did so first. In the transaction that stores the rows. */
export async function advanceImport(
  tx: Queryable,
  name: string,
  from: ImportState,
  { lastId, read, stored, folded, duplicates, refused }: ImportState,
): Promise<boolean> {
  const sql = `update imports set last_id = $3, read = $4, stored = $5, folded = $6, duplicates = $7, refused = $8::json,
    updated_at = now() where name = $1 and last_id = $2`;
  const params = [name, from.lastId, lastId, read, stored, folded, duplicates, JSON.stringify(refused)];
  return (await tx.query(sql, params)).rowCount === 1;
}
