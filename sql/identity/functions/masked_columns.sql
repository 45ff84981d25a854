-- Whoever adds a column of such a type or name need not think of the audit log.
create or replace function app_private.masked_columns(relation regclass)
returns text[]
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return array(
    select a.attname::text
    from pg_attribute as a
    join pg_type as t on t.oid = a.atttypid
    where a.attrelid = masked_columns.relation and a.attnum > 0 and not a.attisdropped
      and (
        'bytea'::regtype in (t.oid, t.typbasetype)
        or t.oid::regtype::text in (
          'app_public.person_name', 'app_public.mail_address', 'app_private.password_hash'
        )
        or 'text'::regtype in (t.oid, t.typbasetype)
          and a.attname ~ '(^|_)(mail|phone|address|iban|password|secret|token|mask)(_|$)'
      )
    order by a.attname
  );
end
$$;
comment on function app_private.masked_columns(regclass) is
  'The columns of a table that the audit log must not hold: personal data and secrets, known by '
  'their types (bytea and what is made of it, names, addresses) or by their names.';
