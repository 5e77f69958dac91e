-- One word for one thing, in tables as in the code: docs/glossary.md.
alter table incidents rename column told to last_notification;
alter table incidents rename column ask_at to notify_at;
alter index incidents_ask rename to incidents_notify;

alter table incident_events rename to audit_log;
alter table audit_log rename constraint incident_events_pkey to audit_log_pkey;
alter sequence incident_events_id_seq rename to audit_log_id_seq;
update audit_log set what = 'notified_' || substr(what, length('told_') + 1) where what like 'told\_%';
