-- Nobody reads sessions but the functions that ask who is calling; people see their own through
-- app_public.own_sessions, admins the API keys through app_public.api_keys.
drop policy if exists maintain on app_private.sessions;
create policy maintain on app_private.sessions
  for all to fluence_definer using (true) with check (true);

grant
  select,
  insert,
  update (
    organization_id, acting_brand_id, role, expires_at, revoked_at, last_used_at, second_factor_at
  ),
  delete
  on app_private.sessions to fluence_definer;
