-- Attached by app_private.audit_table(), which says what its arguments are. Rows are compared and
-- kept as JSON, so that one function serves every table.
create or replace function app_private.tg__audit()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_key constant text[] := TG_ARGV[0];
  v_organization constant text := TG_ARGV[1];
  v_masked constant text[] := TG_ARGV[2];
  v_ignored constant text[] := TG_ARGV[3];
  v_object constant text := TG_TABLE_SCHEMA || '.' || TG_TABLE_NAME;
  v_caller record;
begin
  select c.* into v_caller from app_private.audit_caller() as c;
  perform app_private.make_partition('app_public.audit_log', clock_timestamp());
  case TG_OP
    when 'INSERT' then
      insert into app_public.audit_log (
        series, organization_id, action, door, user_id, session_id, login, role, request_id,
        object, row_key, after
      )
      select
        app_private.audit_series(), nullif((r.image ->> v_organization)::bigint, 0), 'insert',
        v_caller.door, v_caller.user_id, v_caller.session_id, v_caller.login, v_caller.role,
        v_caller.request_id, v_object, app_private.audit_image(r.image, v_masked, v_key),
        app_private.audit_image(r.image, v_masked)
      from (select to_jsonb(n) as image from new_rows as n) as r;
    when 'DELETE' then
      insert into app_public.audit_log (
        series, organization_id, action, door, user_id, session_id, login, role, request_id,
        object, row_key, before
      )
      select
        app_private.audit_series(), nullif((r.image ->> v_organization)::bigint, 0), 'delete',
        v_caller.door, v_caller.user_id, v_caller.session_id, v_caller.login, v_caller.role,
        v_caller.request_id, v_object, app_private.audit_image(r.image, v_masked, v_key),
        app_private.audit_image(r.image, v_masked)
      from (select to_jsonb(o) as image from old_rows as o) as r;
    when 'UPDATE' then
      -- A row whose key changed is one that went and one that came.
      insert into app_public.audit_log (
        series, organization_id, action, door, user_id, session_id, login, role, request_id,
        object, row_key, before, after
      )
      select
        app_private.audit_series(),
        nullif((coalesce(n.image, o.image) ->> v_organization)::bigint, 0),
        case
          when o.image is null then 'insert'
          when n.image is null then 'delete'
          else 'update'
        end::app_public.audit_action,
        v_caller.door, v_caller.user_id, v_caller.session_id, v_caller.login, v_caller.role,
        v_caller.request_id, v_object,
        app_private.audit_image(coalesce(n.image, o.image), v_masked, v_key),
        app_private.audit_image(o.image, v_masked, c.columns),
        app_private.audit_image(n.image, v_masked, c.columns)
      from (
        select to_jsonb(o) as image, app_private.audit_image(to_jsonb(o), '{}', v_key) as key
        from old_rows as o
      ) as o
      full join (
        select to_jsonb(n) as image, app_private.audit_image(to_jsonb(n), '{}', v_key) as key
        from new_rows as n
      ) as n on n.key = o.key
      cross join lateral (
        select array_agg(e.key) as columns
        from jsonb_each(coalesce(o.image, n.image)) as e
        where o.image is null or n.image is null
          or n.image -> e.key <> o.image -> e.key and e.key <> all (v_ignored)
      ) as c
      where c.columns is not null;
    else
      insert into app_public.audit_log (
        series, action, door, user_id, session_id, login, role, request_id, object
      )
      values (
        app_private.audit_series(), 'truncate', v_caller.door, v_caller.user_id,
        v_caller.session_id, v_caller.login, v_caller.role, v_caller.request_id, v_object
      );
  end case;
  return null;
end
$$;
comment on function app_private.tg__audit() is
  'Writes to the audit log what a statement did to each row, and who it was. An update that '
  'changes nothing, or nothing worth an entry, writes nothing.';
alter function app_private.tg__audit() owner to fluence_definer;
-- Whoever owns the tables attaches it, room by room, when it is no longer the owner's own.
set local role fluence_definer;
grant execute on function app_private.tg__audit() to fluence_owner;
