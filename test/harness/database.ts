import crypto from 'node:crypto'
import { inject } from 'vitest'
import { type Access, accessThrough, inDatabase } from '../../src/server/postgres/access.ts'
import { withClient } from '../../src/server/postgres/connect.ts'

export interface TestDatabase {
  readonly name: string
  readonly superuserUrl: string
  readonly access: Access
  drop(): Promise<void>
}

/** A copy of the template for one test file. An empty one has roles and nothing else. */
export async function cloneDatabase(options: { empty?: boolean } = {}): Promise<TestDatabase> {
  const cluster = inject('superuserUrl')
  const name = `test_${crypto.randomBytes(6).toString('hex')}`
  const template = options.empty ? 'template1' : 'fluence_template strategy file_copy'
  await withClient(cluster, async (client) => {
    await client.query(`create database ${name} owner installer template ${template}`)
    // Rights on a database are not copied with it.
    await client.query(`revoke all on database ${name} from public`)
    await client.query(`grant create on database ${name} to fluence_owner`)
    await client.query(`grant temporary on database ${name} to fluence_server`)
    await client.query(
      `grant connect on database ${name}
       to fluence_migrator, fluence_server, fluence_authenticator, fluence_worker`,
    )
  })
  const superuserUrl = inDatabase(cluster, name)
  return {
    name,
    superuserUrl,
    access: accessThrough(superuserUrl, inject('secret')),
    drop: async () => {
      await withClient(cluster, (c) => c.query(`drop database if exists ${name} with (force)`))
    },
  }
}
