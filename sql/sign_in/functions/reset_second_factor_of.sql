create or replace function app_private.reset_second_factor_of(mail text)
returns void
language plpgsql
volatile
strict
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_user_id bigint;
begin
  select a.user_id into v_user_id
  from app_private.user_accounts as a
  where a.mail_key = app_private.mail_key(reset_second_factor_of.mail);
  if not found then
    raise exception using
      errcode = 'FL002',
      message = 'Nobody has that address.',
      hint = 'Check the address.';
  end if;
  perform app_private.drop_second_factor(v_user_id);
end
$$;
comment on function app_private.reset_second_factor_of(text) is
  'Takes the second factor from whoever has an address, for the command line: who runs Fluence has '
  'made sure who asks.';
grant execute on function app_private.reset_second_factor_of(text) to fluence_server;
alter function app_private.reset_second_factor_of(text) owner to fluence_definer;
