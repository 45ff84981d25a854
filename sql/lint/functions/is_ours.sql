create or replace function lint.is_ours(schema_oid oid)
returns boolean
language sql
stable
begin atomic
  select is_ours.schema_oid = any (
    array[
      'app_public'::regnamespace, 'app_hidden'::regnamespace, 'app_private'::regnamespace,
      'reporting'::regnamespace, 'staff'::regnamespace, 'lint'::regnamespace
    ]::oid[]
  );
end;
comment on function lint.is_ours(oid) is
  'Whether a schema is one of the house''s: those are the ones that the rules are for.';
