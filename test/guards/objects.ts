import { rooms, type Source } from '../../src/server/postgres/sources.ts'
import type { Story } from '../harness/test.ts'

/** An object of ours, for example "view reporting.category_stock" or "policy x on app_public.y". */
export interface DatabaseObject {
  readonly kind: string
  readonly name: string
  /** The table of a policy or a trigger, else the object's own name. */
  readonly subject: string
}

export const label = ({ kind, name, subject }: DatabaseObject) =>
  name === subject ? `${kind} ${name}` : `${kind} ${name} on ${subject}`

/** Every catalog row that is an object of ours or a part of one. */
const nodes = `
  relations as (
    select
      c.oid,
      case when c.relkind = 'v' then 'view' else 'table' end as kind,
      format('%I.%I', n.nspname, c.relname) as name
    from pg_class as c
    join pg_namespace as n on n.oid = c.relnamespace
    where lint.is_ours(n.oid) and c.relkind in ('r', 'p', 'v') and not c.relispartition
  ),
  types as (
    select t.oid, 'type' as kind, format('%I.%I', n.nspname, t.typname) as name
    from pg_type as t
    join pg_namespace as n on n.oid = t.typnamespace
    where lint.is_ours(n.oid)
      and (t.typtype in ('e', 'd', 'r')
        or exists (select from pg_class as c where c.oid = t.typrelid and c.relkind = 'c'))
  ),
  nodes as (
    select 'pg_class'::regclass as class, r.oid, r.kind, r.name, r.name as subject
    from relations as r
    union all
    select 'pg_rewrite'::regclass, w.oid, r.kind, r.name, r.name
    from relations as r join pg_rewrite as w on w.ev_class = r.oid
    union all
    select 'pg_constraint'::regclass, k.oid, r.kind, r.name, r.name
    from relations as r join pg_constraint as k on k.conrelid = r.oid
    union all
    select 'pg_attrdef'::regclass, d.oid, r.kind, r.name, r.name
    from relations as r join pg_attrdef as d on d.adrelid = r.oid
    union all
    select 'pg_type'::regclass, t.oid, r.kind, r.name, r.name
    from relations as r join pg_type as t on t.typrelid = r.oid
    union all
    select 'pg_type'::regclass, t.oid, t.kind, t.name, t.name
    from types as t
    union all
    select 'pg_type'::regclass, a.oid, t.kind, t.name, t.name
    from types as t join pg_type as a on a.typelem = t.oid
    union all
    select 'pg_proc'::regclass, p.oid, 'function', f.name, f.name
    from pg_proc as p
    join pg_namespace as n on n.oid = p.pronamespace
    cross join lateral (select format('%I.%I', n.nspname, p.proname)) as f (name)
    where lint.is_ours(n.oid)
    union all
    select 'pg_trigger'::regclass, t.oid, 'trigger', t.tgname, r.name
    from relations as r join pg_trigger as t on t.tgrelid = r.oid
    where not t.tgisinternal
    union all
    select 'pg_policy'::regclass, p.oid, 'policy', p.polname, r.name
    from relations as r join pg_policy as p on p.polrelid = r.oid
  )`

export const objectsOf = (story: Story) =>
  story.rows<DatabaseObject>(
    `with ${nodes}
     select distinct n.kind, n.name, n.subject from nodes as n order by n.kind, n.subject, n.name`,
  )

const escape = (name: string) => name.replaceAll(/[$.]/g, String.raw`\$&`)

/** How the text that makes an object begins; for what migrations make, the text of its comment. */
const making: Record<string, (name: string, subject: string) => string> = {
  table: (name) => `comment on table ${name} is`,
  type: (name) => `comment on type ${name} is`,
  view: (name) => String.raw`create or replace view ${name}\s`,
  function: (name) => String.raw`create or replace (?:function|procedure) ${name}\(`,
  trigger: (name, subject) =>
    String.raw`create (?:constraint )?trigger ${name}\s[^;]*?\son ${subject}\s`,
  policy: (name, subject) => String.raw`create policy ${name} on ${subject}\s`,
}

