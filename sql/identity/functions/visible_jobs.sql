create or replace function app_private.visible_jobs()
returns table (
  id bigint,
  organization_id bigint,
  task text,
  key text,
  state text,
  attempts smallint,
  max_attempts smallint,
  run_at timestamptz,
  created_at timestamptz,
  error_code text
)
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
  select
    j.id, j.organization_id, j.task, j.key, j.state, j.attempts, j.max_attempts, j.run_at,
    j.created_at, j.error_code
  from app_private.list_jobs() as j
  where j.organization_id = (select app_public.current_brand_id())
    or (select app_private.acts_for_platform())
$$;
comment on function app_private.visible_jobs() is
  'The jobs that the calling admin may see: those of the brand, or all for the platform''s.';
grant execute on function app_private.visible_jobs() to fluence_admin;
alter function app_private.visible_jobs() owner to fluence_definer;
