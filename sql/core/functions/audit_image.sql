create or replace function app_private.audit_image(
  image jsonb,
  masked text[],
  columns text[] default null
)
returns jsonb
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  if audit_image.columns is null and audit_image.masked = '{}' then
    return audit_image.image;
  end if;
  return (
    select jsonb_object_agg(
      e.key,
      case
        when e.value <> 'null' and e.key = any (audit_image.masked) then '"***"'
        else e.value
      end
    )
    from jsonb_each(audit_image.image) as e
    where audit_image.columns is null or e.key = any (audit_image.columns)
  );
end
$$;
comment on function app_private.audit_image(jsonb, text[], text[]) is
  'A row as the audit log keeps it: some columns or all, those that are masked as "***" where '
  'they hold a value.';
grant execute on function app_private.audit_image(jsonb, text[], text[]) to fluence_definer;
