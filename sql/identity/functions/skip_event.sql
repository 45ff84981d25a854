create or replace function app_public.skip_event(event_id bigint)
returns void
language plpgsql
volatile
strict
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if not app_private.is_own_event(skip_event.event_id)
    or not app_private.release_event(skip_event.event_id, replay => false)
  then
    raise exception using
      errcode = 'FL002',
      message = format('There is no parked event %s.', skip_event.event_id),
      hint = 'Check the id.';
  end if;
end
$$;
comment on function app_public.skip_event(bigint) is
  'Gives a parked event up for good; the next event of its key is worked off.';
grant execute on function app_public.skip_event(bigint) to fluence_admin;
alter function app_public.skip_event(bigint) owner to fluence_definer;
