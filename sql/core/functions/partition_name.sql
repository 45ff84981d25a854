create or replace function app_private.partition_name(parent regclass, moment timestamptz)
returns text
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return (
    select format(
      'app_private.%I',
      c.relname || '_' || to_char(partition_name.moment at time zone 'UTC', 'YYYY_MM')
    )
    from pg_class as c
    where c.oid = partition_name.parent
  );
end
$$;
comment on function app_private.partition_name(regclass, timestamptz) is
  'The partition for a moment, for example app_private.audit_log_2030_01: months are those of UTC.';
grant execute on function app_private.partition_name(regclass, timestamptz) to fluence_definer;
