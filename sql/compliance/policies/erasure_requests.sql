drop policy if exists select_brand on app_public.erasure_requests;
create policy select_brand on app_public.erasure_requests
  for select to fluence_admin, fluence_auditor
  using (brand_id = (select app_public.current_brand_id()));
drop policy if exists maintain on app_public.erasure_requests;
create policy maintain on app_public.erasure_requests
  for all to fluence_definer using (true) with check (true);

grant select on app_public.erasure_requests to fluence_admin, fluence_auditor;
grant select, insert on app_public.erasure_requests to fluence_definer;
