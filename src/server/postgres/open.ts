import type { Env } from '../env.ts'
import { readCredentials } from '../http/tls.ts'
import { type Access, accessThrough } from './access.ts'
import { bootstrap } from './bootstrap.ts'
import { type Cluster, startCluster } from './cluster.ts'
import { ClusterFolder, embeddedDatabase, fullDisk, isNearlyFull } from './cluster-folder.ts'
import { exclusively, withClient } from './connect.ts'
import { closeOtherDatabases, harden } from './harden.ts'
import { type Migrated, type MigrateOptions, migrate } from './migrate.ts'
import type { Outside } from './outside.ts'
import { Problem } from '../../problem.ts'

export interface OpenDatabase {
  readonly access: Access
  /** The embedded server, or undefined where DATABASE_URL names another. */
  readonly cluster: Cluster | undefined
  /** Makes it this checkout's; where the server is ours, closes what nobody needs, too. */
  prepare(say?: (line: string) => void): Promise<Migrated>
  close(): Promise<void>
}

export interface OpenOptions {
  readonly say?: (line: string) => void
  readonly supervise?: boolean
}

/** Opens the database that the environment names, and starts the embedded server where it is that. */
export async function openDatabase(env: Env, options: OpenOptions = {}): Promise<OpenDatabase> {
  if (env.databaseUrl !== undefined) {
    const access = accessThrough(env.databaseUrl, secretOf(env, env.databaseUrl))
    return {
      access,
      cluster: undefined,
      prepare: (say) => prepareDatabase(access, say),
      close: async () => {},
    }
  }
  const cluster = await startCluster({ dir: env.dataDir, outside: outsideOf(env), ...options })
  try {
    await createEmbeddedDatabase(cluster)
  } catch (error) {
    await cluster.stop()
    throw error
  }
  const access = accessThrough(cluster.url(embeddedDatabase), cluster.password)
  return {
    access,
    cluster,
    async prepare(say) {
      const migrated = await prepareDatabase(access, say)
      await harden(access.root)
      await closeOtherDatabases(access.root)
      return migrated
    },
    close: () => cluster.stop(),
  }
}

/** Where the environment lets other machines reach the embedded server. */
function outsideOf({ pgListen, tlsCert, tlsKey }: Env): Outside | undefined {
  if (pgListen.length === 0) return undefined
  return {
    addresses: pgListen.map(({ address }) => address),
    port: pgListen.find(({ port }) => port !== undefined)?.port,
    credentials: readCredentials(tlsCert, tlsKey),
  }
}

/** Roles, logins, migrations and sql/: after this the database is this checkout's. */
export async function prepareDatabase(
  access: Access,
  say?: (line: string) => void,
  options: MigrateOptions = {},
): Promise<Migrated> {
  await bootstrap(access)
  return migrate(access, say, options)
}

/** Opens, prepares, works and closes: for one command. */
export async function withDatabase<T>(
  env: Env,
  say: (line: string) => void,
  work: (database: OpenDatabase) => Promise<T>,
): Promise<T> {
  try {
    const database = await openDatabase(env, { say })
    try {
      await database.prepare(say)
      return await work(database)
    } finally {
      await database.close()
    }
  } catch (error) {
    throw reasonFor(error, env)
  }
}

/** The access of an embedded database that need not run, for printing its address. */
export function embeddedAccess(password: string, port: number): Access {
  const root = `postgres://postgres:${password}@127.0.0.1:${port}/${embeddedDatabase}`
  return accessThrough(root, password)
}

/** The reason for an error that by itself tells of its effect only. */
export function reasonFor(error: unknown, env: Env): unknown {
  if (error instanceof Problem || env.databaseUrl !== undefined) return error
  const folder = new ClusterFolder(env.dataDir)
  return isNearlyFull(folder) ? fullDisk(folder, error) : error
}

export function secretOf(env: Env, databaseUrl: string): string {
  const secret = env.databaseSecret ?? decodeURIComponent(new URL(databaseUrl).password)
  if (secret === '') {
    throw new Problem(
      'DATABASE_URL has no password to derive the service logins from.',
      'Set FLUENCE_SECRET to a long random text, the same for every server of this database.',
    )
  }
  return secret
}

async function createEmbeddedDatabase(cluster: Cluster): Promise<void> {
  await withClient(cluster.url('postgres'), (client) =>
    exclusively(client, async () => {
      const { rowCount } = await client.query('select from pg_database where datname = $1', [
        embeddedDatabase,
      ])
      if (rowCount === 0) await client.query(`create database ${embeddedDatabase}`)
      await withClient(cluster.url(embeddedDatabase), (inside) =>
        inside.query('create extension if not exists pg_stat_statements'),
      )
    }),
  )
}
