create or replace function app_public.replay_event(event_id bigint)
returns void
language plpgsql
volatile
strict
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if not app_private.is_own_event(replay_event.event_id)
    or not app_private.release_event(replay_event.event_id, replay => true)
  then
    raise exception using
      errcode = 'FL002',
      message = format('There is no parked event %s.', replay_event.event_id),
      hint = 'Check the id.';
  end if;
end
$$;
comment on function app_public.replay_event(bigint) is
  'Tries a parked event again, from the first attempt on; then its key goes on.';
grant execute on function app_public.replay_event(bigint) to fluence_admin;
alter function app_public.replay_event(bigint) owner to fluence_definer;
