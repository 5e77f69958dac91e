-- Only the hash of a key is kept; the key itself is shown once, when it is made.
create table api_keys (
  id bigint generated always as identity primary key,
  name text not null check (char_length(name) between 1 and 200),
  scope text not null check (scope in ('ingest', 'read', 'admin')),
  hash bytea not null unique,
  created_at timestamptz not null default now(),
  revoked_at timestamptz
);
