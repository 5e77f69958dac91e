-- A document whose stream is a pattern. Each stream that matches has a monitor of its own, made from it.
create table monitor_patterns (
  id bigint generated always as identity primary key,
  name text not null unique check (char_length(name) between 1 and 200),
  spec json not null,
  created_at timestamptz not null,
  updated_at timestamptz not null
);

alter table monitors add column pattern_id bigint references monitor_patterns (id);
alter table monitors drop constraint monitors_origin_check;
alter table monitors add constraint monitors_origin_check check (origin in ('api', 'file', 'default', 'pattern'));
-- Processes that see a new stream at once make one monitor between them.
create unique index monitors_of_pattern on monitors (pattern_id, stream_id) where pattern_id is not null;
