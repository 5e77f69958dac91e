-- How far the rows of another system's table were read in, in the transaction that stores them: an import goes on where it was interrupted.
create table imports (
  name text primary key,
  last_id bigint not null default 0,
  read bigint not null default 0,
  stored bigint not null default 0,
  folded bigint not null default 0,
  duplicates bigint not null default 0,
  refused json not null default '{}',
  started_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
