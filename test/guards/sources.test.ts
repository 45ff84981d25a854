import { execFile } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { isDeepStrictEqual, promisify } from 'node:util'
import graphileMigrate from 'graphile-migrate'
import { describe, expect, onTestFinished } from 'vitest'
import { projectDir } from '../../src/server/env.ts'
import { bootstrap } from '../../src/server/postgres/bootstrap.ts'
import { withClient } from '../../src/server/postgres/connect.ts'
import { loadSources, unloadSources } from '../../src/server/postgres/loader.ts'
import { connectionReleased, migrate, migrateSettings } from '../../src/server/postgres/migrate.ts'
import { readSources, type Sources } from '../../src/server/postgres/sources.ts'
import { cloneDatabase, type TestDatabase } from '../harness/database.ts'
import { test } from '../harness/test.ts'
import { fingerprint } from './fingerprint.ts'

const run = (url: string, sql: string) =>
  withClient(url, async (client) => (await client.query(sql)).rows as unknown[])

async function newDatabase(options: { empty?: boolean } = {}): Promise<TestDatabase> {
  const database = await cloneDatabase(options)
  onTestFinished(() => database.drop())
  return database
}

/** The sources as they are but for one file. */
function sourcesWith(id: string, text: string): Sources {
  const { files } = readSources()
  const at = files.findIndex((file) => file.id === id)
  const file = files[at]
  if (file === undefined) throw new Error(`there is no ${id}`)
  return { files: files.with(at, { ...file, text }), hash: 'changed' }
}

const migrationsDir = path.join(projectDir, 'migrations')
const committed = fs.readdirSync(path.join(migrationsDir, 'committed')).toSorted()

/** A migrations folder with the first few migrations of ours. */
function firstMigrations(count: number): string {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'fluence-migrations-'))
  onTestFinished(() => fs.rmSync(dir, { recursive: true, force: true }))
  fs.mkdirSync(path.join(dir, 'committed'))
  for (const name of committed.slice(0, count)) {
    fs.copyFileSync(path.join(migrationsDir, 'committed', name), path.join(dir, 'committed', name))
  }
  fs.writeFileSync(path.join(dir, 'current.sql'), '')
  return dir
}

async function migrateFrom(database: TestDatabase, migrationsFolder: string): Promise<void> {
  try {
    await graphileMigrate.migrate(migrateSettings(database.access, { migrationsFolder }))
  } finally {
    await connectionReleased()
  }
}

describe('a database', () => {
  test('is the same after sql/ is loaded again', async () => {
    const database = await newDatabase()
    const before = await fingerprint(database.superuserUrl)
    expect(await loadSources(database.access.as('fluence_migrator'), { force: true })).toBe(true)
    expect(await fingerprint(database.superuserUrl)).toEqual(before)
    expect(await loadSources(database.access.as('fluence_migrator'))).toBe(false)
  })

  test('loses with the next load whatever no file makes', async () => {
    const database = await newDatabase()
    const before = await fingerprint(database.superuserUrl)
    await run(
      database.access.as('fluence_migrator'),
      `create function app_public.orphan() returns trigger language plpgsql as 'begin end';
       create view reporting.orphan as select p.title from app_public.products as p;
       create policy orphan on app_public.products for select to public using (true);
       create trigger orphan before delete on app_public.products
         for each row execute function app_public.orphan();
       grant usage on schema app_private to fluence_visitor;
       grant delete on app_public.currencies to fluence_visitor;
       grant update (title) on app_public.products to fluence_analyst;`,
    )
    const planted = await fingerprint(database.superuserUrl)
    expect(planted.filter((line) => !before.includes(line)).length).toBeGreaterThanOrEqual(7)
    await loadSources(database.access.as('fluence_migrator'), { force: true })
    expect(await fingerprint(database.superuserUrl)).toEqual(before)
  })

  test('is the same whether it was made in one go or step by step', async ({ database }) => {
    const slow = await newDatabase({ empty: true })
    await bootstrap(slow.access)
    const migrator = slow.access.as('fluence_migrator')
    for (const count of committed.keys()) {
      await unloadSources(migrator)
      await migrateFrom(slow, firstMigrations(count + 1))
    }
    await loadSources(migrator)
    expect(await fingerprint(slow.superuserUrl)).toEqual(await fingerprint(database.superuserUrl))
  })

  test("is the same when graphile-migrate's own command made it", async ({ database }) => {
    const plain = await newDatabase({ empty: true })
    await bootstrap(plain.access)
    const bin = path.join(projectDir, 'node_modules/.bin')
    await promisify(execFile)(path.join(bin, 'graphile-migrate'), ['migrate'], {
      cwd: projectDir,
      env: {
        ...process.env,
        PATH: `${bin}:${process.env['PATH']}`,
        DATABASE_URL: plain.access.as('fluence_migrator'),
      },
    })
    expect(await fingerprint(plain.superuserUrl)).toEqual(await fingerprint(database.superuserUrl))
  })

  test('that differs in anything is told apart', async () => {
    const other = await newDatabase()
    let before = await fingerprint(other.superuserUrl)
    const unnoticed: string[] = []
    for (const change of [
      'alter table app_public.products alter column description set not null',
      'alter table app_public.products no force row level security',
      'drop index app_public.products_category_idx',
      `comment on column app_public.products.title is 'Another.'`,
      'grant select on app_public.products to fluence_visitor',
      'grant update (title) on app_public.products to fluence_visitor',
      'grant execute on function app_public.retire_product(bigint) to fluence_visitor',
      'alter policy select_brand on app_public.products to public',
      'alter policy select_brand on app_public.products using (true)',
      'alter view reporting.category_stock set (security_invoker = false)',
      'alter function app_public.retire_product(bigint) security definer',
      'alter table app_public.products disable trigger _100_fill_brand',
      `update app_public.currencies set name = 'Taler' where code = 'EUR'`,
    ]) {
      await run(other.superuserUrl, change)
      const after = await fingerprint(other.superuserUrl)
      if (isDeepStrictEqual(after, before)) unnoticed.push(change)
      before = after
    }
    expect(unnoticed).toEqual([])
  })
})

