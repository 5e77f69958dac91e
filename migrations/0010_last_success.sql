-- When a fetch from a source last succeeded: the time of a failed try is no time of an ingest.
alter table coherence_fetch add column succeeded_at timestamptz;
update coherence_fetch set succeeded_at = at where ok;
