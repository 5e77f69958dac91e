import type { Queryable } from '../database.ts';

const IS_OURS = `n.nspname = current_schema() and not c.relispartition`;

/** What may differ between engines and versions is left out: compression, owners, not-null constraints' names, dated partitions. */
const COLUMNS = `
  select c.relname as relation, c.relkind::text as kind, a.attname as name, format_type(a.atttypid, a.atttypmod) as type,
    a.attnotnull as "notNull", a.attidentity::text as identity, a.attstorage::text as storage,
    pg_get_expr(d.adbin, d.adrelid) as "default", pg_get_partkeydef(c.oid) as "partitionKey",
    case when c.relkind = 'v' then pg_get_viewdef(c.oid, true) end as view
  from pg_class c
  join pg_namespace n on n.oid = c.relnamespace
  join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
  left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
  where ${IS_OURS} and c.relkind in ('r', 'p', 'v') order by c.relname, a.attnum`;

const CONSTRAINTS = `
  select c.relname as relation, k.conname as name, pg_get_constraintdef(k.oid) as definition
  from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_namespace n on n.oid = c.relnamespace
  where ${IS_OURS} and k.contype <> 'n' order by c.relname, k.conname`;

const INDEXES = `
  select c.relname as relation, i.relname as name, pg_get_indexdef(i.oid) as definition
  from pg_index x join pg_class i on i.oid = x.indexrelid join pg_class c on c.oid = x.indrelid
  join pg_namespace n on n.oid = c.relnamespace
  where ${IS_OURS} and not exists (select 1 from pg_constraint k where k.conindid = i.oid) order by c.relname, i.relname`;

const FUNCTIONS = `
  select pg_get_functiondef(p.oid) as definition from pg_proc p join pg_namespace n on n.oid = p.pronamespace
  where n.nspname = current_schema() order by p.proname`;

interface Column {
  relation: string;
  kind: string;
  name: string;
  type: string;
  notNull: boolean;
  identity: string;
  storage: string;
  default: string | null;
  partitionKey: string | null;
  view: string | null;
}

interface Definition {
  relation: string;
  name: string;
  definition: string;
}

/** The schema as readable SQL, equal for both engines, so that a change of the schema is a diff of one file. */
export async function describeSchema(db: Queryable): Promise<string> {
  const columns = (await db.query<Column>(COLUMNS)).rows;
  const constraints = (await db.query<Definition>(CONSTRAINTS)).rows;
  const indexes = (await db.query<Definition>(INDEXES)).rows;
  const functions = (await db.query<{ definition: string }>(FUNCTIONS)).rows;
  const relations = [...new Set(columns.map(({ relation }) => relation))].map((relation) => {
    const isOfRelation = (row: { relation: string }): boolean => row.relation === relation;
    return describeRelation(
      relation,
      columns.filter(isOfRelation),
      constraints.filter(isOfRelation),
      indexes.filter(isOfRelation),
    );
  });
  return [HEADER, ...functions.map(({ definition }) => `${definition.trim()};\n`), ...relations].join('\n');
}

const HEADER =
  '-- The schema that the migrations make, for reading. Written by `npx tsx scripts/dump-schema.ts`; a test compares.\n';

function describeRelation(
  relation: string,
  columns: readonly Column[],
  constraints: readonly Definition[],
  indexes: readonly Definition[],
): string {
  const [first] = columns;
  if (first?.kind === 'v') return `create view ${relation} as\n${first.view?.replace(/;$/, '')};\n`;
  const lines = [
    ...columns.map(describeColumn),
    ...constraints.map(({ name, definition }) => `constraint ${name} ${definition}`),
  ];
  const partition = first?.partitionKey == null ? '' : ` partition by ${first.partitionKey}`;
  const after = indexes.map(({ definition }) => `${definition};\n`).join('');
  return `create table ${relation} (\n  ${lines.join(',\n  ')}\n)${partition};\n${after}`;
}

function describeColumn({ name, type, storage, identity, notNull, default: value }: Column): string {
  const parts = [name, type];
  if (storage === 'e') parts.push('storage external');
  if (notNull) parts.push('not null');
  if (identity !== '') parts.push('generated always as identity');
  if (value !== null) parts.push(`default ${value}`);
  return parts.join(' ');
}