describe('a committed migration', () => {
  const tampered = (change: (text: string) => string) => {
    const dir = firstMigrations(committed.length)
    const file = path.join(dir, 'committed', committed[0] ?? '')
    fs.writeFileSync(file, change(fs.readFileSync(file, 'utf8')))
    return dir
  }

  test('is refused when its text was changed', async () => {
    const database = await newDatabase({ empty: true })
    await bootstrap(database.access)
    const dir = tampered((text) => `${text}\ncreate table app_public.smuggled ();\n`)
    await expect(migrateFrom(database, dir)).rejects.toThrow(/has the file been tampered with/)
    expect(await run(database.superuserUrl, `select to_regclass('app_public.smuggled')`)).toEqual([
      { to_regclass: null },
    ])
  })

  test('is refused when its hash was changed too, because the next one names it', async () => {
    const database = await newDatabase({ empty: true })
    await bootstrap(database.access)
    const dir = tampered((text) => text.replace(/^--! Hash: .*$/m, '--! Hash: sha1:0123'))
    await expect(migrateFrom(database, dir)).rejects.toThrow(/expected previous hash/)
  })

  test('is refused when the database has had another one of that number', async () => {
    const database = await newDatabase()
    await run(
      database.superuserUrl,
      `update graphile_migrate.migrations set hash = 'sha1:0'
       where filename = (select max(m.filename) from graphile_migrate.migrations as m)`,
    )
    await expect(migrate(database.access)).rejects.toThrow(/is not the one that the database/)
  })
})

describe('the loader', () => {
  test('refuses while an object of somebody else stands on ours', async () => {
    const database = await newDatabase()
    await run(
      database.superuserUrl,
      'create view public.theirs as select s.category from reporting.category_stock as s',
    )
    const before = await fingerprint(database.superuserUrl)
    const migrator = database.access.as('fluence_migrator')
    for (const work of [
      () => loadSources(migrator, { force: true }),
      () => unloadSources(migrator),
    ]) {
      await expect(work()).rejects.toMatchObject({
        name: 'Problem',
        message: expect.stringMatching(/theirs.* stands on view reporting\.category_stock/),
      })
    }
    expect(await fingerprint(database.superuserUrl)).toEqual(before)
    expect(await loadSources(migrator)).toBe(false)

    await run(database.superuserUrl, 'drop view public.theirs')
    expect(await loadSources(migrator, { force: true })).toBe(true)
  })

  for (const { what, id, text, error } of [
    {
      what: 'does not parse',
      id: 'catalog/views/category_stock',
      text: '-- A comment.\ncreate or replace view reporting.category_stock as selec 1',
      error: /^sql\/catalog\/views\/category_stock\.sql, line 2: syntax error/,
    },
    {
      what: 'names what is not there',
      id: 'catalog/functions/retire_product',
      text: `create function app_public.retire_product(product_id bigint) returns bigint
             language sql as 'select n.id from app_public.nowhere as n'`,
      error: /^app_public\.retire_product\(bigint\): .*app_public\.nowhere/,
    },
  ]) {
    test(`changes nothing when a file ${what}`, async () => {
      const database = await newDatabase()
      const migrator = database.access.as('fluence_migrator')
      const before = await fingerprint(database.superuserUrl)
      await expect(loadSources(migrator, { sources: sourcesWith(id, text) })).rejects.toThrow(error)
      expect(await fingerprint(database.superuserUrl)).toEqual(before)
      expect(await loadSources(migrator)).toBe(false)
    })
  }
})
