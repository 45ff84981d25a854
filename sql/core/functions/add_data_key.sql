create or replace function app_private.add_data_key(
  ring bigint,
  purpose app_private.key_purpose,
  version integer,
  wrapped bytea,
  master_key_id text
)
returns boolean
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_in_use text;
begin
  -- Two servers with two master keys would lock each other out; and of two that make the first
  -- key of a ring at once, the second finds it.
  lock table app_private.data_keys in share row exclusive mode;
  select min(k.master_key_id) into v_in_use
  from app_private.data_keys as k
  having not bool_or(k.master_key_id = add_data_key.master_key_id);
  if v_in_use is not null then
    raise exception using
      errcode = 'FL006',
      message = format(
        'The master key %s is wanted; %s is another one.', v_in_use, add_data_key.master_key_id
      ),
      hint = 'Give every server of this database the same FLUENCE_MASTER_KEY.';
  end if;
  if add_data_key.version <> 1 + coalesce(
    (
      select max(k.version)
      from app_private.data_keys as k
      where k.ring = add_data_key.ring and k.purpose = add_data_key.purpose
    ),
    0
  ) then
    return false;
  end if;
  insert into app_private.data_keys (ring, purpose, version, wrapped, master_key_id)
  values (
    add_data_key.ring, add_data_key.purpose, add_data_key.version, add_data_key.wrapped,
    add_data_key.master_key_id
  );
  return true;
end
$$;
comment on function app_private.add_data_key(
  bigint, app_private.key_purpose, integer, bytea, text
) is
  'Adds the next key of a ring; false if somebody else just did. Its master key must be one that '
  'is in use.';
grant execute on function app_private.add_data_key(
  bigint, app_private.key_purpose, integer, bytea, text
) to fluence_server, fluence_worker;
alter function app_private.add_data_key(
  bigint, app_private.key_purpose, integer, bytea, text
) owner to fluence_definer;
