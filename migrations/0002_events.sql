-- Events as they came: one row per stream, minute and flush. No foreign key: it would lock the stream's row on every flush.
create sequence event_batches_id;
create table event_batches (
  stream_id bigint not null,
  bucket timestamptz not null,
  id bigint not null default nextval('event_batches_id'),
  n integer not null check (n between 1 and 16383),
  min_ts timestamptz not null,
  max_ts timestamptz not null,
  events text not null,
  primary key (stream_id, bucket, id)
) partition by range (bucket);

do $$
begin
  alter table event_batches alter column events set compression lz4;
exception when feature_not_supported then null; -- built without lz4, as PGlite is: pglz then
end $$;

-- The event's own id, for refusing what was already stored.
create table event_ids (
  stream_id bigint not null,
  day date not null,
  id text not null check (char_length(id) between 1 and 256),
  primary key (stream_id, day, id)
) partition by range (day);

-- An event's time, floored to a whole millisecond as the service does it.
create function event_time(ts json) returns timestamptz language sql stable as $$
  select case json_typeof(ts)
    when 'number' then to_timestamp(floor((ts #>> '{}')::numeric / 1000)::float8)
      + mod(floor((ts #>> '{}')::numeric), 1000)::float8 * interval '1 millisecond'
    else regexp_replace(ts #>> '{}', '[.,](\d{1,3})\d*', '.\1')::timestamptz
  end
$$;

-- One row per event, for people and their SQL; `event` is the text as it was sent. Only stream_id and bucket reach the
-- index and the partitions, so a query that filters by them is far faster than one that filters by ts alone.
create view observations_raw as
select
  b.id * 16384 + e.position as id,
  event_time(e.event -> 'ts') as ts,
  s.service,
  s.endpoint,
  e.event ->> 'host' as host,
  e.event::jsonb as payload,
  b.stream_id,
  b.bucket,
  e.event
from event_batches b
join streams s on s.id = b.stream_id
cross join lateral json_array_elements(b.events::json) with ordinality as e (event, position);

-- Answers already given, so that a request sent again changes nothing.
create table ingest_keys (
  key text primary key check (char_length(key) between 1 and 255),
  body_hash bytea not null,
  answer text not null,
  created_at timestamptz not null default now()
);
create index ingest_keys_created_at on ingest_keys (created_at);
