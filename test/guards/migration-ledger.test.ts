import { newDb } from 'pg-mem'
import { expect, test } from 'vitest'
import { appliedMigrations, committedMigrations } from '../../src/server/postgres/migrate.ts'

/** One plain statement: nothing of PostgreSQL proper is needed to test it. */
function ledger(...names: string[]) {
  const memory = newDb()
  memory.createSchema('graphile_migrate')
  memory.public.none('create table graphile_migrate.migrations (hash text, filename text)')
  for (const name of names) {
    memory.public.none(`insert into graphile_migrate.migrations values ('sha1:${name}', '${name}')`)
  }
  const { Client } = memory.adapters.createPg() as { Client: new () => import('pg').Client }
  return new Client()
}

test('applied migrations come in order, however they were written', async () => {
  const applied = await appliedMigrations(ledger('000010.sql', '000002.sql', '000001.sql'))
  expect(applied.map(({ filename }) => filename)).toEqual([
    '000001.sql',
    '000002.sql',
    '000010.sql',
  ])
  expect(applied[0]?.hash).toBe('sha1:000001.sql')
  expect(await appliedMigrations(ledger())).toEqual([])
})

test('committed migrations are numbered without a gap', () => {
  const all = committedMigrations()
  const names = all.map(({ filename }) => filename)
  expect(all.length).toBeGreaterThan(0)
  expect(all.every(({ hash }) => /^sha1:[0-9a-f]{40}$/.test(hash))).toBe(true)
  expect(names).toEqual(names.map((_, i) => `${String(i + 1).padStart(6, '0')}.sql`))
})
