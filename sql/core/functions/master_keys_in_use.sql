create or replace function app_private.master_keys_in_use()
returns setof text
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
  select distinct k.master_key_id from app_private.data_keys as k order by k.master_key_id
$$;
comment on function app_private.master_keys_in_use() is
  'The ids of the master keys that keys are wrapped with: one, and two while they are renewed.';
grant execute on function app_private.master_keys_in_use() to fluence_server, fluence_worker;
alter function app_private.master_keys_in_use() owner to fluence_definer;
