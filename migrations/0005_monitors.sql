-- What to compare, how often, and whom to tell. `spec` is the document that a person wrote.
-- A slot is claimed by one conditional update of the monitor's own row: `fence` grows with each claim, so that a process that lost its
-- lease cannot finish what another has taken over.
create table monitors (
  id bigint generated always as identity primary key,
  stream_id bigint not null references streams (id),
  name text not null unique check (char_length(name) between 1 and 200),
  spec json not null,
  origin text not null check (origin in ('api', 'file', 'default')),
  paused boolean not null default false,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  next_slot timestamptz not null,
  due_at timestamptz not null,
  fence bigint not null default 0,
  lease_until timestamptz,
  failures integer not null default 0
);
create index monitors_due on monitors (due_at) where not paused;
create index monitors_stream on monitors (stream_id);
-- Processes that start at once make one between them.
create unique index monitors_one_default on monitors (stream_id) where origin = 'default';

-- What became of each slot, once. Missed slots in a row are one row, with their number.
create table monitor_runs (
  stream_id bigint not null,
  monitor_id bigint not null,
  slot timestamptz not null,
  slots integer not null default 1 check (slots >= 1),
  status text not null check (status in ('done', 'failed', 'skipped')),
  reason text,
  report_id bigint,
  started_at timestamptz not null,
  finished_at timestamptz not null,
  primary key (stream_id, monitor_id, slot)
);
create index monitor_runs_finished on monitor_runs (finished_at);

-- A report of a closed window is never changed: late events make its next revision.
alter table reports alter column baseline_id drop not null;
alter table reports add column monitor_id bigint;
alter table reports add column revision integer not null default 1 check (revision >= 1);
do $$
declare
  old text;
begin
  select conname into strict old from pg_constraint where conrelid = 'reports'::regclass and contype = 'u';
  execute format('alter table reports drop constraint %I', old);
end $$;
create index reports_end on reports (window_end);
create unique index reports_question on reports
  (stream_id, window_start, window_end, policy, coalesce(baseline_id, 0), coalesce(monitor_id, 0), revision);

-- Minutes that got events after they had ended: the reports that cover them are made again. Append only; taken off by id.
create sequence late_minutes_id;
create table late_minutes (
  stream_id bigint not null,
  bucket timestamptz not null,
  id bigint not null default nextval('late_minutes_id'),
  noticed_at timestamptz not null,
  primary key (stream_id, bucket, id)
);
