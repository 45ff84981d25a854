create or replace function app_private.read_data_keys(ring bigint)
returns table (
  purpose app_private.key_purpose,
  version integer,
  wrapped bytea,
  master_key_id text
)
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
  select k.purpose, k.version, k.wrapped, k.master_key_id
  from app_private.data_keys as k
  where k.ring = read_data_keys.ring
$$;
comment on function app_private.read_data_keys(bigint) is
  'All keys of a ring, as they are wrapped. For the server and the worker alone.';
grant execute on function app_private.read_data_keys(bigint) to fluence_server, fluence_worker;
alter function app_private.read_data_keys(bigint) owner to fluence_definer;
