import { withClient } from '../../src/server/postgres/connect.ts'
import { readSources } from '../../src/server/postgres/sources.ts'

/** The tables that sql/ fills with reference data. */
const filled = readSources()
  .files.filter(({ kind }) => kind === 'data')
  .flatMap(({ text }) => text.match(/(?<=^insert into )\w+\.\w+/gm) ?? [])

const kinds = ['schema', 'relation', 'column', 'constraint', 'index', 'policy', 'function', 'row']

/**
 * Everything that our schemas consist of, as lines of text that can be compared: definitions,
 * owners, rights and comments of every object, and the rows of reference data.
 */
export async function fingerprint(url: string): Promise<string[]> {
  return withClient(url, async (client) => {
    const queries = [
      catalog,
      ...filled.map(
        (table) => `select 'row ${table}: ' || t as line from ${table} as t order by 1`,
      ),
    ]
    const lines: string[] = []
    for (const query of queries) {
      const { rows } = await client.query<{ line: string }>(query)
      lines.push(...rows.map(({ line }) => line))
    }
    for (const kind of kinds) {
      if (!lines.some((line) => line.startsWith(`${kind} `))) {
        throw new Error(`the fingerprint has no ${kind}`)
      }
    }
    return lines
  })
}

const rights = (acl: string) =>
  `(select string_agg(a::text, ' ' order by a::text collate "C") from unnest(${acl}) as a)`

/** No list of rights means the default ones. */
const rightsOn = (kind: string, row: string, prefix: string) =>
  rights(`coalesce(${row}.${prefix}acl, acldefault(${kind}, ${row}.${prefix}owner))`)

const relationKind = `(case c.relkind when 'S' then 's' else 'r' end)::"char"`

const catalog = `
  with ours as (
    select n.* from pg_namespace as n
    where n.nspname in ('app_public', 'app_hidden', 'app_private', 'reporting', 'staff', 'lint')
  ),
  relations as (
    select c.* from pg_class as c where c.relnamespace in (select o.oid from ours as o)
  ),
  parts (kind, name, parts) as (
    select 'schema', n.nspname::text,
      array[
        n.nspowner::regrole::text, ${rightsOn(`'n'`, 'n', 'nsp')},
        obj_description(n.oid, 'pg_namespace')
      ]
    from ours as n
    union all
    select 'relation', c.oid::regclass::text,
      array[
        c.relkind::text, c.relpersistence::text, c.relowner::regrole::text,
        ${rightsOn(relationKind, 'c', 'rel')},
        c.relrowsecurity::text, c.relforcerowsecurity::text, c.relreplident::text,
        array_to_string(c.reloptions, ' '), pg_get_partkeydef(c.oid),
        pg_get_expr(c.relpartbound, c.oid), obj_description(c.oid, 'pg_class'),
        case when c.relkind in ('v', 'm') then pg_get_viewdef(c.oid) end,
        case when c.relkind = 'S' then
          (select jsonb_build_array(s.seqtypid::regtype, s.seqstart, s.seqincrement)::text
           from pg_sequence as s where s.seqrelid = c.oid)
        end
      ]
    from relations as c
    union all
    select 'column', format('%s.%I', c.oid::regclass, a.attname),
      array[
        a.attnum::text, format_type(a.atttypid, a.atttypmod), a.attnotnull::text,
        a.attidentity::text, a.attgenerated::text, a.attcollation::regcollation::text,
        a.attstorage::text, pg_get_expr(d.adbin, d.adrelid), ${rights('a.attacl')},
        col_description(c.oid, a.attnum)
      ]
    from relations as c
    join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    left join pg_attrdef as d on d.adrelid = c.oid and d.adnum = a.attnum
    union all
    select 'constraint', format('%I on %s', k.conname, k.conrelid::regclass),
      array[pg_get_constraintdef(k.oid), obj_description(k.oid, 'pg_constraint')]
    from pg_constraint as k
    where k.connamespace in (select o.oid from ours as o)
    union all
    select 'index', i.indexrelid::regclass::text,
      array[pg_get_indexdef(i.indexrelid), i.indisvalid::text]
    from pg_index as i
    where i.indrelid in (select c.oid from relations as c)
    union all
    select 'trigger', format('%I on %s', t.tgname, t.tgrelid::regclass),
      array[pg_get_triggerdef(t.oid), t.tgenabled::text, obj_description(t.oid, 'pg_trigger')]
    from pg_trigger as t
    where not t.tgisinternal and t.tgrelid in (select c.oid from relations as c)
    union all
    select 'policy', format('%I on %s', p.polname, p.polrelid::regclass),
      array[
        p.polcmd::text, p.polpermissive::text,
        (select string_agg(r::regrole::text, ' ' order by r::regrole::text)
         from unnest(p.polroles) as r),
        pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid),
        obj_description(p.oid, 'pg_policy')
      ]
    from pg_policy as p
    where p.polrelid in (select c.oid from relations as c)
    union all
    select 'function', p.oid::regprocedure::text,
      array[
        p.proowner::regrole::text, ${rightsOn(`'f'`, 'p', 'pro')},
        obj_description(p.oid, 'pg_proc'),
        case when p.prokind in ('f', 'p') then pg_get_functiondef(p.oid) end
      ]
    from pg_proc as p
    where p.pronamespace in (select o.oid from ours as o)
    union all
    select 'type', t.oid::regtype::text,
      array[
        t.typtype::text, t.typowner::regrole::text, ${rightsOn(`'T'`, 't', 'typ')},
        format_type(t.typbasetype, t.typtypmod), obj_description(t.oid, 'pg_type'),
        (select string_agg(e.enumlabel, ' ' order by e.enumsortorder)
         from pg_enum as e where e.enumtypid = t.oid)
      ]
    from pg_type as t
    where t.typnamespace in (select o.oid from ours as o)
    union all
    select 'default rights', format('%s of %s in %s', d.defaclobjtype, d.defaclrole::regrole,
      coalesce(n.nspname, 'all')), array[${rights('d.defaclacl')}]
    from pg_default_acl as d
    left join pg_namespace as n on n.oid = d.defaclnamespace
  )
  select l.line
  from parts as p
  cross join lateral (
    select p.kind || ' ' || p.name || ': ' || array_to_string(p.parts, ' | ', '-')
  ) as l (line)
  order by l.line collate "C"
`
