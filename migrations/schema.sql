-- The schema that the migrations make, for reading. Written by `npx tsx scripts/dump-schema.ts`; a test compares.

CREATE OR REPLACE FUNCTION public.event_time(ts json)
 RETURNS timestamp with time zone
 LANGUAGE sql
 STABLE
AS $function$
  select case json_typeof(ts)
    when 'number' then to_timestamp(floor((ts #>> '{}')::numeric / 1000)::float8)
      + mod(floor((ts #>> '{}')::numeric), 1000)::float8 * interval '1 millisecond'
    else regexp_replace(ts #>> '{}', '[.,](\d{1,3})\d*', '.\1')::timestamptz
  end
$function$;

create table api_keys (
  id bigint not null generated always as identity,
  name text not null,
  scope text not null,
  hash bytea not null,
  created_at timestamp with time zone not null default now(),
  revoked_at timestamp with time zone,
  constraint api_keys_hash_key UNIQUE (hash),
  constraint api_keys_name_check CHECK (((char_length(name) >= 1) AND (char_length(name) <= 200))),
  constraint api_keys_pkey PRIMARY KEY (id),
  constraint api_keys_scope_check CHECK ((scope = ANY (ARRAY['ingest'::text, 'read'::text, 'admin'::text])))
);

create table audit_log (
  stream_id bigint not null,
  incident_id bigint not null,
  id bigint not null generated always as identity,
  at timestamp with time zone not null,
  who text not null,
  what text not null,
  details json not null,
  constraint audit_log_pkey PRIMARY KEY (stream_id, incident_id, id)
);

create table baselines (
  id bigint not null generated always as identity,
  stream_id bigint not null,
  name text not null,
  created_at timestamp with time zone not null,
  window_start timestamp with time zone not null,
  window_end timestamp with time zone not null,
  samples bigint not null,
  slo json not null,
  features json not null,
  warnings json not null,
  source text not null,
  active boolean not null default false,
  profile bytea storage external not null,
  constraint baselines_check CHECK ((window_end >= window_start)),
  constraint baselines_name_check CHECK (((char_length(name) >= 1) AND (char_length(name) <= 200))),
  constraint baselines_name_key UNIQUE (name),
  constraint baselines_pkey PRIMARY KEY (id),
  constraint baselines_samples_check CHECK ((samples >= 0))
);
CREATE UNIQUE INDEX baselines_one_active ON public.baselines USING btree (stream_id) WHERE active;
CREATE INDEX baselines_stream ON public.baselines USING btree (stream_id, id);

create table coherence_fetch (
  source text not null,
  at timestamp with time zone not null,
  ok boolean not null,
  records integer not null,
  latency_ms double precision not null,
  pages_fetched integer not null,
  retries integer not null,
  error text,
  newest_record timestamp with time zone,
  succeeded_at timestamp with time zone,
  constraint coherence_fetch_pkey PRIMARY KEY (source),
  constraint coherence_fetch_source_check CHECK ((source = ANY (ARRAY['mock'::text, 'live'::text])))
);

create table coherence_history (
  id bigint not null generated always as identity,
  ts timestamp with time zone not null,
  window_sec integer not null,
  n bigint not null,
  mean double precision not null,
  stdev double precision not null,
  drift_risk text not null,
  source text not null,
  request_id text not null,
  import_key text,
  constraint coherence_history_drift_risk_check CHECK ((drift_risk = ANY (ARRAY['low'::text, 'medium'::text, 'high'::text]))),
  constraint coherence_history_import_key_key UNIQUE (import_key),
  constraint coherence_history_pkey PRIMARY KEY (id),
  constraint coherence_history_window_sec_check CHECK ((window_sec > 0))
);
CREATE INDEX coherence_history_ts ON public.coherence_history USING btree (ts DESC, id DESC);

create table event_batches (
  stream_id bigint not null,
  bucket timestamp with time zone not null,
  id bigint not null default nextval('event_batches_id'::regclass),
  n integer not null,
  min_ts timestamp with time zone not null,
  max_ts timestamp with time zone not null,
  events text not null,
  constraint event_batches_n_check CHECK (((n >= 1) AND (n <= 16383))),
  constraint event_batches_pkey PRIMARY KEY (stream_id, bucket, id)
) partition by RANGE (bucket);

create table event_ids (
  stream_id bigint not null,
  day date not null,
  id text not null,
  constraint event_ids_id_check CHECK (((char_length(id) >= 1) AND (char_length(id) <= 256))),
  constraint event_ids_pkey PRIMARY KEY (stream_id, day, id)
) partition by RANGE (day);

create table imports (
  name text not null,
  last_id bigint not null default 0,
  read bigint not null default 0,
  stored bigint not null default 0,
  folded bigint not null default 0,
  duplicates bigint not null default 0,
  refused json not null default '{}'::json,
  started_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  constraint imports_pkey PRIMARY KEY (name)
);

create table incident_reports (
  stream_id bigint not null,
  incident_id bigint not null,
  report_id bigint not null,
  constraint incident_reports_pkey PRIMARY KEY (stream_id, incident_id, report_id)
);
CREATE INDEX incident_reports_report ON public.incident_reports USING btree (stream_id, report_id);

create table incidents (
  stream_id bigint not null,
  id bigint not null generated always as identity,
  monitor_id bigint not null,
  monitor text not null,
  grp text not null,
  state text not null,
  severity text not null,
  labels json not null,
  doc json not null,
  last_notification json,
  started_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  resolved_at timestamp with time zone,
  acknowledged_at timestamp with time zone,
  acknowledged_by text,
  silenced_until timestamp with time zone,
  assigned_to text,
  notify_at timestamp with time zone,
  constraint incidents_grp_check CHECK (((char_length(grp) >= 1) AND (char_length(grp) <= 1200))),
  constraint incidents_pkey PRIMARY KEY (stream_id, id),
  constraint incidents_severity_check CHECK ((severity = ANY (ARRAY['info'::text, 'warning'::text, 'critical'::text]))),
  constraint incidents_state_check CHECK ((state = ANY (ARRAY['pending'::text, 'firing'::text, 'recovering'::text, 'resolved'::text])))
);
CREATE UNIQUE INDEX incidents_id ON public.incidents USING btree (id);
CREATE INDEX incidents_monitor ON public.incidents USING btree (monitor_id, md5(grp), id);
CREATE INDEX incidents_notify ON public.incidents USING btree (notify_at) WHERE (notify_at IS NOT NULL);
CREATE UNIQUE INDEX incidents_one_open ON public.incidents USING btree (monitor_id, md5(grp)) WHERE (state <> 'resolved'::text);

create table ingest_keys (
  key text not null,
  body_hash bytea not null,
  answer text not null,
  created_at timestamp with time zone not null default now(),
  constraint ingest_keys_key_check CHECK (((char_length(key) >= 1) AND (char_length(key) <= 255))),
  constraint ingest_keys_pkey PRIMARY KEY (key)
);
CREATE INDEX ingest_keys_created_at ON public.ingest_keys USING btree (created_at);

create table late_minutes (
  stream_id bigint not null,
  bucket timestamp with time zone not null,
  id bigint not null default nextval('late_minutes_id'::regclass),
  noticed_at timestamp with time zone not null,
  constraint late_minutes_pkey PRIMARY KEY (stream_id, bucket, id)
);

create table monitor_patterns (
  id bigint not null generated always as identity,
  name text not null,
  spec json not null,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  constraint monitor_patterns_name_check CHECK (((char_length(name) >= 1) AND (char_length(name) <= 200))),
  constraint monitor_patterns_name_key UNIQUE (name),
  constraint monitor_patterns_pkey PRIMARY KEY (id)
);

create table monitor_runs (
  stream_id bigint not null,
  monitor_id bigint not null,
  slot timestamp with time zone not null,
  slots integer not null default 1,
  status text not null,
  reason text,
  report_id bigint,
  started_at timestamp with time zone not null,
  finished_at timestamp with time zone not null,
  constraint monitor_runs_pkey PRIMARY KEY (stream_id, monitor_id, slot),
  constraint monitor_runs_slots_check CHECK ((slots >= 1)),
  constraint monitor_runs_status_check CHECK ((status = ANY (ARRAY['done'::text, 'failed'::text, 'skipped'::text])))
);
CREATE INDEX monitor_runs_finished ON public.monitor_runs USING btree (finished_at);

create table monitors (
  id bigint not null generated always as identity,
  stream_id bigint not null,
  name text not null,
  spec json not null,
  origin text not null,
  paused boolean not null default false,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  next_slot timestamp with time zone not null,
  due_at timestamp with time zone not null,
  fence bigint not null default 0,
  lease_until timestamp with time zone,
  failures integer not null default 0,
  pattern_id bigint,
  last_slot timestamp with time zone,
  constraint monitors_name_check CHECK (((char_length(name) >= 1) AND (char_length(name) <= 200))),
  constraint monitors_name_key UNIQUE (name),
  constraint monitors_origin_check CHECK ((origin = ANY (ARRAY['api'::text, 'file'::text, 'default'::text, 'pattern'::text]))),
  constraint monitors_pattern_id_fkey FOREIGN KEY (pattern_id) REFERENCES monitor_patterns(id),
  constraint monitors_pkey PRIMARY KEY (id)
);
CREATE INDEX monitors_due ON public.monitors USING btree (due_at) WHERE (NOT paused);
CREATE UNIQUE INDEX monitors_of_pattern ON public.monitors USING btree (pattern_id, stream_id) WHERE (pattern_id IS NOT NULL);
CREATE UNIQUE INDEX monitors_one_default ON public.monitors USING btree (stream_id) WHERE (origin = 'default'::text);
CREATE INDEX monitors_stream ON public.monitors USING btree (stream_id);

create table notifications (
  stream_id bigint not null,
  id bigint not null generated always as identity,
  incident_id bigint not null,
  channel text not null,
  reason text not null,
  message json not null,
  status text not null default 'pending'::text,
  created_at timestamp with time zone not null,
  next_at timestamp with time zone not null,
  lease_until timestamp with time zone,
  fence bigint not null default 0,
  attempts integer not null default 0,
  last_error text,
  finished_at timestamp with time zone,
  constraint notifications_channel_check CHECK (((char_length(channel) >= 1) AND (char_length(channel) <= 200))),
  constraint notifications_pkey PRIMARY KEY (stream_id, id),
  constraint notifications_status_check CHECK ((status = ANY (ARRAY['pending'::text, 'sent'::text, 'dead'::text])))
);
CREATE INDEX notifications_due ON public.notifications USING btree (next_at) WHERE (status = 'pending'::text);
CREATE INDEX notifications_finished ON public.notifications USING btree (finished_at) WHERE (status <> 'pending'::text);
CREATE UNIQUE INDEX notifications_id ON public.notifications USING btree (id);
CREATE INDEX notifications_incident ON public.notifications USING btree (incident_id, channel, id);
CREATE INDEX notifications_open ON public.notifications USING btree (status, channel) WHERE (status <> 'sent'::text);
CREATE INDEX notifications_waiting ON public.notifications USING btree (channel, id) WHERE (status = 'pending'::text);

create view observations_raw as
 SELECT b.id * 16384 + e."position" AS id,
    event_time(e.event -> 'ts'::text) AS ts,
    s.service,
    s.endpoint,
    e.event ->> 'host'::text AS host,
    e.event::jsonb AS payload,
    b.stream_id,
    b.bucket,
    e.event
   FROM event_batches b
     JOIN streams s ON s.id = b.stream_id
     CROSS JOIN LATERAL json_array_elements(b.events::json) WITH ORDINALITY e(event, "position");

create table profile_parts (
  stream_id bigint not null,
  bucket timestamp with time zone not null,
  id bigint not null default nextval('profile_parts_id'::regclass),
  span integer not null,
  n integer not null,
  folded boolean not null default false,
  profile bytea storage external not null,
  constraint profile_parts_n_check CHECK ((n >= 0)),
  constraint profile_parts_pkey PRIMARY KEY (stream_id, bucket, id),
  constraint profile_parts_span_check CHECK ((span = ANY (ARRAY[60, 3600, 86400])))
);
CREATE UNIQUE INDEX profile_parts_stream_id ON public.profile_parts USING btree (stream_id, id);
CREATE INDEX profile_parts_unfolded ON public.profile_parts USING btree (span, bucket, stream_id) WHERE ((NOT folded) AND (span < 86400));

create table reports (
  stream_id bigint not null,
  id bigint not null generated always as identity,
  window_start timestamp with time zone not null,
  window_end timestamp with time zone not null,
  policy text not null,
  baseline_id bigint,
  generated_at timestamp with time zone not null,
  status text not null,
  body json,
  monitor_id bigint,
  revision integer not null default 1,
  evaluation json,
  constraint reports_answer_check CHECK (((evaluation IS NULL) <> (body IS NULL))),
  constraint reports_pkey PRIMARY KEY (stream_id, id),
  constraint reports_policy_check CHECK ((policy = ANY (ARRAY['calibrated'::text, 'classic'::text]))),
  constraint reports_revision_check CHECK ((revision >= 1)),
  constraint reports_status_check CHECK ((status = ANY (ARRAY['ok'::text, 'fail'::text])))
);
CREATE INDEX reports_end ON public.reports USING btree (window_end);
CREATE UNIQUE INDEX reports_question ON public.reports USING btree (stream_id, window_start, window_end, policy, COALESCE(baseline_id, (0)::bigint), COALESCE(monitor_id, (0)::bigint), revision);
CREATE INDEX reports_window_end ON public.reports USING btree (stream_id, window_end, id);

create table scheduled_tasks (
  name text not null,
  due_at timestamp with time zone not null,
  constraint scheduled_tasks_name_check CHECK (((char_length(name) >= 1) AND (char_length(name) <= 100))),
  constraint scheduled_tasks_pkey PRIMARY KEY (name)
);

create table schema_migrations (
  version integer not null,
  name text not null,
  checksum text not null,
  applied_at timestamp with time zone not null default now(),
  constraint schema_migrations_pkey PRIMARY KEY (version)
);

create table stream_features (
  stream_id bigint not null,
  path text not null,
  created_at timestamp with time zone not null default now(),
  ignored boolean not null default false
);
CREATE UNIQUE INDEX stream_features_path ON public.stream_features USING btree (stream_id, md5(path));

create table streams (
  id bigint not null generated always as identity,
  service text not null,
  endpoint text not null,
  created_at timestamp with time zone not null default now(),
  last_bucket timestamp with time zone,
  constraint streams_endpoint_check CHECK (((char_length(endpoint) >= 1) AND (char_length(endpoint) <= 512))),
  constraint streams_pkey PRIMARY KEY (id),
  constraint streams_service_check CHECK (((char_length(service) >= 1) AND (char_length(service) <= 512)))
);
CREATE UNIQUE INDEX streams_service_endpoint ON public.streams USING btree (md5(service), md5(endpoint));
