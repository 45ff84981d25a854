import type { Story } from '../../harness/test.ts'

/** One thing less, or one thing more, than what protects an object. */
export interface Mutant {
  readonly name: string
  readonly kind: 'table' | 'view' | 'function'
  /** The object whose part of the roles matrix must differ then. */
  readonly subject: string
  readonly sql: string
}

const ours = `('app_public', 'reporting', 'staff', 'app_hidden', 'app_private')`

export async function everyMutant(story: Story): Promise<Mutant[]> {
  return [
    ...(await ofPolicies(story)),
    ...(await ofTables(story)),
    ...(await ofViews(story)),
    ...(await ofCallers(story)),
    ...(await ofGrants(story)),
    ...(await ofBodies(story)),
  ]
}

async function ofPolicies(story: Story): Promise<Mutant[]> {
  const policies = await story.rows<{
    name: string
    table: string
    using: string | null
    check: string | null
    roles: string[]
  }>(
    `select p.polname as name, format('%I.%I', n.nspname, c.relname) as table,
       pg_get_expr(p.polqual, p.polrelid) as using,
       pg_get_expr(p.polwithcheck, p.polrelid) as check,
       array(select r.oid::regrole::text from unnest(p.polroles) as r (oid)) as roles
     from pg_policy as p
     join pg_class as c on c.oid = p.polrelid
     join pg_namespace as n on n.oid = c.relnamespace
     where n.nspname in ${ours}
     order by 2, 1`,
  )
  return policies.flatMap(({ name, table, using, check, roles }) => {
    const on = `policy ${name} on ${table}`
    const mutants: [string, string | undefined][] = [
      ['dropped', `drop ${on}`],
      ['for public', `alter ${on} to public`],
      ['without its first role', roles[1] && `alter ${on} to ${roles.slice(1).join(', ')}`],
      // What is true already cannot be made so; and where there is no check, USING is one.
      ['using true', guards(using) ? `alter ${on} using (true)` : undefined],
      ['with check true', guards(check) ? `alter ${on} with check (true)` : undefined],
    ]
    return mutants.flatMap(([what, sql]) =>
      sql === undefined
        ? []
        : [{ name: `${on}: ${what}`, kind: 'table' as const, subject: table, sql }],
    )
  })
}

const guards = (expression: string | null) => expression !== null && expression !== 'true'

async function ofTables(story: Story): Promise<Mutant[]> {
  const tables = await story.rows<{ name: string }>(
    `select format('%I.%I', n.nspname, c.relname) as name
     from pg_class as c
     join pg_namespace as n on n.oid = c.relnamespace
     where n.nspname in ${ours} and c.relkind in ('r', 'p') and c.relforcerowsecurity
       -- A partition is reached through its table; lint.row_security looks at it itself.
       and not c.relispartition
     order by 1`,
  )
  return tables.flatMap(({ name }) =>
    [
      ['not forced', `alter table ${name} no force row level security`],
      ['disabled', `alter table ${name} disable row level security`],
    ].map(([what, sql = '']) => ({
      name: `row level security of ${name}: ${what}`,
      kind: 'table' as const,
      subject: name,
      sql,
    })),
  )
}

async function ofViews(story: Story): Promise<Mutant[]> {
  const views = await story.rows<{ name: string }>(
    `select format('%I.%I', n.nspname, c.relname) as name
     from pg_class as c
     join pg_namespace as n on n.oid = c.relnamespace
     where n.nspname in ${ours} and c.relkind = 'v'
     order by 1`,
  )
  return views.map(({ name }) => ({
    name: `view ${name}: without security_invoker`,
    kind: 'view',
    subject: name,
    sql: `alter view ${name} set (security_invoker = false)`,
  }))
}

