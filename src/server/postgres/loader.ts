import pg from 'pg'
import { Problem } from '../../problem.ts'
import { exists, inTransaction, withClient } from './connect.ts'
import { readSources, type Source, type Sources } from './sources.ts'

const schemas = ['app_public', 'app_hidden', 'app_private', 'reporting', 'staff', 'lint']

/** Whom the owner gives functions to. */
const receivers = 'fluence_definer, fluence_worker'

/** The state of sql/ that a database runs; undefined while none is loaded. */
export async function loadedHash(client: pg.ClientBase): Promise<string | undefined> {
  if (!(await exists(client, 'app_private.loaded_sources'))) return undefined
  const { rows } = await client.query<{ hash: string }>(
    'select sources_hash as hash from app_private.loaded_sources',
  )
  return rows[0]?.hash
}

/**
 * Makes the re-runnable objects of a database equal to sql/: drops them all and applies every file,
 * in one transaction. Does nothing where that very state is loaded. True if there was work.
 */
export async function loadSources(
  migratorUrl: string,
  options: { sources?: Sources; force?: boolean } = {},
): Promise<boolean> {
  const sources = options.sources ?? readSources()
  return asLoader(migratorUrl, async (client) => {
    if (!options.force && (await loadedHash(client)) === sources.hash) return false
    await dropReRunnable(client)
    await actAs(client, 'fluence_owner')
    await revokeGrants(client)
    // A function can be given only to a role that may create in its schema: for this moment.
    await client.query(`grant create on schema ${schemas.join(', ')} to ${receivers}`)
    // Functions may name each other in any order, so their bodies are checked when all are there.
    await client.query('set local check_function_bodies = off')
    for (const source of sources.files) await apply(client, source)
    await actAs(client, 'fluence_owner')
    await client.query(`revoke create on schema ${schemas.join(', ')} from ${receivers}`)
    await actAs(client, 'none')
    await checkBodies(client)
    // Partitions have triggers of their own, which were dropped with the others.
    await lookAhead(client)
    await client.query('insert into app_private.loaded_sources (sources_hash) values ($1)', [
      sources.hash,
    ])
    return true
  })
}

/** What each start looks after: partitions to come, and whether this is another cluster. */
export const lookAhead = (client: pg.ClientBase) =>
  client.query('select app_private.make_partitions(), app_private.open_audit_series()')

/**
 * Takes the re-runnable objects away, so that a migration can change what they stand on. Until they
 * are loaded again the database is closed: no policy lets anyone in, and readiness says no.
 */
export const unloadSources = (migratorUrl: string) => asLoader(migratorUrl, dropReRunnable)

function asLoader<T>(migratorUrl: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  return withClient(migratorUrl, (client) =>
    inTransaction(client, async () => {
      // The migrator acts as the owner unless told otherwise; as itself it has the definer's rights
      // too, which the policy on loaded_sources asks for.
      await actAs(client, 'none')
      await client.query(`select pg_advisory_xact_lock(hashtext('fluence sources'))`)
      return work(client)
    }),
  )
}

type Actor = 'fluence_owner' | 'fluence_definer' | 'none'
const actAs = (client: pg.ClientBase, role: Actor) => client.query(`set local role ${role}`)

/** Objects are the owner's; rows of reference data are written by the one whom a policy lets. */
async function apply(client: pg.ClientBase, { id, kind, text }: Source): Promise<void> {
  try {
    await actAs(client, kind === 'data' ? 'fluence_definer' : 'fluence_owner')
    await client.query(text)
  } catch (error) {
    if (error instanceof pg.DatabaseError) {
      const line = text.slice(0, Number(error.position ?? 1) - 1).split('\n').length
      error.message = `sql/${id}.sql, line ${line}: ${error.message}`
    }
    throw error
  }
}

/** PostgreSQL's own check of a function's body, that `create function` makes at once by default. */
async function checkBodies(client: pg.ClientBase): Promise<void> {
  await client.query('set local check_function_bodies = on')
  const { rows } = await client.query<{ name: string; check: string }>(
    `select p.oid::regprocedure::text as name, format('select %s(%s)', l.lanvalidator::regproc, p.oid) as check
     from pg_proc as p
     join pg_language as l on l.oid = p.prolang
     where p.pronamespace = any ($1::text[]::regnamespace[]) and l.lanname in ('sql', 'plpgsql')`,
    [schemas],
  )
  for (const { name, check } of rows) {
    try {
      await client.query(check)
    } catch (error) {
      if (error instanceof Error) error.message = `${name}: ${error.message}`
      throw error
    }
  }
}

/**
 * What the loader owns: every view and function in our schemas, and every policy and trigger on a
 * table there. Not the functions that a table itself needs (a default, a check): migrations make
 * those.
 */
