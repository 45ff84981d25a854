create or replace function app_private.make_partitions()
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_parent regclass;
  v_partition regclass;
begin
  for v_parent in
    select c.oid
    from pg_class as c
    join pg_namespace as n on n.oid = c.relnamespace
    where c.relkind = 'p' and n.nspname in ('app_public', 'app_hidden', 'app_private')
    order by n.nspname, c.relname
  loop
    for i in 0..12 loop
      perform app_private.make_partition(v_parent, now() + make_interval(months => i));
    end loop;
    -- The loader has taken their triggers away, and this gives them back.
    for v_partition in
      select h.inhrelid from pg_inherits as h where h.inhparent = v_parent
    loop
      perform app_private.guard_partition(v_partition);
    end loop;
  end loop;
end
$$;
comment on function app_private.make_partitions() is
  'Makes the partitions of this month and the next twelve, of every table that has them. Called '
  'at each start and once a day.';
grant execute on function app_private.make_partitions() to fluence_worker;
