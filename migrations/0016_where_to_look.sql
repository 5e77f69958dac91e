-- On its own, because it takes a while: no table is locked meanwhile.
update streams s set last_bucket = (select max(bucket) from event_batches b where b.stream_id = s.id);
update monitors m set last_slot = (select max(slot) from monitor_runs r where r.stream_id = m.stream_id and r.monitor_id = m.id);