/** The triggers of the audit log, which app_private.audit_table() makes, all of a table at once. */
const isAudit = ({ kind, name }: DatabaseObject) =>
  kind === 'trigger' && name.startsWith('_400_audit_')
const audits = (text: string, table: string) =>
  new RegExp(String.raw`^select app_private\.audit_table\(\s*'${escape(table)}'`, 'm').test(text)

/** The files that make an object: one, unless something is wrong. */
export function homesOf(object: DatabaseObject, files: readonly Source[]): Source[] {
  if (isAudit(object)) return files.filter(({ text }) => audits(text, object.subject))
  const pattern = making[object.kind]?.(escape(object.name), escape(object.subject)) ?? '(?!)'
  const made = new RegExp(`^${pattern}`, 'm')
  return files.filter(({ text }) => made.test(text))
}

/** How the file of an object is named: after it, or after its table. */
export function fileName(object: DatabaseObject): string {
  const { kind, name, subject } = object
  if (isAudit(object)) return 'triggers/audited'
  const [bare = '', table = ''] = [name, subject].map((text) => text.split('.').at(-1))
  switch (kind) {
    case 'function': {
      const triggersOf = /^tg_(.+?)__/.exec(bare)?.[1]
      return triggersOf === undefined ? `functions/${bare}` : `triggers/${triggersOf}`
    }
    case 'policy':
      return `policies/${table}`
    default:
      return `${kind}s/${table}`
  }
}

/** Objects that no file makes, that several make, or that one of another name makes. */
export function misplaced(objects: readonly DatabaseObject[], files: readonly Source[]): string[] {
  return objects.flatMap((object) => {
    const homes = homesOf(object, files)
    const wanted = fileName(object)
    // A type is commented beside the table that it was made for.
    const isHome = ({ kind, name }: Source) =>
      object.kind === 'type' ? kind === 'tables' : `${kind}/${name}` === wanted
    if (homes.length === 1 && homes.every(isHome)) return []
    const found = homes.map(({ id }) => id).join(', ') || 'no file'
    return [`${label(object)}: made by ${found}, not by ${wanted} alone`]
  })
}

interface Dependency {
  readonly from: DatabaseObject
  readonly to: DatabaseObject
}

/** What the catalog knows, and what the bodies of functions name. */
export async function dependenciesOf(story: Story): Promise<Dependency[]> {
  const recorded = await story.rows<Dependency>(
    `with ${nodes}
     select distinct
       jsonb_build_object('kind', f.kind, 'name', f.name, 'subject', f.subject) as "from",
       jsonb_build_object('kind', t.kind, 'name', t.name, 'subject', t.subject) as "to"
     from pg_depend as d
     join nodes as f on f.class = d.classid and f.oid = d.objid
     join nodes as t on t.class = d.refclassid and t.oid = d.refobjid`,
  )
  const objects = await objectsOf(story)
  const bodies = await story.rows<{ name: string; code: string }>(
    `with ${nodes}
     select n.name, lint.code_of(n.oid) as code
     from nodes as n where n.class = 'pg_proc'::regclass`,
  )
  const named = bodies.flatMap(({ name, code }) => {
    const names = new Set(code.match(/\b[a-z_]+\.\w+/g))
    return objects
      .filter(({ kind, name: other }) => !/policy|trigger/.test(kind) && names.has(other))
      .map((to) => ({ from: { kind: 'function', name, subject: name }, to }))
  })
  return [...recorded, ...named]
}

/** Dependencies on a later room. */
export function lateDependencies(
  dependencies: readonly Dependency[],
  files: readonly Source[],
): string[] {
  const place = (object: DatabaseObject) => {
    const room = homesOf(object, files)[0]?.room
    if (room === undefined) throw new Error(`${label(object)} is in no room`)
    return { room, order: rooms.indexOf(room) }
  }
  const late = dependencies.flatMap(({ from, to }) => {
    const [here, there] = [place(from), place(to)]
    if (there.order <= here.order) return []
    return [`${label(from)} (${here.room}) needs ${label(to)} (${there.room})`]
  })
  return [...new Set(late)].toSorted()
}
