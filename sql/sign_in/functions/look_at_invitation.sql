create or replace function app_private.look_at_invitation(token_hash app_private.digest)
returns table (
  organization_name text,
  role app_public.user_role_enum,
  mail text,
  has_account boolean
)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
  select o.name, i.role, k.mail::text, a.user_id is not null
  from app_private.mail_tokens as t
  join app_private.mails as m on m.id = t.mail_id and m.purpose = 'invite'
  join app_public.invitations as i on i.id = m.invitation_id
  join app_private.invitation_mails as k on k.invitation_id = i.id
  join app_public.organizations as o on o.id = i.organization_id
  left join app_private.user_accounts as a on a.mail_key = k.mail_key
  where t.token_hash = look_at_invitation.token_hash
    and t.used_at is null
    and t.expires_at > statement_timestamp()
    and i.expires_at > statement_timestamp()
    and i.accepted_at is null
    and i.revoked_at is null;
  if not found then
    raise exception using
      errcode = 'FL115',
      message = 'This link does not work any more.',
      hint = 'Ask for another mail.';
  end if;
end
$$;
comment on function app_private.look_at_invitation(app_private.digest) is
  'What an invitation is for, to who holds its token: whether it is for an account that is there, '
  'or a name and a password must be given. FL115 if it is void.';
grant execute on function app_private.look_at_invitation(app_private.digest) to fluence_server;
alter function app_private.look_at_invitation(app_private.digest) owner to fluence_definer;
