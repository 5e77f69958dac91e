-- What is watched: one row per (service, endpoint). Keys are md5 hashes because 512 characters of UTF-8 outgrow a btree entry.
create table streams (
  id bigint generated always as identity primary key,
  service text not null check (char_length(service) between 1 and 512),
  endpoint text not null check (char_length(endpoint) between 1 and 512),
  created_at timestamptz not null default now()
);
create unique index streams_service_endpoint on streams (md5(service), md5(endpoint));

create table stream_features (
  stream_id bigint not null references streams (id) on delete cascade,
  path text not null,
  created_at timestamptz not null default now()
);
create unique index stream_features_path on stream_features (stream_id, md5(path));
