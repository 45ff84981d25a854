-- Nobody reads the list but the functions that ask who is calling; admins see their organization's
-- through app_public.database_logins.
drop policy if exists maintain on app_private.database_logins;
create policy maintain on app_private.database_logins
  for all to fluence_definer using (true) with check (true);

grant select, insert, update (revoked_at, last_used_at) on app_private.database_logins
  to fluence_definer;
