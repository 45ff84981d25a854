create or replace function app_private.take_mail(mail_id bigint, token_hash app_private.digest)
returns table (
  address text,
  name text,
  template text,
  locale text,
  organization_name text,
  role text,
  inviter text,
  wanted_at timestamptz,
  expires_at timestamptz
)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_mail app_private.mails;
  v_expires_at timestamptz;
begin
  select m.* into v_mail
  from app_private.mails as m
  where m.id = take_mail.mail_id and m.sent_at is null
  for update;
  if not found then
    return;
  end if;
  if v_mail.purpose is not null then
    v_expires_at := now() + app_private.token_lifetime(v_mail.purpose);
    insert into app_private.mail_tokens (token_hash, mail_id, expires_at)
    values (take_mail.token_hash, v_mail.id, v_expires_at);
  end if;
  return query
  select
    coalesce(v_mail.address, a.mail, k.mail, r.mail)::text,
    coalesce(u.display_name, r.display_name)::text,
    v_mail.template,
    coalesce(u.locale, r.locale, 'en')::text,
    o.name,
    i.role::text,
    b.display_name::text,
    v_mail.created_at,
    v_expires_at
  from (select) as nothing
  left join app_public.users as u on u.id = v_mail.user_id
  left join app_private.user_accounts as a on a.user_id = u.id
  left join app_public.invitations as i on i.id = v_mail.invitation_id
  left join app_private.invitation_mails as k on k.invitation_id = i.id
  left join app_public.organizations as o on o.id = i.organization_id
  left join app_public.users as b on b.id = i.invited_by
  left join app_private.registrations as r on r.id = v_mail.registration_id
  where coalesce(v_mail.address, a.mail, k.mail, r.mail) is not null and i.revoked_at is null;
end
$$;
comment on function app_private.take_mail(bigint, app_private.digest) is
  'What the worker needs to send a mail, which takes the token whose hash it brings; no row if '
  'there is nothing to send any more. It may be asked again when sending failed: with another '
  'token.';
grant execute on function app_private.take_mail(bigint, app_private.digest) to fluence_worker;
alter function app_private.take_mail(bigint, app_private.digest) owner to fluence_definer;
