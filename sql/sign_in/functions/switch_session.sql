create or replace function app_private.switch_session(
  session_hash app_private.digest,
  membership_id bigint,
  agency_grant_id bigint,
  new_session_hash app_private.digest,
  refresh_hash app_private.digest
)
returns table (
  outcome text,
  session_id bigint,
  role text,
  acting_brand_id bigint,
  expires_at timestamptz
)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_old app_private.sessions := app_private.live_session(switch_session.session_hash);
  v_session app_private.sessions;
begin
  perform from app_public.users as u where u.id = v_old.user_id for share;
  -- Again: whoever held the lock may have ended it.
  v_old := app_private.live_session(switch_session.session_hash);
  v_session := app_private.open_person_session(
    v_old.user_id, switch_session.membership_id, switch_session.agency_grant_id, v_old.family_id,
    v_old.second_factor_at, switch_session.new_session_hash, switch_session.refresh_hash,
    v_old.device
  );
  return query
  select
    case when v_session.role is null then 'enrol' else 'signed_in' end,
    v_session.id,
    coalesce(v_session.role::text, 'visitor'),
    v_session.acting_brand_id,
    v_session.expires_at;
end
$$;
comment on function app_private.switch_session(
  app_private.digest, bigint, bigint, app_private.digest, app_private.digest
) is
  'Opens another session of the same sign-in, for another membership or for a brand that lets the '
  'agency act; the old one stays, for the other tab. FL002 for a place that is not in '
  'own_workplaces.';
grant execute on function app_private.switch_session(
  app_private.digest, bigint, bigint, app_private.digest, app_private.digest
) to fluence_server;
alter function app_private.switch_session(
  app_private.digest, bigint, bigint, app_private.digest, app_private.digest
) owner to fluence_definer;
