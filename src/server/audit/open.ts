import type pg from 'pg'
import type { Access } from '../postgres/access.ts'
import { withClient } from '../postgres/connect.ts'
import { sealsFile } from './seals-file.ts'
import { type Fault, type Verified, Verifier } from './verify.ts'

/** Compares a database's audit log with its seals; tells each fault as it is found. */
export const verifyAuditLog = (
  access: Access,
  dataDir: string,
  tell: (fault: Fault) => void,
): Promise<Verified> =>
  asReader(access, (client) => new Verifier(client, sealsFile(dataDir), tell).verify())

/** As the one whom policies let read the whole log; it may change nothing in it. */
export const asReader = <T>(access: Access, work: (client: pg.Client) => Promise<T>): Promise<T> =>
  withClient(access.as('fluence_migrator'), async (client) => {
    await client.query('set role fluence_definer')
    return work(client)
  })
