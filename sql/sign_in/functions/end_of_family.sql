create or replace function app_private.end_of_family(family_id uuid)
returns timestamptz
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select min(s.created_at) + interval '90 days'
  from app_private.sessions as s
  where s.family_id = end_of_family.family_id
$$;
comment on function app_private.end_of_family(uuid) is
  'When a sign-in is over whatever was refreshed or switched to: 90 days after its first session. '
  'Null for one that begins.';
grant execute on function app_private.end_of_family(uuid) to fluence_definer;
