drop policy if exists select_organization on app_public.invitations;
create policy select_organization on app_public.invitations
  for select to fluence_admin
  using (organization_id = (select app_public.current_organization_id()));
drop policy if exists maintain on app_public.invitations;
create policy maintain on app_public.invitations
  for all to fluence_definer using (true) with check (true);

grant select on app_public.invitations to fluence_admin;
grant select, insert, update (accepted_at, accepted_by, revoked_at), delete
  on app_public.invitations to fluence_definer;