/** The two views that say who is calling, without one of their conditions each. */
async function ofCallers(story: Story): Promise<Mutant[]> {
  const views = await story.rows<{ name: string; text: string }>(
    `select v.name, pg_get_viewdef(v.name::regclass) as text
     from unnest(array['app_private.current_login', 'app_private.current_session']) as v (name)`,
  )
  return views.flatMap(({ name, text }) => {
    const start = text.lastIndexOf('\n  WHERE (') + '\n  WHERE ('.length
    return conditions(text.slice(start)).map(({ index, condition }) => {
      const at = start + index
      const without = text.slice(0, at) + 'true' + text.slice(at + condition.length)
      return {
        name: `view ${name}: without ${condition.replaceAll(/\s+/g, ' ')}`,
        kind: 'view' as const,
        subject: name,
        sql: `create or replace view ${name} with (security_invoker = true) as ${without}`,
      }
    })
  })
}

/** What stands in parentheses of its own, up to the one that closes before any was opened. */
function conditions(text: string): { index: number; condition: string }[] {
  const found: { index: number; condition: string }[] = []
  let depth = 0
  let start = 0
  for (const [i, letter] of [...text].entries()) {
    if (letter === '(' && depth++ === 0) start = i
    if (letter !== ')') continue
    depth -= 1
    if (depth < 0) break
    if (depth === 0) found.push({ index: start, condition: text.slice(start, i + 1) })
  }
  return found
}

async function ofGrants(story: Story): Promise<Mutant[]> {
  const functions = await story.rows<{ signature: string }>(
    `select p.oid::regprocedure::text as signature
     from pg_proc as p
     join pg_namespace as n on n.oid = p.pronamespace
     where n.nspname in ${ours} and p.prosecdef and p.prorettype <> 'trigger'::regtype
     order by 1`,
  )
  return functions.map(({ signature }) => ({
    name: `function ${signature}: for public`,
    kind: 'function',
    subject: signature,
    sql: `grant execute on function ${signature} to public`,
  }))
}

/** How a function asks who is calling, and what is left where it does not. */
const checks: readonly (readonly [RegExp, string])[] = [
  [/app_private\.acting_admin\(\)/g, 'app_private.acting_session()'],
  [/is distinct from 'admin'/g, 'is null'],
  [/[\w.]+\s*=\s*\(\s*select (?:coalesce\([^;]*?\)\)|\w+\.current_\w+\(\))\s*\)/g, 'true'],
  [/(?<!set )[\w.]+ = v_(?:admin|caller)\.\w+/g, 'true'],
  [/v_(?:admin|caller)\.\w+ in \([^()]*\)/g, 'true'],
  [/\(select app_private\.acts_for_platform\(\)\)/g, 'true'],
  [/not app_private\.acts_for_platform\(\)/g, 'false'],
  [/not app_private\.is_own_event\([^()]*\)/g, 'false'],
]

/** Functions that people call, and those that these ask. */
async function ofBodies(story: Story): Promise<Mutant[]> {
  const functions = await story.rows<{ signature: string; text: string }>(
    `select p.oid::regprocedure::text as signature, pg_get_functiondef(p.oid) as text
     from pg_proc as p
     join pg_namespace as n on n.oid = p.pronamespace
     where n.nspname in ${ours} and p.prokind = 'f' and p.prorettype <> 'trigger'::regtype
       and (
         p.proname in ('acting_admin', 'is_own_event')
         or exists (
           select from aclexplode(p.proacl) as a
           join pg_auth_members as m on m.roleid = a.grantee
           where m.member = 'fluence_authenticator'::regrole
         )
       )
     order by 1`,
  )
  return functions.flatMap(({ signature, text }) =>
    checks.flatMap(([pattern, instead]) =>
      [...text.matchAll(pattern)].map(({ 0: found, index }) => ({
        name: `function ${signature}: ${found.replaceAll(/\s+/g, ' ')} is ${instead}`,
        kind: 'function' as const,
        subject: signature,
        sql: text.slice(0, index) + instead + text.slice(index + found.length),
      })),
    ),
  )
}
