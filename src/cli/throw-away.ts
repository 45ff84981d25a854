import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { type Access, accessThrough } from '../server/postgres/access.ts'
import type { Binaries } from '../server/postgres/binaries.ts'
import { bootstrap } from '../server/postgres/bootstrap.ts'
import { type Cluster, startCluster } from '../server/postgres/cluster.ts'
import { withClient } from '../server/postgres/connect.ts'

/** A PostgreSQL in a temporary folder, quick because nothing in it has to last. */
export async function startThrowAwayCluster(
  options: { binaries?: Binaries; settings?: Record<string, string> } = {},
): Promise<Cluster> {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'fluence-'))
  fs.chmodSync(dir, 0o755)
  const cluster = await startCluster({
    dir,
    binaries: options.binaries,
    settings: {
      fsync: 'off',
      synchronous_commit: 'off',
      full_page_writes: 'off',
      archive_mode: 'off',
      autovacuum: 'off',
      shared_buffers: '128MB',
      ...options.settings,
    },
  })
  return {
    ...cluster,
    async stop() {
      await cluster.stop()
      fs.rmSync(dir, { recursive: true, force: true })
    },
  }
}

/** An empty database with our roles, gone when the work is done. */
export async function withThrowAwayDatabase<T>(
  work: (access: Access & { secret: string }) => Promise<T>,
): Promise<T> {
  const cluster = await startThrowAwayCluster()
  try {
    await withClient(cluster.url('postgres'), (client) => client.query('create database fluence'))
    const access = accessThrough(cluster.url('fluence'), cluster.password)
    await bootstrap(access)
    return await work({ ...access, secret: cluster.password })
  } finally {
    await cluster.stop()
  }
}
