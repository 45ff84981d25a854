-- A statement on a partition fires its own triggers, not those of the whole table.
create or replace function app_private.guard_partition(partition regclass)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_name name;
begin
  for v_name in
    select t.tgname
    from pg_inherits as i
    join pg_trigger as t on t.tgrelid = i.inhparent
    where i.inhrelid = guard_partition.partition
      and t.tgfoid = 'app_private.tg__append_only'::regproc
  loop
    execute format(
      'create or replace trigger %I before update or delete or truncate on %s '
      'for each statement execute function app_private.tg__append_only()',
      v_name, guard_partition.partition
    );
    execute format('alter table %s enable always trigger %I', guard_partition.partition, v_name);
  end loop;
end
$$;
comment on function app_private.guard_partition(regclass) is
  'Makes a partition append-only where its table is.';
