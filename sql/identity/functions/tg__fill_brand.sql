create or replace function app_private.tg__fill_brand()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  if NEW.brand_id is null then
    NEW.brand_id := app_public.current_brand_id();
    if NEW.brand_id is null then
      raise exception using
        errcode = 'FL001',
        message = 'You do not act for a brand.',
        hint = 'Sign in and choose a brand.';
    end if;
  end if;
  return NEW;
end
$$;
comment on function app_private.tg__fill_brand() is
  'Gives a new row the caller''s brand, so that nobody has to be allowed to name one.';
