create or replace function app_private.list_audit_seals(after_block bigint)
returns table (block bigint, hash text, rows integer, sealed_at timestamptz)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
  select s.block, encode(s.hash, 'hex'), s.row_count, s.sealed_at
  from app_private.audit_seals as s
  where s.block > list_audit_seals.after_block
  order by s.block
  limit 1000;
end
$$;
comment on function app_private.list_audit_seals(bigint) is
  'The seals after a block, a thousand at a time: what the worker writes outside the database.';
grant execute on function app_private.list_audit_seals(bigint) to fluence_worker;
alter function app_private.list_audit_seals(bigint) owner to fluence_definer;
