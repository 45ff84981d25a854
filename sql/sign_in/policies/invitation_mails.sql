-- Admins see these addresses through app_public.open_invitations.
drop policy if exists maintain on app_private.invitation_mails;
create policy maintain on app_private.invitation_mails
  for all to fluence_definer using (true) with check (true);

grant select, insert, update, delete on app_private.invitation_mails to fluence_definer;