const owned = `
  with ours as (
    select n.oid from pg_namespace as n where n.nspname = any ($1)
  ),
  needed_by_tables as (
    select d.refobjid as oid
    from pg_depend as d
    left join pg_class as c on d.classid = 'pg_class'::regclass and c.oid = d.objid
    where d.refclassid = 'pg_proc'::regclass
      and (
        d.classid in ('pg_attrdef'::regclass, 'pg_constraint'::regclass)
        or c.relkind in ('i', 'I', 'r', 'p')
      )
  ),
  objects as (
    select 'pg_class'::regclass::oid as class, c.oid, 'view' as kind, c.oid::regclass::text as name
    from pg_class as c
    where c.relkind = 'v' and c.relnamespace in (select o.oid from ours as o)
    union all
    select 'pg_proc'::regclass, p.oid, 'routine', p.oid::regprocedure::text
    from pg_proc as p
    where p.pronamespace in (select o.oid from ours as o)
      and p.oid not in (select n.oid from needed_by_tables as n)
  ),
  attached as (
    select 'pg_policy'::regclass::oid as class, p.oid, 'policy' as kind,
      format('%I on %s', p.polname, p.polrelid::regclass) as name
    from pg_policy as p join pg_class as c on c.oid = p.polrelid
    where c.relnamespace in (select o.oid from ours as o)
    union all
    select 'pg_trigger'::regclass, t.oid, 'trigger', format('%I on %s', t.tgname, t.tgrelid::regclass)
    from pg_trigger as t join pg_class as c on c.oid = t.tgrelid
    where not t.tgisinternal and t.tgparentid = 0
      and c.relnamespace in (select o.oid from ours as o)
  )`

/**
 * Whatever else stands on one of our views or functions would be dropped with it. A view shows up
 * through its rule, a row type through its relation.
 */
const strangers = `${owned},
  dependents as (
    select
      coalesce(r.ev_class, d.objid) as oid,
      case when r.oid is null then d.classid else 'pg_class'::regclass::oid end as class,
      pg_describe_object(d.classid, d.objid, d.objsubid) as name,
      pg_describe_object(o.class, o.oid, 0) as stands_on
    from objects as o
    left join pg_type as t on o.class = 'pg_class'::regclass and t.typrelid = o.oid
    join pg_depend as d
      on d.refclassid = o.class and d.refobjid = o.oid
      or d.refclassid = 'pg_type'::regclass and d.refobjid = t.oid
    left join pg_rewrite as r on d.classid = 'pg_rewrite'::regclass and r.oid = d.objid
    where d.deptype in ('n', 'a')
  )
  select distinct d.name, d.stands_on
  from dependents as d
  where not exists (select from objects as o where o.class = d.class and o.oid = d.oid)
    and not exists (select from attached as a where a.class = d.class and a.oid = d.oid)`

/** Rights on tables and schemas stand in sql/ too: what is no longer written there is gone. */
async function revokeGrants(client: pg.ClientBase): Promise<void> {
  const { rows } = await client.query<{ statement: string }>(
    `with granted as (
       select 'schema' as kind, n.nspname::text as name, n.nspowner as owner, n.nspacl as acl
       from pg_namespace as n
       where n.nspname = any ($1)
       union all
       select
         case c.relkind when 'S' then 'sequence' else 'table' end,
         c.oid::regclass::text,
         c.relowner,
         r.acl
       from pg_class as c
       cross join lateral (
         select c.relacl
         union all
         select a.attacl from pg_attribute as a where a.attrelid = c.oid and a.attacl is not null
       ) as r (acl)
       where c.relkind in ('r', 'p', 'S') and c.relnamespace = any ($1::text[]::regnamespace[])
     )
     select distinct
       format(
         'revoke all on %s %s from %s',
         g.kind,
         g.name,
         case when a.grantee = 0 then 'public' else a.grantee::regrole::text end
       ) as statement
     from granted as g
     cross join lateral aclexplode(g.acl) as a
     where a.grantee <> g.owner`,
    [schemas],
  )
  if (rows.length > 0) await client.query(rows.map((row) => row.statement).join(';\n'))
}

async function dropReRunnable(client: pg.ClientBase): Promise<void> {
  if (await exists(client, 'app_private.loaded_sources')) {
    await client.query('delete from app_private.loaded_sources')
  }
  const { rows: others } = await client.query(strangers, [schemas])
  if (others.length > 0) {
    throw new Problem(
      `In this database ${others.map((o) => `${o.name} stands on ${o.stands_on}`).join('; ')}.`,
      'Drop it, start again, and create it anew afterwards.',
    )
  }
  const { rows } = await client.query<{ statement: string }>(
    `${owned}
     select format('drop %s if exists %s', a.kind, a.name) as statement from attached as a
     union all
     select format('drop %s if exists %s cascade', o.kind, o.name) from objects as o`,
    [schemas],
  )
  if (rows.length > 0) await client.query(rows.map((row) => row.statement).join(';\n'))
}
