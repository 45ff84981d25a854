import { describe, expect, inject, test } from 'vitest'
import { AuditedDatabase } from '../harness/audit.ts'
import { cli, run } from '../harness/processes.ts'

const audit = (audited: AuditedDatabase, ...args: string[]) =>
  run({
    command: [...cli, 'audit', ...args],
    env: {
      DATABASE_URL: audited.database.superuserUrl,
      FLUENCE_SECRET: inject('secret'),
      FLUENCE_DATA_DIR: audited.dataDir,
    },
  })

/** Two entries of a brand, one of nobody, all sealed. */
async function sealed(): Promise<AuditedDatabase> {
  const audited = await AuditedDatabase.make()
  await audited.rows(
    `select app_private.create_organization('brand', 'acme', '=Acme', 'UTC', 'EUR')`,
  )
  await audited.rows(`update app_public.organizations set name = 'Acme, "Inc"'`)
  await audited.note(1)
  await audited.seal()
  return audited
}

describe('fluence audit verify', () => {
  test('says that nothing was changed', async () => {
    const audited = await sealed()
    const { code, stdout } = await audit(audited, 'verify')
    expect(stdout).toBe(
      '3 rows, 1 blocks; 1 seals compared with those outside the database.\n' +
        'Nothing was changed since it was sealed.\n',
    )
    expect(code).toBe(0)
  })

  test('names what was changed, and ends with 1', async () => {
    const audited = await sealed()
    await audited.tamper(
      `update app_public.audit_log as l set door = 'worker' where l.id in (2, 3)`,
    )
    const { code, stdout } = await audit(audited, 'verify')
    expect(code).toBe(1)
    expect(stdout).toMatch(
      /^Row 2 \(app_public\.organizations, .*\) was edited after it was sealed/,
    )
    expect(stdout).toMatch(/\nRow 3 \(test, .*\) was edited.*\n[^]*\nThe log was changed\.\n$/)
    const ofAcme = await audit(audited, 'verify', '--org', 'acme', '--json')
    expect(ofAcme.code).toBe(1)
    expect(JSON.parse(ofAcme.stdout)).toMatchObject({
      intact: false,
      faults: 2,
      found: [{ fault: 'edited', row: { id: '2' } }],
    })
  })

  test('knows which organizations there are', async () => {
    const { code, stderr } = await audit(await sealed(), 'verify', '--org', 'nobody')
    expect(code).toBe(1)
    expect(stderr).toContain('There is no organization "nobody".')
  })
})

describe('fluence audit list', () => {
  test('lists entries as CSV that no spreadsheet executes', async () => {
    const audited = await sealed()
    await audited.rows(`update app_public.organizations set slug = 'acme-2'`)
    const { code, stdout } = await audit(audited, 'list', '--org', 'acme-2')
    expect(code).toBe(0)
    const [head, added, edited] = stdout.split('\r\n')
    expect(head).toMatch(/^occurred_at,id,organization_id,action,door,/)
    expect(added).toContain(',insert,house,')
    expect(edited).toContain('""name"":""Acme, \\""Inc\\""""')
    expect(stdout).not.toContain(',test,')
  })

  test('lists a span of time as JSON', async () => {
    const audited = await sealed()
    const all = await audit(audited, 'list', '--format', 'json')
    expect(all.stdout.trimEnd().split('\n')).toHaveLength(3)
    const none = await audit(audited, 'list', '--format', 'json', '--until', '2001-01-01')
    expect(none.stdout).toBe('')
    const wrong = await audit(audited, 'list', '--since', 'yesterday')
    expect(wrong.code).toBe(1)
    expect(wrong.stderr).toContain('"yesterday" is no moment.')
  })
})
