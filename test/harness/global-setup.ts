import type { TestProject } from 'vitest/node'
import { startThrowAwayCluster } from '../../src/cli/throw-away.ts'
import { accessThrough } from '../../src/server/postgres/access.ts'
import { binariesIn } from '../../src/server/postgres/binaries.ts'
import { withClient } from '../../src/server/postgres/connect.ts'
import { closeOtherDatabases, harden } from '../../src/server/postgres/harden.ts'
import { prepareDatabase } from '../../src/server/postgres/open.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** The cluster as its superuser; every test file clones the database fluence_template. */
    superuserUrl: string
    /** What the service logins' passwords follow from. */
    secret: string
  }
}

/**
 * One PostgreSQL for all tests: the embedded one, or the programs in the folder that
 * FLUENCE_TEST_POSTGRES names. The template is made by a login that is no superuser and may only
 * create roles, which is all that DATABASE_URL asks for.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const bin = process.env['FLUENCE_TEST_POSTGRES']
  const cluster = await startThrowAwayCluster({
    binaries: bin === undefined ? undefined : binariesIn(bin),
  })
  const installer = cluster.url('fluence_template', 'installer', cluster.password)
  await withClient(cluster.url('postgres'), async (client) => {
    const password = client.escapeLiteral(cluster.password)
    await client.query(`create role installer login createrole password ${password}`)
    await client.query('create database fluence_template owner installer')
  })
  await prepareDatabase(accessThrough(installer, cluster.password), undefined, {
    withCurrent: true,
  })
  // As on a server of our own: what is tested here works there.
  await harden(cluster.url('fluence_template'))
  await closeOtherDatabases(cluster.url('postgres'))
  await withClient(cluster.url('postgres'), async (client) => {
    await client.query('alter database fluence_template with is_template true')
    await client.query('alter database fluence_template with allow_connections false')
  })
  project.provide('superuserUrl', cluster.url('postgres'))
  project.provide('secret', cluster.password)
  return () => cluster.stop()
}
