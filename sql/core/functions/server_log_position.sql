create or replace function app_private.server_log_position()
returns table (file_id text, "position" bigint, read_at timestamptz)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
  select encode(p.file_id, 'hex'), p.position, p.read_at
  from app_private.server_log_positions as p;
end
$$;
comment on function app_private.server_log_position() is
  'How far PostgreSQL''s own log was read for refusals.';
grant execute on function app_private.server_log_position() to fluence_worker;
alter function app_private.server_log_position() owner to fluence_definer;
