create or replace function app_private.audit_table(
  audited regclass,
  organization_column name,
  ignored text[] default '{}',
  imported boolean default false,
  rekeyed boolean default false
)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  -- The primary key, or another one that names a row where that is a secret.
  v_key constant text[] := (
    select c.names
    from pg_constraint as k
    cross join lateral (
      select
        array_agg(a.attname::text order by u.position) as names,
        bool_and(a.attnotnull) as is_known
      from unnest(k.conkey) with ordinality as u (attnum, position)
      join pg_attribute as a on a.attrelid = k.conrelid and a.attnum = u.attnum
    ) as c
    where k.conrelid = audit_table.audited and k.contype in ('p', 'u') and c.is_known
    order by
      c.names && app_private.masked_columns(audit_table.audited),
      k.contype <> 'p',
      k.conname
    limit 1
  );
  v_call constant text := format(
    'for each statement %%s execute function app_private.tg__audit(%L, %L, %L, %L)',
    v_key,
    coalesce(audit_table.organization_column, ''),
    app_private.masked_columns(audit_table.audited),
    audit_table.ignored
  );
begin
  execute format(
    'create or replace trigger _400_audit_insert after insert on %s '
    'referencing new table as new_rows ' || v_call,
    audit_table.audited,
    case
      when audit_table.imported then
        'when (session_user <> ''fluence_server'' '
        'or coalesce(current_setting(''fluence.import_run'', true), '''') = '''')'
      else ''
    end
  );
  execute format(
    'create or replace trigger _400_audit_update after update on %s '
    'referencing old table as old_rows new table as new_rows ' || v_call,
    audit_table.audited,
    case
      when audit_table.rekeyed then
        'when (session_user not in (''fluence_server'', ''fluence_worker'') '
        'or coalesce(current_setting(''fluence.new_key'', true), '''') = '''')'
      else ''
    end
  );
  execute format(
    'create or replace trigger _400_audit_delete after delete on %s '
    'referencing old table as old_rows ' || v_call,
    audit_table.audited, ''
  );
  execute format(
    'create or replace trigger _400_audit_truncate after truncate on %s ' || v_call,
    audit_table.audited, ''
  );
end
$$;
comment on function app_private.audit_table(regclass, name, text[], boolean, boolean) is
  'Attaches the audit log to a table. Named are the column that tells whose a row is (null: '
  'nobody''s), columns whose change alone is not worth an entry (they stand in those of other '
  'changes), and whether rows that an import '
  'adds are covered by the entry of its run (fluence.import_run, set by the server''s own login), '
  'and whether what is sealed with a new key is by the entry of that key (fluence.new_key, set by '
  'app_private.renew_sealed_rows()).';
