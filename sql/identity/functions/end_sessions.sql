create or replace function app_private.end_sessions(
  user_id bigint,
  family_id uuid default null,
  but_family_id uuid default null
)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  -- Who opens a session holds a share of this lock: none slips in between.
  perform from app_public.users as u where u.id = end_sessions.user_id for no key update;
  update app_private.sessions as s
  set revoked_at = statement_timestamp()
  where s.user_id = end_sessions.user_id
    and s.revoked_at is null
    and (end_sessions.family_id is null or s.family_id = end_sessions.family_id)
    and s.family_id is distinct from end_sessions.but_family_id;
end
$$;
comment on function app_private.end_sessions(bigint, uuid, uuid) is
  'Ends the sessions of a person: all, those of one sign-in, or all but those.';
grant execute on function app_private.end_sessions(bigint, uuid, uuid) to fluence_definer;
