drop trigger if exists _100_fill_brand on app_public.products;
create trigger _100_fill_brand
  before insert on app_public.products
  for each row execute function app_private.tg__fill_brand();
