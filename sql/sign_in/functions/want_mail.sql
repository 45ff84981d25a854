create or replace function app_private.want_mail(
  template text,
  user_id bigint default null,
  purpose app_private.mail_purpose default null,
  invitation_id bigint default null,
  address app_public.mail_address default null,
  registration_id bigint default null
)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_id bigint;
begin
  insert into app_private.mails as m (
    template, purpose, user_id, invitation_id, address, registration_id
  )
  values (
    want_mail.template, want_mail.purpose, want_mail.user_id, want_mail.invitation_id,
    want_mail.address, want_mail.registration_id
  )
  returning m.id into v_id;
  perform app_private.emit(
    null, 'mail.wanted', 'mail:' || v_id,
    jsonb_build_object('mail_id', v_id::text, 'template', want_mail.template)
  );
end
$$;
comment on function app_private.want_mail(
  text, bigint, app_private.mail_purpose, bigint, app_public.mail_address, bigint
) is
  'Asks the worker for a mail: the event mail.wanted holds its number and template, no address '
  'and no token.';
grant execute on function app_private.want_mail(
  text, bigint, app_private.mail_purpose, bigint, app_public.mail_address, bigint
) to fluence_definer;
