create or replace function app_private.drop_second_factor(user_id bigint)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  -- The person first, as everybody who opens or ends sessions does.
  perform app_private.end_sessions(drop_second_factor.user_id);
  delete from app_private.second_factors as f where f.user_id = drop_second_factor.user_id;
  if not found then
    raise exception using
      errcode = 'FL002',
      message = 'This person has no second factor.',
      hint = 'Check who it is; a forgotten password is recovered by mail.';
  end if;
  delete from app_private.recovery_codes as c where c.user_id = drop_second_factor.user_id;
  perform app_private.want_mail(
    'second-factor-removed', user_id => drop_second_factor.user_id
  );
end
$$;
comment on function app_private.drop_second_factor(bigint) is
  'Takes the second factor and the recovery codes from a person who has lost both, ends all '
  'sessions, and says so by mail. FL002 if there is none.';
grant execute on function app_private.drop_second_factor(bigint) to fluence_definer;
