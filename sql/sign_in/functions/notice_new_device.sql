create or replace function app_private.notice_new_device(session app_private.sessions)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  if exists (
    select from app_private.sessions as s
    where s.user_id = (notice_new_device.session).user_id
    having count(*) > 1
      and not coalesce(
        bool_or(s.device = (notice_new_device.session).device)
          filter (where s.id <> (notice_new_device.session).id),
        false
      )
  ) then
    perform app_private.want_mail(
      'new-login-notice', user_id => (notice_new_device.session).user_id
    );
  end if;
end
$$;
comment on function app_private.notice_new_device(app_private.sessions) is
  'Sends a person a notice of a session that was opened with something not seen before.';
grant execute on function app_private.notice_new_device(app_private.sessions) to fluence_definer;
