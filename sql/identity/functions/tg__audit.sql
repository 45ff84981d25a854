-- Attached by app_private.audit_table(), which says what its arguments are. Rows are compared and
-- kept as JSON, so that one function serves every table. It runs with each write, so each row is
-- made JSON once, and what is the same for all rows is asked once.
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
  v_series constant integer := (select max(s.series) from app_private.audit_series as s);
  v_month constant text := to_char(clock_timestamp() at time zone 'UTC', 'YYYY_MM');
  v_caller record;
begin
  if to_regclass('app_private.audit_log_' || v_month) is null then
    perform app_private.make_partition('app_public.audit_log', clock_timestamp());
  end if;
  select c.* into v_caller from app_private.audit_caller() as c;
  case TG_OP
    when 'INSERT' then
      insert into app_public.audit_log (
        series, organization_id, action, door, user_id, session_id, login, role, request_id,
        object, row_key, after
      )
      with rows as materialized (select to_jsonb(n) as image from new_rows as n)
      select
        v_series, nullif((r.image ->> v_organization)::bigint, 0), 'insert',
        v_caller.door, v_caller.user_id, v_caller.session_id, v_caller.login, v_caller.role,
        v_caller.request_id, v_object, k.row_key, i.image
      from rows as r
      cross join lateral (
        select jsonb_object_agg(
          c.name, case when c.name = any (v_masked) then '"***"' else r.image -> c.name end
        ) as row_key
        from unnest(v_key) as c (name)
      ) as k
      cross join lateral (
        select case
          when v_masked = '{}' then r.image
          else (
            select jsonb_object_agg(
              e.key,
              case when e.key = any (v_masked) and e.value <> 'null' then '"***"' else e.value end
            )
            from jsonb_each(r.image) as e
          )
        end as image
      ) as i;
    when 'DELETE' then
      insert into app_public.audit_log (
        series, organization_id, action, door, user_id, session_id, login, role, request_id,
        object, row_key, before
      )
      with rows as materialized (select to_jsonb(o) as image from old_rows as o)
      select
        v_series, nullif((r.image ->> v_organization)::bigint, 0), 'delete',
        v_caller.door, v_caller.user_id, v_caller.session_id, v_caller.login, v_caller.role,
        v_caller.request_id, v_object, k.row_key, i.image
      from rows as r
      cross join lateral (
        select jsonb_object_agg(
          c.name, case when c.name = any (v_masked) then '"***"' else r.image -> c.name end
        ) as row_key
        from unnest(v_key) as c (name)
      ) as k
      cross join lateral (
        select case
          when v_masked = '{}' then r.image
          else (
            select jsonb_object_agg(
              e.key,
              case when e.key = any (v_masked) and e.value <> 'null' then '"***"' else e.value end
            )
            from jsonb_each(r.image) as e
          )
        end as image
      ) as i;
    when 'UPDATE' then
      -- A row whose key changed is one that went and one that came.
      insert into app_public.audit_log (
        series, organization_id, action, door, user_id, session_id, login, role, request_id,
        object, row_key, before, after
      )
      with old_images as materialized (select to_jsonb(o) as image from old_rows as o),
      new_images as materialized (select to_jsonb(n) as image from new_rows as n),
      old_ones as materialized (
        select o.image, (select jsonb_agg(o.image -> c.name) from unnest(v_key) as c (name)) as key
        from old_images as o
      ),
      new_ones as materialized (
        select n.image, (select jsonb_agg(n.image -> c.name) from unnest(v_key) as c (name)) as key
        from new_images as n
      )
      select
        v_series,
        nullif((coalesce(n.image, o.image) ->> v_organization)::bigint, 0),
        case
          when o.image is null then 'insert'
          when n.image is null then 'delete'
          else 'update'
        end::app_public.audit_action,
        v_caller.door, v_caller.user_id, v_caller.session_id, v_caller.login, v_caller.role,
        v_caller.request_id, v_object, k.row_key,
        case when o.image is not null then d.before end,
        case when n.image is not null then d.after end
      from old_ones as o
      full join new_ones as n on n.key = o.key
      cross join lateral (
        select
          jsonb_object_agg(
            e.key,
            case
              when e.key = any (v_masked) and o.image -> e.key <> 'null' then '"***"'
              else o.image -> e.key
            end
          ) as before,
          jsonb_object_agg(
            e.key,
            case
              when e.key = any (v_masked) and n.image -> e.key <> 'null' then '"***"'
              else n.image -> e.key
            end
          ) as after
        from jsonb_each(coalesce(n.image, o.image)) as e
        where o.image is null or n.image is null
          or e.value <> o.image -> e.key or e.key = any (v_ignored)
        -- What alone is not worth an entry stands in those of other changes: as it was by then.
        having bool_or(
          o.image is null or n.image is null
          or e.value <> o.image -> e.key and e.key <> all (v_ignored)
        )
      ) as d
      cross join lateral (
        select jsonb_object_agg(
          c.name,
          case
            when c.name = any (v_masked) then '"***"'
            else coalesce(n.image, o.image) -> c.name
          end
        ) as row_key
        from unnest(v_key) as c (name)
      ) as k
      where d.after is not null;
    else
      insert into app_public.audit_log (
        series, action, door, user_id, session_id, login, role, request_id, object
      )
      values (
        v_series, 'truncate', v_caller.door, v_caller.user_id, v_caller.session_id,
        v_caller.login, v_caller.role, v_caller.request_id, v_object
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
