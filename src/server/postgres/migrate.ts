import fs from 'node:fs'
import path from 'node:path'
import graphileMigrate, { type Settings } from 'graphile-migrate'
import type pg from 'pg'
import { Problem } from '../../problem.ts'
import { projectDir } from '../env.ts'
import type { Access } from './access.ts'
import { exclusively, exists, withClient } from './connect.ts'
import { loadedHash, loadSources, unloadSources } from './loader.ts'
import { readSources } from './sources.ts'

const migrationsDir = path.join(projectDir, 'migrations')

/** The committed migrations, in order: 000001.sql and so on, as the database's ledger names them. */
export function committedMigrations(dir = migrationsDir): string[] {
  return fs
    .readdirSync(path.join(dir, 'committed'))
    .flatMap((name) => /^(\d{6})(?:-[^.]*)?\.sql$/.exec(name)?.[1] ?? [])
    .sort()
    .map((number) => `${number}.sql`)
}

/** The migrations that a database has had, in order. */
export async function appliedMigrations(
  client: Pick<pg.ClientBase, 'query'>,
): Promise<string[]> {
  const { rows } = await client.query<{ filename: string }>(
    'select filename from graphile_migrate.migrations order by filename',
  )
  return rows.map((row) => row.filename)
}

/** The settings of .gmrc, for use as a library. */
export function migrateSettings(access: Access, extra: Partial<Settings> = {}): Settings {
  const settings = JSON.parse(fs.readFileSync(path.join(projectDir, '.gmrc'), 'utf8')) as Settings
  return {
    ...settings,
    connectionString: access.as('fluence_migrator'),
    rootConnectionString: access.root,
    migrationsFolder: migrationsDir,
    logger: quiet,
    ...extra,
  }
}

/** As a library we call the loader ourselves. */
const noHooks = { beforeAllMigrations: [], afterAllMigrations: [] }

const quiet = new graphileMigrate.Logger(() => () => {})

export interface Migrated {
  /** How many migrations ran. */
  readonly migrations: number
  /** Whether sql/ was loaded anew. */
  readonly loaded: boolean
}

/**
 * Brings a database to the state of this checkout. graphile-migrate commits each migration by
 * itself, so the re-runnable objects go first and come back last: in between it is closed.
 */
export async function migrate(
  access: Access,
  say: (line: string) => void = () => {},
): Promise<Migrated> {
  const migrator = access.as('fluence_migrator')
  const sources = readSources()
  return withClient(migrator, (client) =>
    exclusively(client, async () => {
      // As itself, not as the owner: see loader.ts.
      await client.query('set role none')
      const pending = await pendingMigrations(client)
      if (pending.length === 0) {
        if ((await loadedHash(client)) === sources.hash) return { migrations: 0, loaded: false }
      } else {
        say(`Migrating the database (${pending.length} new)`)
        await unloadSources(migrator)
        await graphileMigrate.migrate(migrateSettings(access, noHooks))
      }
      say(`Loading ${sources.files.length} files of sql/`)
      await loadSources(migrator, { sources })
      return { migrations: pending.length, loaded: true }
    }),
  )
}

async function pendingMigrations(client: pg.ClientBase): Promise<string[]> {
  const committed = committedMigrations()
  const ledger = await exists(client, 'graphile_migrate.migrations')
  const applied = ledger ? await appliedMigrations(client) : []
  const unknown = applied.filter((name) => !committed.includes(name))
  if (unknown.length > 0) {
    throw new Problem(
      `The database is of a newer version: it has had the migration ${unknown.at(-1)}, which this release does not know.`,
      'Update Fluence (git pull), or use another database.',
    )
  }
  return committed.filter((name) => !applied.includes(name))
}

/** Whether a database runs exactly this checkout: asked by readiness and by the doctor. */
export async function isUpToDate(client: pg.ClientBase): Promise<boolean> {
  return (await loadedHash(client)) === readSources().hash
}
