create or replace function app_public.require_reader(reason text)
returns void
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform app_private.acting_reader(require_reader.reason);
end
$$;
comment on function app_public.require_reader(text) is
  E'@behavior -*\nRefuses whoever may not open personal data, or does not say why. The server asks '
  'before it looks at what is to be found, or touches a key. FL102, FL103, FL001 or FL303.';
grant execute on function app_public.require_reader(text) to fluence_admin;
alter function app_public.require_reader(text) owner to fluence_definer;
