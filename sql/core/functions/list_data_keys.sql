create or replace function app_private.list_data_keys()
returns table (
  ring bigint,
  purpose app_private.key_purpose,
  version integer,
  wrapped bytea,
  master_key_id text,
  created_at timestamptz
)
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
  select k.ring, k.purpose, k.version, k.wrapped, k.master_key_id, k.created_at
  from app_private.data_keys as k
  order by k.ring, k.purpose, k.version
$$;
comment on function app_private.list_data_keys() is
  'All keys of all rings, as they are wrapped. For the command line.';
grant execute on function app_private.list_data_keys() to fluence_server;
alter function app_private.list_data_keys() owner to fluence_definer;
