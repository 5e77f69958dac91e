-- Paths that came when the stream had all the features that it may have: they are stored in events and not profiled.
alter table stream_features add column ignored boolean not null default false;
