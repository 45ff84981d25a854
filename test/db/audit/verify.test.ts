import { execFileSync } from 'node:child_process'
import crypto from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { startThrowAwayCluster } from '../../../src/cli/throw-away.ts'
import { verifyAuditLog } from '../../../src/server/audit/open.ts'
import { accessThrough } from '../../../src/server/postgres/access.ts'
import { binariesIn } from '../../../src/server/postgres/binaries.ts'
import { bootstrap } from '../../../src/server/postgres/bootstrap.ts'
import { withClient } from '../../../src/server/postgres/connect.ts'
import { lookAhead } from '../../../src/server/postgres/loader.ts'
import { AuditedDatabase } from '../../harness/audit.ts'

/** Rows 1 to 12 in three blocks of four. */
async function sealed(): Promise<AuditedDatabase> {
  const audited = await AuditedDatabase.make()
  await audited.note(12)
  await audited.seal()
  return audited
}

describe('verify', () => {
  test('finds nothing where nothing was changed, and counts what is not sealed yet', async () => {
    const audited = await sealed()
    await audited.note(2)
    const { faults, result } = await audited.verify()
    expect(faults).toEqual([])
    expect(result).toEqual({ rows: 14, blocks: 3, unsealed: 2, faults: 0, compared: 3 })
  })

  test('does not depend on settings of the session', async () => {
    const audited = await AuditedDatabase.make()
    await audited.rows(`set timezone = 'Asia/Kathmandu'`)
    await audited.rows(`set datestyle = 'German'`)
    await audited.note(3)
    await audited.seal()
    expect(await audited.faults()).toEqual([])
  })

  const edits = {
    occurred_at: `l.occurred_at - interval '1 microsecond'`,
    organization_id: '7',
    action: `'refuse'`,
    door: `'worker'`,
    user_id: '7',
    session_id: '7',
    login: `'somebody'`,
    role: `'admin'`,
    request_id: `'another'`,
    object: `'another'`,
    row_key: `'{"n": 99}'`,
    before: `'{}'`,
    after: 'jsonb_build_object()',
    reason: 'null',
  }
  for (const [column, value] of Object.entries(edits)) {
    test(`names a row whose ${column} was edited`, async () => {
      const audited = await sealed()
      await audited.tamper(
        `update app_public.audit_log as l set ${column} = ${value} where l.id = 6`,
      )
      const { faults } = await audited.verify()
      expect(faults).toMatchObject([
        {
          fault: 'edited',
          block: '2',
          row: { id: '6', object: column === 'object' ? 'another' : 'test' },
        },
      ])
      expect(faults[0]?.says).toMatch(/^Row 6 \(\w+, \d{4}-.*Z\) was edited/)
    })
  }

  test('names a row that was removed, in the middle and at the end', async () => {
    const audited = await sealed()
    await audited.tamper('delete from app_public.audit_log as l where l.id in (6, 12)')
    const { faults } = await audited.verify()
    expect(faults).toMatchObject([
      { fault: 'removed', block: '2', row: { id: '6' } },
      { fault: 'removed', block: '3', row: { id: '12' } },
    ])
    expect(faults[0]?.says).toMatch(/^Row 6 was removed; it was sealed at \d{4}-.*Z\.$/)
  })

  test('names a row that was added among sealed ones', async () => {
    const audited = await sealed()
    await audited.tamper(
      `insert into app_public.audit_log (series, transaction_id, action, door, object)
       select l.series, l.transaction_id, 'read', 'app', 'forged'
       from app_public.audit_log as l where l.id = 6`,
    )
    expect(await audited.faults()).toEqual(['added 13'])
  })

  test('names rows that were given the place of one another', async () => {
    const audited = await sealed()
    await audited.tamper(
      `update app_public.audit_log as l set transaction_id = o.transaction_id
       from app_public.audit_log as o where (l.id, o.id) in ((2, 11), (11, 2))`,
    )
    expect((await audited.faults()).toSorted()).toEqual(['moved 11', 'moved 2'])
  })

  test('names rows that were given the number of one another', async () => {
    const audited = await sealed()
    await audited.rows('alter table app_public.audit_log alter column id drop identity')
    await audited.tamper(`update app_public.audit_log as l set id = 13 - l.id where l.id in (6, 7)`)
    expect(await audited.faults()).toEqual(['edited 7', 'edited 6'])
  })

  test('names all that a partition held that was dropped', async () => {
    const audited = await sealed()
    const [partition] = await audited.rows<{ name: string }>(
      `select tableoid::regclass::text as name from app_public.audit_log limit 1`,
    )
    await audited.rows(`drop table ${partition?.name}`)
    expect(await audited.faults()).toEqual(Array.from({ length: 12 }, (_, n) => `removed ${n + 1}`))
  })

  test('names a seal that was edited to hide an edit', async () => {
    const audited = await sealed()
    await audited.tamper(`update app_public.audit_log as l set object = 'x' where l.id = 6`)
    await audited.tamper(
      `update app_private.audit_seals as s
       set leaves = overlay(s.leaves placing app_private.audit_digest(l) from 49 for 32)
       from app_public.audit_log as l where s.block = 2 and l.id = 6`,
    )
    expect(await audited.faults()).toEqual(['seal_edited block 2'])
  })

  test('names a seal that is missing', async () => {
    const audited = await sealed()
    await audited.tamper('delete from app_private.audit_seals as s where s.block = 2')
    expect(await audited.faults()).toEqual(['seal_missing block 2'])
  })

  test('finds that the end was cut off, rows and seals', async () => {
    const audited = await sealed()
    await audited.tamper('delete from app_public.audit_log as l where l.id > 8')
    await audited.tamper('delete from app_private.audit_seals as s where s.block = 3')
    expect(await audited.faults()).toEqual(['seals_cut_off block 3'])
  })

  test('finds that all of it was taken away', async () => {
    const audited = await sealed()
    await audited.tamper('delete from app_public.audit_log')
    await audited.tamper('delete from app_private.audit_seals')
    expect(await audited.faults()).toEqual(['seals_cut_off block 1'])
  })

  test('finds that rows and seals were made anew, by the file alone, from which block on', async () => {
    const audited = await sealed()
    await audited.tamper(`update app_public.audit_log as l set object = 'x' where l.id = 6`)
    await audited.tamper('delete from app_private.audit_seals as s where s.block >= 2')
    await audited.seal(4, { outside: false })
    expect(await audited.faults()).toEqual(['rebuilt block 2'])
    fs.rmSync(audited.file)
    const { faults, result } = await audited.verify()
    expect(faults).toEqual([])
    expect(result.compared).toBe(0)
  })

  test('finds that the database was set back and written on', async () => {
    const audited = await sealed()
    await audited.tamper('delete from app_public.audit_log as l where l.id > 8')
    await audited.tamper('delete from app_private.audit_seals as s where s.block = 3')
    await audited.note(4)
    await audited.seal(4, { outside: false })
    const lines = fs.readFileSync(audited.file, 'utf8').split('\n')
    fs.appendFileSync(audited.file, `${lines[1]}\n`)
    expect(await audited.faults()).toEqual(['set_back block 2', 'rebuilt block 3'])
  })

  test('says where the file outside cannot be read', async () => {
    const audited = await sealed()
    const lines = fs.readFileSync(audited.file, 'utf8').split('\n')
    fs.writeFileSync(audited.file, [lines[0], 'nonsense', lines[2], ''].join('\n'))
    const { faults, result } = await audited.verify()
    expect(faults.map(({ fault }) => fault)).toEqual(['file_unreadable'])
    expect(result.compared).toBe(1)
  })

  test('is not led astray by a digest function that was replaced', async () => {
    const audited = await sealed()
    await audited.tamper(`update app_public.audit_log as l set object = 'x' where l.id = 6`)
    await audited.rows(
      `create or replace function app_private.audit_digest(entry app_public.audit_log)
       returns bytea language sql stable
       begin atomic select substring(s.leaves from 9 for 32) from app_private.audit_seals as s; end`,
    )
    expect(await audited.faults()).toEqual(['edited 6'])
  })

  test('goes on after the rows were moved to another cluster', async () => {
    const audited = await sealed()
    await audited.note(2)
    // There numbers of transactions begin anew, and so may be lower than those that were sealed.
    await audited.rows(`insert into app_private.audit_series (series, cluster_id) values (2, 7)`)
    await audited.tamper(
      `update app_public.audit_log as l set transaction_id = l.transaction_id + 5
       where l.id > 12`,
    )
    await audited.note(3)
    await audited.tamper(
      `update app_public.audit_log as l set transaction_id = l.id where l.series = 2`,
    )
    await audited.seal()
    const { faults, result } = await audited.verify()
    expect(faults).toEqual([])
    expect(result).toMatchObject({ rows: 17, unsealed: 0 })
  })

  test('names exactly what was tampered with, whatever it was', async () => {
    const seed = crypto.randomBytes(4).toString('hex')
    const audited = await AuditedDatabase.make()
    await audited.note(60)
    await audited.seal(7)
    const untouched = new Set(Array.from({ length: 60 }, (_, n) => n + 1))
    const expected: string[] = []
    for (let step = 0; step < 20; step += 1) {
      const hash = crypto.createHash('sha256').update(`${seed} ${step}`).digest()
      // Behind the last sealed row is what is not sealed yet.
      const candidates = [...untouched].filter((candidate) => candidate < 60)
      const id = candidates[hash.readUInt32BE(0) % candidates.length] ?? 0
      untouched.delete(id)
      const change = hash.readUInt32BE(4) % 3
      if (change === 0) {
        const reason = hash.toString('base64').slice(0, 1 + (hash[8] ?? 0) / 8)
        await audited.tamper(`update app_public.audit_log set reason = $2 where id = $1`, [
          id,
          reason,
        ])
        expected.push(`edited ${id}`)
      } else if (change === 1) {
        await audited.tamper(`delete from app_public.audit_log where id = $1`, [id])
        expected.push(`removed ${id}`)
      } else {
        const [forged] = await audited.rows<{ id: string }>(
          `insert into app_public.audit_log (series, transaction_id, action, door, object)
           select l.series, l.transaction_id, 'read', 'app', 'forged'
           from app_public.audit_log as l where l.id = $1 returning id`,
          [id],
        )
        expected.push(`added ${forged?.id}`)
      }
    }
    expect((await audited.faults()).toSorted(), `seed ${seed}`).toEqual(expected.toSorted())
  })
})

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
