-- A run of failing windows of one monitor and group. `doc` is its state as the transition function knows it, `told` what people were last
-- told. The monitor may be deleted: its name and what it compared stay.
create table incidents (
  stream_id bigint not null,
  id bigint generated always as identity,
  monitor_id bigint not null,
  monitor text not null,
  grp text not null check (char_length(grp) between 1 and 1200),
  state text not null check (state in ('pending', 'firing', 'recovering', 'resolved')),
  severity text not null check (severity in ('info', 'warning', 'critical')),
  labels json not null,
  doc json not null,
  told json,
  started_at timestamptz not null,
  updated_at timestamptz not null,
  resolved_at timestamptz,
  acknowledged_at timestamptz,
  acknowledged_by text,
  silenced_until timestamptz,
  assigned_to text,
  ask_at timestamptz,
  primary key (stream_id, id)
);
create unique index incidents_id on incidents (id);
create unique index incidents_one_open on incidents (monitor_id, md5(grp)) where state <> 'resolved';
create index incidents_monitor on incidents (monitor_id, md5(grp), id);
create index incidents_ask on incidents (ask_at) where ask_at is not null;

-- Who did what to it, and what it did by itself.
create table incident_events (
  stream_id bigint not null,
  incident_id bigint not null,
  id bigint generated always as identity,
  at timestamptz not null,
  who text not null,
  what text not null,
  details json not null,
  primary key (stream_id, incident_id, id)
);

create table incident_reports (
  stream_id bigint not null,
  incident_id bigint not null,
  report_id bigint not null,
  primary key (stream_id, incident_id, report_id)
);
create index incident_reports_report on incident_reports (stream_id, report_id);

-- The outbox: one row for each change of an incident and channel, written with the change. `next_at` is when it may be tried, `lease_until`
-- until when somebody tries it, `fence` which try it is.
create table notifications (
  stream_id bigint not null,
  id bigint generated always as identity,
  incident_id bigint not null,
  channel text not null check (char_length(channel) between 1 and 200),
  reason text not null,
  message json not null,
  status text not null default 'pending' check (status in ('pending', 'sent', 'dead')),
  created_at timestamptz not null,
  next_at timestamptz not null,
  lease_until timestamptz,
  fence bigint not null default 0,
  attempts integer not null default 0,
  last_error text,
  finished_at timestamptz,
  primary key (stream_id, id)
);
create unique index notifications_id on notifications (id);
create index notifications_waiting on notifications (channel, id) where status = 'pending';
create index notifications_due on notifications (next_at) where status = 'pending';
create index notifications_incident on notifications (incident_id, channel, id);
create index notifications_open on notifications (status, channel) where status <> 'sent';
create index notifications_finished on notifications (finished_at) where status <> 'pending';
