-- The rolling metrics that the schedule writes, and how the last fetch from upstream went.
create table coherence_history (
  id bigint generated always as identity primary key,
  ts timestamptz not null,
  window_sec integer not null check (window_sec > 0),
  n bigint not null,
  mean double precision not null,
  stdev double precision not null,
  drift_risk text not null check (drift_risk in ('low', 'medium', 'high')),
  source text not null,
  request_id text not null
);
create index coherence_history_ts on coherence_history (ts desc, id desc);

create table coherence_fetch (
  source text primary key check (source in ('mock', 'live')),
  at timestamptz not null,
  ok boolean not null,
  records integer not null,
  latency_ms double precision not null,
  pages_fetched integer not null,
  retries integer not null,
  error text,
  newest_record timestamptz
);

-- What the schedule does once for all replicas: a task is claimed by moving its time on.
create table scheduled_tasks (
  name text primary key check (char_length(name) between 1 and 100),
  due_at timestamptz not null
);
