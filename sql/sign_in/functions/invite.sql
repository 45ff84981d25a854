create or replace function app_public.invite(
  mail app_public.mail_address,
  role app_public.user_role_enum
)
returns app_public.invitations
language plpgsql
volatile
strict
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_admin app_private.current_session := app_private.acting_admin();
  v_mail_key text := app_private.mail_key(invite.mail);
  v_invitation app_public.invitations;
begin
  perform app_private.count_attempt(
    'invitation', app_private.key_of_account('organization:' || v_admin.organization_id), null
  );
  if exists (
    select from app_private.user_accounts as a
    join app_public.memberships as m on m.user_id = a.user_id
    where a.mail_key = v_mail_key
      and m.organization_id = v_admin.organization_id
      and m.ended_at is null
  ) then
    raise exception using
      errcode = 'FL121',
      message = 'This person is a member already.',
      hint = 'Change the role instead.';
  end if;
  update app_public.invitations as i
  set revoked_at = statement_timestamp()
  from app_private.invitation_mails as k
  where k.invitation_id = i.id
    and k.mail_key = v_mail_key
    and i.organization_id = v_admin.organization_id
    and i.accepted_at is null
    and i.revoked_at is null;
  insert into app_public.invitations as i (organization_id, role, invited_by, expires_at)
  values (
    v_admin.organization_id, invite.role, v_admin.user_id,
    now() + app_private.token_lifetime('invite')
  )
  returning i.* into v_invitation;
  insert into app_private.invitation_mails (invitation_id, mail, mail_key)
  values (v_invitation.id, invite.mail, v_mail_key);
  perform app_private.want_mail(
    'invitation', purpose => 'invite', invitation_id => v_invitation.id
  );
  return v_invitation;
end
$$;
comment on function app_public.invite(app_public.mail_address, app_public.user_role_enum) is
  'Invites somebody by mail into the organization of the calling admin, in a role; an earlier '
  'invitation to that address is taken back. It does not tell whether the address is known '
  'elsewhere. FL121 for a member.';
grant execute on function app_public.invite(app_public.mail_address, app_public.user_role_enum)
  to fluence_admin;
alter function app_public.invite(app_public.mail_address, app_public.user_role_enum)
  owner to fluence_definer;
