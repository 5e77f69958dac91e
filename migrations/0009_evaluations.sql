-- What is stored is the evaluation, versioned and typed; the report's JSON is made of it when it is asked for. Rows from before keep theirs.
alter table reports add column evaluation json;
alter table reports alter column body drop not null;
alter table reports add constraint reports_answer_check check ((evaluation is null) <> (body is null));
