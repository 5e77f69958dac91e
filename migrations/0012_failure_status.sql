-- Which statuses are failures can be said from now on, and 5xx is the default. Levels from before keep what they promised: only 2xx is a
-- success. A default monitor says nothing of its own; its baseline does.
update baselines set slo = (slo::jsonb || '{"failureStatus": ["not 2xx"]}')::json;
update monitors m set spec = (
  select json_object_agg(field.key, field.value) from (
    select key, value from json_each(m.spec) where key <> 'slo'
    union all
    select 'slo', (coalesce((m.spec -> 'slo')::jsonb, '{}') || '{"failure_status": ["not 2xx"]}')::json
  ) field
) where origin <> 'default';
