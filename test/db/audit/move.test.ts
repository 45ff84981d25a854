import { execFileSync } from 'node:child_process'
import path from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { startThrowAwayCluster } from '../../../src/cli/throw-away.ts'
import { verifyAuditLog } from '../../../src/server/audit/open.ts'
import { accessThrough } from '../../../src/server/postgres/access.ts'
import { binariesIn } from '../../../src/server/postgres/binaries.ts'
import { bootstrap } from '../../../src/server/postgres/bootstrap.ts'
import { withClient } from '../../../src/server/postgres/connect.ts'
import { lookAhead } from '../../../src/server/postgres/loader.ts'
import { AuditedDatabase } from '../../harness/audit.ts'

const bin = process.env['FLUENCE_TEST_POSTGRES']

// The embedded PostgreSQL brings no pg_dump: so this is a matter of the other leg.
if (bin !== undefined) {
  test('a log that is moved by dump and restore to another cluster still verifies', async () => {
    const audited = await AuditedDatabase.make()
    await audited.note(12)
    await audited.seal()
    await audited.note(3)

    const cluster = await startThrowAwayCluster({ binaries: binariesIn(bin) })
    onTestFinished(() => cluster.stop())
    await withClient(cluster.url('postgres'), async (client) => {
      // Who was given rights there.
      await client.query('create role installer')
      await client.query('create database moved')
    })
    const access = accessThrough(cluster.url('moved'), cluster.password)
    await bootstrap(access)
    const program = (name: string, args: string[], input?: Buffer) =>
      execFileSync(path.join(bin, name), args, { input, maxBuffer: 2 ** 28 })
    const dump = program('pg_dump', [audited.database.superuserUrl])
    program('psql', ['-q', '-v', 'ON_ERROR_STOP=1', '-f', '-', access.root], dump)
    await withClient(access.as('fluence_migrator'), async (client) => {
      await client.query('set role none')
      await lookAhead(client)
    })

    await withClient(access.root, async (client) => {
      const { rows: series } = await client.query<{ n: number }>(
        'select count(*)::int as n from app_private.audit_series',
      )
      expect(series).toEqual([{ n: 2 }])
      await client.query(`select app_private.note_in_audit('read', null, 'there', null, null)`)
      await client.query('select app_private.seal_audit_log(100)')
    })
    const faults: string[] = []
    const result = await verifyAuditLog(access, audited.dataDir, ({ says }) => faults.push(says))
    expect(faults).toEqual([])
    expect(result).toMatchObject({ rows: 16, unsealed: 0, blocks: 4, compared: 3 })
  })
}
