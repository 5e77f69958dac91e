-- What grows may be on other servers than `streams`: docs/scaling.md. Nothing deletes a stream.
alter table stream_features drop constraint stream_features_stream_id_fkey;
alter table baselines drop constraint baselines_stream_id_fkey;
alter table monitors drop constraint monitors_stream_id_fkey;

-- Where to look for the newest event of a stream, and for the last run of a monitor: without them both would read a whole history.
alter table streams add column last_bucket timestamptz; -- the newest event is in this minute or later
alter table monitors add column last_slot timestamptz;
