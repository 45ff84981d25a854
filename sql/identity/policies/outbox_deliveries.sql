-- Admins see what is parked, through app_public.parked_events; they have no way into app_private.
drop policy if exists select_brand on app_private.outbox_deliveries;
create policy select_brand on app_private.outbox_deliveries
  for select to fluence_admin
  using (organization_id = (select app_public.current_brand_id()));
drop policy if exists select_platform on app_private.outbox_deliveries;
create policy select_platform on app_private.outbox_deliveries
  for select to fluence_admin
  using ((select app_private.acts_for_platform()));
-- For the command line.
drop policy if exists select_all on app_private.outbox_deliveries;
create policy select_all on app_private.outbox_deliveries
  for select to fluence_server using (true);
drop policy if exists maintain on app_private.outbox_deliveries;
create policy maintain on app_private.outbox_deliveries
  for all to fluence_definer using (true) with check (true);

grant select on app_private.outbox_deliveries to fluence_server, fluence_admin;
grant select, insert, update, delete on app_private.outbox_deliveries to fluence_definer;
