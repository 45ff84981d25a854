create or replace function app_private.accept_invitation(
  token_hash app_private.digest,
  display_name app_public.person_name default null,
  locale app_public.locale_code default null,
  password_hash app_private.password_hash default null
)
returns bigint
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_mail app_private.mails := app_private.take_token(
    accept_invitation.token_hash, array['invite']::app_private.mail_purpose[]
  );
  v_invitation app_public.invitations;
  v_address app_private.invitation_mails;
  v_user_id bigint;
begin
  select i.* into v_invitation
  from app_public.invitations as i
  where i.id = v_mail.invitation_id
    and i.expires_at > statement_timestamp()
    and i.accepted_at is null
    and i.revoked_at is null
  for update;
  if not found then
    raise exception using
      errcode = 'FL115',
      message = 'This link does not work any more.',
      hint = 'Ask for another mail.';
  end if;
  select k.* into strict v_address
  from app_private.invitation_mails as k
  where k.invitation_id = v_invitation.id;
  perform app_private.lock_address(v_address.mail_key);
  select a.user_id into v_user_id
  from app_private.user_accounts as a
  where a.mail_key = v_address.mail_key;
  if not found then
    if num_nulls(
      accept_invitation.display_name, accept_invitation.locale, accept_invitation.password_hash
    ) > 0
    then
      raise exception using
        errcode = 'FL116',
        message = 'Nobody with this address has an account yet.',
        hint = 'Accept with a name and a password.';
    end if;
    v_user_id := app_private.create_account(
      v_address.mail, accept_invitation.display_name, accept_invitation.locale,
      accept_invitation.password_hash
    );
  end if;
  perform app_private.add_member(v_invitation.organization_id, v_user_id, v_invitation.role);
  update app_public.invitations as i
  set accepted_at = statement_timestamp(), accepted_by = v_user_id
  where i.id = v_invitation.id;
  delete from app_private.invitation_mails as k where k.invitation_id = v_invitation.id;
  return v_user_id;
end
$$;
comment on function app_private.accept_invitation(
  app_private.digest, app_public.person_name, app_public.locale_code, app_private.password_hash
) is
  'Accepts an invitation by the token of its mail and returns the person, who is now a member: '
  'the account of that address, or a new one with the given name and password. FL115 if it is '
  'void. Nobody is signed in by it.';
grant execute on function app_private.accept_invitation(
  app_private.digest, app_public.person_name, app_public.locale_code, app_private.password_hash
) to fluence_server;
alter function app_private.accept_invitation(
  app_private.digest, app_public.person_name, app_public.locale_code, app_private.password_hash
) owner to fluence_definer;
