import fs from 'node:fs'
import path from 'node:path'
import graphileMigrate, { type Settings } from 'graphile-migrate'
import type pg from 'pg'
import { Problem } from '../../problem.ts'
import { projectDir } from '../env.ts'
import { installQueue } from '../worker/queue.ts'
import type { Access } from './access.ts'
import { exclusively, exists, withClient } from './connect.ts'
import { loadedHash, loadSources, lookAhead, unloadSources } from './loader.ts'
import { pause } from './processes.ts'
import { readSources } from './sources.ts'

const migrationsDir = path.join(projectDir, 'migrations')

export interface Migration {
  /** 000001.sql and so on, as the database's ledger names it. */
  readonly filename: string
  readonly hash: string
}

/** The committed migrations, in order. */
export function committedMigrations(dir = migrationsDir): Migration[] {
  const folder = path.join(dir, 'committed')
  return fs
    .readdirSync(folder)
    .toSorted()
    .flatMap((name) => {
      const number = /^(\d{6})(?:-[^.]*)?\.sql$/.exec(name)?.[1]
      if (number === undefined) return []
      const text = fs.readFileSync(path.join(folder, name), 'utf8')
      const hash = /^--! Hash: (\S+)$/m.exec(text)?.[1] ?? ''
      return [{ filename: `${number}.sql`, hash }]
    })
}

/** The migrations that a database has had, in order. */
export async function appliedMigrations(
  client: Pick<pg.ClientBase, 'query'>,
): Promise<Migration[]> {
  const { rows } = await client.query<Migration>(
    'select filename, hash from graphile_migrate.migrations order by filename',
  )
  return rows
}

/** What .gmrc says, hooks and all. */
export const gmrc = () =>
  JSON.parse(fs.readFileSync(path.join(projectDir, '.gmrc'), 'utf8')) as Settings

/** As a library we call the loader ourselves. */
const noHooks = {
  beforeAllMigrations: [],
  afterAllMigrations: [],
  beforeCurrent: [],
  afterCurrent: [],
}

/** The settings of .gmrc, for use as a library. */
export const migrateSettings = (access: Access, extra: Partial<Settings> = {}): Settings => ({
  ...gmrc(),
  ...noHooks,
  connectionString: access.as('fluence_migrator'),
  rootConnectionString: access.root,
  migrationsFolder: migrationsDir,
  logger: quiet,
  ...extra,
})

/**
 * graphile-migrate keeps its connection for 200 ms, and ends the process if it is cut within them:
 * wait for this before the database is stopped or dropped.
 */
export const connectionReleased = () => pause(300)

/** When a connection of its pool breaks, graphile-migrate would end the process without a word. */
const quiet = new graphileMigrate.Logger(() => (_level, message, meta) => {
  if (message.includes('PgPool')) throw meta?.['error'] as Error
})

export interface MigrateOptions {
  /** Runs migrations/current.sql too, which is still being written: for a database of tests. */
  readonly withCurrent?: boolean
}

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
  { withCurrent = false }: MigrateOptions = {},
): Promise<Migrated> {
  const migrator = access.as('fluence_migrator')
  const sources = readSources()
  return withClient(migrator, (client) =>
    exclusively(client, async () => {
      // As itself, not as the owner: see loader.ts.
      await client.query('set role none')
      const pending = await pendingMigrations(client)
      let released = Promise.resolve()
      if (pending.length === 0) {
        if ((await loadedHash(client)) === sources.hash) {
          await lookAhead(client)
          return { migrations: 0, loaded: false }
        }
      } else {
        say(`Migrating the database (${pending.length} new)`)
        await unloadSources(migrator)
        await graphileMigrate.migrate(migrateSettings(access))
        released = connectionReleased()
      }
      if (withCurrent) await runCurrent(migrator)
      await installQueue(access)
      say(`Loading ${sources.files.length} files of sql/`)
      // Also when it fails: its error must be told before the process can be ended.
      await loadSources(migrator, { sources }).finally(() => released)
      return { migrations: pending.length, loaded: true }
    }),
  )
}

const runCurrent = (migrator: string) =>
  withClient(migrator, (client) =>
    client.query(fs.readFileSync(path.join(migrationsDir, 'current.sql'), 'utf8')),
  )

/** The migrations that a database has yet to have; refuses one that has had others than ours. */
export async function pendingMigrations(client: pg.ClientBase): Promise<Migration[]> {
  const committed = committedMigrations()
  const ledger = await exists(client, 'graphile_migrate.migrations')
  const applied = ledger ? await appliedMigrations(client) : []
  for (const { filename, hash } of applied) {
    const ours = committed.find((migration) => migration.filename === filename)
    if (ours === undefined) {
      throw new Problem(
        `The database is of a newer version: it has had the migration ${filename}, which this release does not know.`,
        'Update Fluence (git pull), or use another database.',
      )
    }
    if (ours.hash !== hash) {
      throw new Problem(
        `The migration ${filename} of this release is not the one that the database has had.`,
        'Put migrations/committed back as it was (git checkout), or use another database.',
      )
    }
  }
  return committed.slice(applied.length)
}

/** Whether a database runs exactly this checkout: asked by readiness and by the doctor. */
export async function isUpToDate(client: pg.ClientBase): Promise<boolean> {
  return (await loadedHash(client)) === readSources().hash
}
