create or replace function app_private.second_factor_confirm(
  attempt_id bigint,
  session_hash app_private.digest,
  step bigint,
  code_hashes bytea[]
)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_session app_private.sessions := app_private.live_session(second_factor_confirm.session_hash);
  v_attempt app_private.login_attempts;
begin
  v_attempt := app_private.take_attempt(
    second_factor_confirm.attempt_id, 'second_factor', second_factor_confirm.step is not null
  );
  -- The person first, as everybody who opens or ends sessions does.
  perform app_private.end_sessions(v_session.user_id, but_family_id => v_session.family_id);
  update app_private.second_factors as f
  set
    secret = f.wanted_secret, wanted_secret = null, confirmed_at = statement_timestamp(),
    last_step = second_factor_confirm.step
  where f.user_id = v_session.user_id
    and v_attempt.session_id = v_session.id
    and sha256(f.wanted_secret) = v_attempt.secret_hash;
  if not found then
    raise exception using
      errcode = 'FL114',
      message = 'The code is wrong.',
      hint = 'Begin again.';
  end if;
  delete from app_private.recovery_codes as c where c.user_id = v_session.user_id;
  insert into app_private.recovery_codes (user_id, code_hash)
  select v_session.user_id, h.code_hash
  from unnest(second_factor_confirm.code_hashes) as h (code_hash);

  update app_private.sessions as s
  set second_factor_at = statement_timestamp()
  where s.family_id = v_session.family_id and s.revoked_at is null;
  -- Sessions that waited for it get the role that they stand on.
  update app_private.sessions as s
  set
    organization_id = m.organization_id,
    role = coalesce(w.role, m.role),
    acting_brand_id = coalesce(w.for_brand_id, case o.kind when 'brand' then o.id end)
  from app_private.sessions as waiting
  join app_public.memberships as m on m.id = waiting.membership_id
  join app_public.organizations as o on o.id = m.organization_id
  left join app_public.agency_grants as w
    on w.id = waiting.agency_grant_id and w.agency_id = m.organization_id
  where waiting.id = s.id
    and s.family_id = v_session.family_id
    and s.revoked_at is null
    and s.role is null
    and w.id is not distinct from waiting.agency_grant_id;
  perform app_private.want_mail('second-factor-changed', user_id => v_session.user_id);
end
$$;
comment on function app_private.second_factor_confirm(
  bigint, app_private.digest, bigint, bytea[]
) is
  'Sets up the new second factor after its first code, with new recovery codes; FL114 if the code '
  'was wrong. Sessions elsewhere end; this sign-in gets the role that waited for it.';
grant execute on function app_private.second_factor_confirm(
  bigint, app_private.digest, bigint, bytea[]
) to fluence_server;
alter function app_private.second_factor_confirm(bigint, app_private.digest, bigint, bytea[])
  owner to fluence_definer;
