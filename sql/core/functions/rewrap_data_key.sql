create or replace function app_private.rewrap_data_key(
  ring bigint,
  purpose app_private.key_purpose,
  version integer,
  was bytea,
  wrapped bytea,
  master_key_id text
)
returns boolean
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  update app_private.data_keys as k
  set wrapped = rewrap_data_key.wrapped, master_key_id = rewrap_data_key.master_key_id
  where k.ring = rewrap_data_key.ring and k.purpose = rewrap_data_key.purpose
    and k.version = rewrap_data_key.version and k.wrapped = rewrap_data_key.was;
  return found;
end
$$;
comment on function app_private.rewrap_data_key(
  bigint, app_private.key_purpose, integer, bytea, bytea, text
) is
  'Writes a key as another master key has wrapped it; false if somebody else just did.';
grant execute on function app_private.rewrap_data_key(
  bigint, app_private.key_purpose, integer, bytea, bytea, text
) to fluence_server;
alter function app_private.rewrap_data_key(
  bigint, app_private.key_purpose, integer, bytea, bytea, text
) owner to fluence_definer;
