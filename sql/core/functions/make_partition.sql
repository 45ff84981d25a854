-- Attached, not created in place: that would lock out readers and writers of the whole table.
create or replace function app_private.make_partition(parent regclass, moment timestamptz)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set timezone = 'UTC'
set datestyle = 'ISO'
as $$
declare
  v_from constant timestamptz := date_trunc('month', make_partition.moment);
  v_to constant timestamptz := v_from + interval '1 month';
  v_name constant text := app_private.partition_name(make_partition.parent, make_partition.moment);
begin
  if to_regclass(v_name) is not null then
    return;
  end if;
  execute format('lock table %s in share update exclusive mode', make_partition.parent);
  -- Again: whoever had the lock may have made it.
  if to_regclass(v_name) is not null then
    return;
  end if;
  execute format(
    'create table %s (like %s including defaults including constraints including storage)',
    v_name, make_partition.parent
  );
  execute format('alter table %s enable row level security', v_name);
  execute format('alter table %s force row level security', v_name);
  execute format(
    'alter table %s attach partition %s for values from (%L) to (%L)',
    make_partition.parent, v_name, v_from, v_to
  );
  perform app_private.guard_partition(v_name::regclass);
end
$$;
comment on function app_private.make_partition(regclass, timestamptz) is
  'Makes the partition of a month where there is none. Acts as the owner of the tables, because '
  'nobody else may attach one.';
grant execute on function app_private.make_partition(regclass, timestamptz) to fluence_definer;
