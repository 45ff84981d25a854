import fs from 'node:fs'
import path from 'node:path'
import { Command } from 'commander'
import type pg from 'pg'
import { listSettings, projectDir } from '../../../src/server/env.ts'
import type { Inventory } from './map.ts'

/** Every object of a database in the map's notation. */
const objects = `
  with relations as (
    select c.*, format('%s.%s', c.relnamespace::regnamespace, c.relname) as name
    from pg_class as c
    where c.relnamespace::regnamespace::text !~ '^(pg_|information_schema)'
  )
  select case when relkind in ('r', 'p') then 'table' when relkind = 'v' then 'view' else 'index' end
    as kind, name
  from relations where relkind in ('r', 'p', 'v', 'i', 'I')
  union all
  select 'column', format('%s.%s', r.name, a.attname)
  from relations as r join pg_attribute as a on a.attrelid = r.oid
  where a.attnum > 0 and not a.attisdropped
  union all
  select 'constraint', format('%s.%s', r.name, k.conname)
  from relations as r join pg_constraint as k on k.conrelid = r.oid
  union all
  select 'policy', format('%s.%s', r.name, p.polname)
  from relations as r join pg_policy as p on p.polrelid = r.oid
  union all
  select 'trigger', format('%s.%s', r.name, t.tgname)
  from relations as r join pg_trigger as t on t.tgrelid = r.oid
  union all
  select case p.prokind when 'p' then 'procedure' else 'function' end,
    format('%s.%s', p.pronamespace::regnamespace, p.proname)
  from pg_proc as p
  where p.pronamespace::regnamespace::text !~ '^(pg_|information_schema)'
  union all
  select 'enum', format('%s.%s', t.typnamespace::regnamespace, t.typname)
  from pg_type as t where t.typtype = 'e'
  union all
  select 'schema', nspname from pg_namespace
  union all
  select 'role', rolname from pg_roles`

const named = new Set(['table', 'view', 'function', 'procedure', 'enum'])

/** What is here: in a database, on the command line, in the environment, among the files. */
export async function takeInventory(client: pg.ClientBase): Promise<Inventory> {
  const { rows } = await client.query<{ kind: string; name: string }>(objects)
  const all = new Set(rows.map(({ kind, name }) => `${kind} ${name}`))
  for (const setting of listSettings()) all.add(`setting ${setting.name}`)
  for (const command of await commandNames()) all.add(`command ${command}`)
  const names = new Set(
    rows
      .filter(({ kind }) => named.has(kind))
      .flatMap(({ name }) => [name, name.slice(name.indexOf('.') + 1)]),
  )
  return {
    has: (reference) =>
      reference.startsWith('file ')
        ? fs.existsSync(path.join(projectDir, reference.slice('file '.length)))
        : all.has(reference),
    hasNamed: (name) => names.has(name),
  }
}

/** Every command, as the files in src/cli/commands add them. */
async function commandNames(): Promise<string[]> {
  const folder = path.join(projectDir, 'src/cli/commands')
  const program = new Command('fluence')
  for (const file of fs.readdirSync(folder)) {
    const module = (await import(path.join(folder, file))) as Record<string, unknown>
    for (const [name, add] of Object.entries(module)) {
      if (/^add[A-Z]/.test(name) && typeof add === 'function') add(program)
    }
  }
  const below = (command: Command, parent: string): string[] =>
    command.commands.flatMap((child) => {
      const name = `${parent} ${child.name()}`
      return [name, ...below(child, name)]
    })
  return below(program, 'fluence')
}
