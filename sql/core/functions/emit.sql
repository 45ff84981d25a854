-- Events of one key are worked off in the order of their numbers, so the number must be taken
-- while the thing that the key names is locked. In a trigger on its row it is, until the
-- transaction ends: so whoever changes it next takes a higher number and commits later.
create or replace function app_private.emit(
  organization_id bigint,
  topic text,
  key text,
  payload jsonb
)
returns void
language sql
volatile
set search_path = pg_catalog, pg_temp
as $$
  insert into app_private.outbox (organization_id, topic, key, payload)
  values (emit.organization_id, emit.topic, emit.key, emit.payload)
$$;
comment on function app_private.emit(bigint, text, text, jsonb) is
  'Writes an event that the worker gets when this transaction has committed. For functions with '
  'rights of their own; triggers on many rows write to the outbox themselves.';
grant execute on function app_private.emit(bigint, text, text, jsonb) to fluence_definer;
