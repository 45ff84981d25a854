create or replace function app_private.second_factor_remove(session_hash app_private.digest)
returns void
language plpgsql
volatile
strict
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_session app_private.sessions := app_private.live_session(second_factor_remove.session_hash);
begin
  if coalesce(v_session.second_factor_at < statement_timestamp() - interval '5 minutes', true) then
    raise exception using
      errcode = 'FL117',
      message = 'This asks for your second factor again.',
      hint = 'Give a new code, then try again within five minutes.';
  end if;
  if exists (
    select from app_public.memberships as m
    where m.user_id = v_session.user_id
      and m.ended_at is null
      and app_private.needs_second_factor(m.role)
  )
    -- A grant may have given such a role too.
    or exists (
      select from app_private.sessions as s
      where s.user_id = v_session.user_id
        and s.revoked_at is null
        and s.expires_at > statement_timestamp()
        and app_private.needs_second_factor(s.role)
    )
  then
    raise exception using
      errcode = 'FL118',
      message = 'Your role asks for a second factor.',
      hint = 'Set up another device instead.';
  end if;
  delete from app_private.recovery_codes as c where c.user_id = v_session.user_id;
  delete from app_private.second_factors as f where f.user_id = v_session.user_id;
  perform app_private.want_mail('second-factor-changed', user_id => v_session.user_id);
end
$$;
comment on function app_private.second_factor_remove(app_private.digest) is
  'Takes the second factor away from a person whose roles ask for none (else FL118), and who has '
  'just given it (else FL117).';
grant execute on function app_private.second_factor_remove(app_private.digest) to fluence_server;
alter function app_private.second_factor_remove(app_private.digest) owner to fluence_definer;
