create or replace function app_private.ended_sessions(handles text[])
returns setof text
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
  select h.handle
  from unnest(ended_sessions.handles) as h (handle)
  where not exists (select from app_private.check_session(h.handle))
$$;
comment on function app_private.ended_sessions(text[]) is
  'Those of the given sessions that are over, so that the server hangs up on them.';
grant execute on function app_private.ended_sessions(text[]) to fluence_server;
alter function app_private.ended_sessions(text[]) owner to fluence_definer;
