-- Append only. `span` is the seconds that a part covers from its bucket on; `folded` says that a longer part includes it.
create sequence profile_parts_id;
create table profile_parts (
  stream_id bigint not null,
  bucket timestamptz not null,
  id bigint not null default nextval('profile_parts_id'),
  span integer not null check (span in (60, 3600, 86400)),
  n integer not null check (n >= 0),
  folded boolean not null default false,
  profile bytea not null,
  primary key (stream_id, bucket, id)
);
-- The codec is compact already: compressing it again costs time and gains little.
alter table profile_parts alter column profile set storage external;
create unique index profile_parts_stream_id on profile_parts (stream_id, id);
create index profile_parts_unfolded on profile_parts (span, bucket, stream_id) where not folded and span < 86400;

create table baselines (
  id bigint generated always as identity primary key,
  stream_id bigint not null references streams (id),
  name text not null unique check (char_length(name) between 1 and 200),
  created_at timestamptz not null,
  window_start timestamptz not null,
  window_end timestamptz not null check (window_end >= window_start),
  samples bigint not null check (samples >= 0),
  slo json not null,
  features json not null,
  warnings json not null,
  source text not null,
  active boolean not null default false,
  profile bytea not null
);
alter table baselines alter column profile set storage external;
create unique index baselines_one_active on baselines (stream_id) where active;
create index baselines_stream on baselines (stream_id, id);

create table reports (
  stream_id bigint not null,
  id bigint generated always as identity,
  window_start timestamptz not null,
  window_end timestamptz not null,
  policy text not null check (policy in ('calibrated', 'classic')),
  baseline_id bigint not null,
  generated_at timestamptz not null,
  status text not null check (status in ('ok', 'fail')),
  body json not null,
  primary key (stream_id, id),
  unique (stream_id, window_start, window_end, policy, baseline_id)
);
create index reports_window_end on reports (stream_id, window_end, id);
