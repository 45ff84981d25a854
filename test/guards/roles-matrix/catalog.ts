import type { Story } from '../../harness/test.ts'

export interface Relation {
  readonly name: string
  readonly isView: boolean
  readonly columns: string[]
  /** The number of the world that a row is of, as SQL; 0 where rows are nobody's. */
  readonly world: string
  /** The first of the columns that tell it. */
  readonly owner: string | undefined
}

export interface Routine {
  /** With its arguments. */
  readonly signature: string
  readonly name: string
  readonly isDefiner: boolean
  readonly isTrigger: boolean
  readonly isProcedure: boolean
  readonly isVolatile: boolean
  readonly givesRows: boolean
  readonly argumentCount: number
}

/** Columns that tell whose a row is: the first of them that is not null. */
const belonging = [
  'brand_id',
  'organization_id',
  'for_brand_id',
  'user_id',
  'session_id',
  'invitation_id',
  'mail_id',
  'membership_id',
  'id',
]

const ours = `('app_public', 'reporting', 'staff', 'app_hidden', 'app_private')`

/** Tables and views of ours, with the rules of the house left out. */
export async function relationsOf(story: Story): Promise<Relation[]> {
  const found = await story.rows<{ name: string; is_view: boolean; columns: string[] }>(
    `select format('%I.%I', n.nspname, c.relname) as name, c.relkind = 'v' as is_view,
       array(
         select a.attname::text from pg_attribute as a
         where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
         order by a.attnum
       ) as columns
     from pg_class as c
     join pg_namespace as n on n.oid = c.relnamespace
     where n.nspname in ${ours} and c.relkind in ('r', 'p', 'v', 'm', 'f') and not c.relispartition
     order by format('%I.%I', n.nspname, c.relname) collate "C"`,
  )
  return found.map(({ name, is_view: isView, columns }) => {
    const telling = belonging.filter((column) => columns.includes(column)).map((c) => `t.${c}`)
    // The queue and system tables count from one on; numbers of the worlds have four digits.
    const number = `coalesce(${[...telling, '0'].join(', ')})`
    const world = `case when ${number} between 1000 and 3999 then ${number} / 1000 else 0 end`
    const owner = belonging.find((column) => columns.includes(column))
    return { name, isView, columns, world, owner }
  })
}

export const routinesOf = async (story: Story): Promise<Routine[]> =>
  story.rows<Routine>(
    `select p.oid::regprocedure::text as signature, format('%I.%I', n.nspname, p.proname) as name,
       p.prosecdef as "isDefiner", p.prorettype = 'trigger'::regtype as "isTrigger",
       p.prokind = 'p' as "isProcedure", p.provolatile = 'v' as "isVolatile", p.proretset as "givesRows",
       p.pronargs as "argumentCount"
     from pg_proc as p
     join pg_namespace as n on n.oid = p.pronamespace
     where n.nspname in ${ours}
     order by p.oid::regprocedure::text collate "C"`,
  )

/** What a role was granted on a relation: each command, with its columns where they are not all. */
export async function grantsOn(
  story: Story,
  { name }: Pick<Relation, 'name'>,
  roles: readonly string[],
): Promise<Map<string, Map<string, string[]>>> {
  const rows = await story.rows<{ role: string; command: string; columns: string[] }>(
    `select r.name as role, k.command,
       array(
         select a.attname::text from pg_attribute as a
         where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
           and case k.command
             when 'delete' then false
             else has_column_privilege(r.name, c.oid, a.attnum, k.command)
           end
         order by a.attnum
       ) as columns
     from unnest($2::text[]) with ordinality as r (name, n)
     cross join unnest(array['select', 'insert', 'update', 'delete']) with ordinality as k (command, n)
     cross join (select to_regclass($1)::oid as oid) as c
     where case k.command
       when 'delete' then has_table_privilege(r.name, c.oid, 'delete')
       else has_any_column_privilege(r.name, c.oid, k.command)
     end
     order by r.n, k.n`,
    [name, roles],
  )
  const grants = new Map<string, Map<string, string[]>>()
  for (const { role, command, columns } of rows) {
    const ofRole = grants.get(role) ?? new Map<string, string[]>()
    grants.set(role, ofRole.set(command, columns))
  }
  return grants
}

/** Who may call it: the roles that have EXECUTE. */
export async function callersOf(
  story: Story,
  { signature }: Pick<Routine, 'signature'>,
  roles: readonly string[],
): Promise<string[]> {
  const rows = await story.rows<{ role: string }>(
    `select r.name as role from unnest($2::text[]) with ordinality as r (name, n)
     where has_function_privilege(r.name, $1::regprocedure, 'execute') order by r.n`,
    [signature, roles],
  )
  return rows.map(({ role }) => role)
}

export async function schemasOpenTo(story: Story, role: string): Promise<Set<string>> {
  const rows = await story.rows<{ name: string }>(
    `select n.nspname as name from pg_namespace as n
     where n.nspname in ${ours} and has_schema_privilege($1, n.oid, 'usage')`,
    [role],
  )
  return new Set(rows.map(({ name }) => name))
}
