create or replace function app_private.channel_of(organization_id bigint)
returns text
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_key uuid := (select k.key from app_private.channel_key as k);
begin
  return 'fluence_' || left(
    encode(sha256(convert_to(v_key || ':' || channel_of.organization_id, 'UTF8')), 'hex'), 40
  );
end
$$;
comment on function app_private.channel_of(bigint) is
  'The channel on which the changes of an organization are told. Only who may ask can listen.';
grant execute on function app_private.channel_of(bigint) to fluence_server, fluence_definer;
alter function app_private.channel_of(bigint) owner to fluence_definer;
