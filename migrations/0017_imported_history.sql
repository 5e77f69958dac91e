-- What identifies a row that was imported from the history of another system, so that an import that is repeated adds nothing.
alter table coherence_history add column import_key text unique;
