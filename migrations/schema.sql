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
  constraint baselines_samples_check CHECK ((samples >= 0)),
  constraint baselines_stream_id_fkey FOREIGN KEY (stream_id) REFERENCES streams(id)
);
CREATE UNIQUE INDEX baselines_one_active ON public.baselines USING btree (stream_id) WHERE active;
CREATE INDEX baselines_stream ON public.baselines USING btree (stream_id, id);

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

create table ingest_keys (
  key text not null,
  body_hash bytea not null,
  answer text not null,
  created_at timestamp with time zone not null default now(),
  constraint ingest_keys_key_check CHECK (((char_length(key) >= 1) AND (char_length(key) <= 255))),
  constraint ingest_keys_pkey PRIMARY KEY (key)
);
CREATE INDEX ingest_keys_created_at ON public.ingest_keys USING btree (created_at);

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
  baseline_id bigint not null,
  generated_at timestamp with time zone not null,
  status text not null,
  body json not null,
  constraint reports_pkey PRIMARY KEY (stream_id, id),
  constraint reports_policy_check CHECK ((policy = ANY (ARRAY['calibrated'::text, 'classic'::text]))),
  constraint reports_status_check CHECK ((status = ANY (ARRAY['ok'::text, 'fail'::text]))),
  constraint reports_stream_id_window_start_window_end_policy_baseline_i_key UNIQUE (stream_id, window_start, window_end, policy, baseline_id)
);
CREATE INDEX reports_window_end ON public.reports USING btree (stream_id, window_end, id);

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
  constraint stream_features_stream_id_fkey FOREIGN KEY (stream_id) REFERENCES streams(id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX stream_features_path ON public.stream_features USING btree (stream_id, md5(path));

create table streams (
  id bigint not null generated always as identity,
  service text not null,
  endpoint text not null,
  created_at timestamp with time zone not null default now(),
  constraint streams_endpoint_check CHECK (((char_length(endpoint) >= 1) AND (char_length(endpoint) <= 512))),
  constraint streams_pkey PRIMARY KEY (id),
  constraint streams_service_check CHECK (((char_length(service) >= 1) AND (char_length(service) <= 512)))
);
CREATE UNIQUE INDEX streams_service_endpoint ON public.streams USING btree (md5(service), md5(endpoint));
