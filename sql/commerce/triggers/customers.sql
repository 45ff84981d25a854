create or replace function app_private.tg_customers__not_of_tomorrow()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if exists (
    select
    from (select n.brand_id, max(n.since) as since from new_rows as n group by n.brand_id) as l
    where l.since > app_private.brand_today(l.brand_id)
  ) then
    raise exception using
      errcode = 'FL301',
      message = 'A customer is known since a day that is yet to come.',
      hint = 'Give today or an earlier day.';
  end if;
  return null;
end
$$;
comment on function app_private.tg_customers__not_of_tomorrow() is
  'Refuses (FL301) a day after today, by the brand''s time zone. Asked when it is written: a check '
  'constraint must not depend on the clock.';

drop trigger if exists _300_added_not_of_tomorrow on app_public.customers;
create trigger _300_added_not_of_tomorrow
  after insert on app_public.customers
  referencing new table as new_rows
  for each statement execute function app_private.tg_customers__not_of_tomorrow();
drop trigger if exists _300_changed_not_of_tomorrow on app_public.customers;
create trigger _300_changed_not_of_tomorrow
  after update on app_public.customers
  referencing new table as new_rows
  for each statement execute function app_private.tg_customers__not_of_tomorrow();
alter function app_private.tg_customers__not_of_tomorrow() owner to fluence_definer;
