create or replace function lint.code_of(function_oid oid)
returns text
language sql
stable
begin atomic
  select regexp_replace(
    regexp_replace(
      coalesce(pg_catalog.pg_get_function_sqlbody(p.oid), p.prosrc),
      '/\*.*?\*/', '', 'g'
    ),
    '--[^\n]*', '', 'g'
  )
  from pg_catalog.pg_proc as p
  where p.oid = code_of.function_oid;
end;
comment on function lint.code_of(oid) is 'The body of a function without its comments.';
