import { describe, expect, inject, onTestFinished, test } from 'vitest'
import { csv } from '../../src/cli/csv.ts'
import { cloneDatabase } from '../harness/database.ts'
import { person } from '../harness/people.ts'
import { cli, expectRefusal, query, run } from '../harness/processes.ts'
import { withClient } from '../../src/server/postgres/connect.ts'

/** Somebody else's server with two brands, and in the first an analyst of that name. */
async function twoBrands(name: string) {
  const clone = await cloneDatabase()
  onTestFinished(() => clone.drop())
  const url = new URL(clone.superuserUrl)
  Object.assign(url, { username: 'installer', password: inject('secret') })
  await withClient(clone.superuserUrl, async (client) => {
    for (const [slug, called] of [
      ['acme', name],
      ['globex', 'Bob'],
    ]) {
      const id = await person(client, `${slug}@example.com`, called)
      await client.query(
        `select app_private.add_member(o.id, $2, 'analyst')
         from app_private.create_organization('brand', $1, $1, 'UTC', 'EUR') as o`,
        [slug, id],
      )
    }
  })
  return {
    ask: (sql: string) => query(clone.superuserUrl, sql),
    review: (...args: string[]) =>
      run({ command: [...cli, 'access-review', ...args], env: { DATABASE_URL: url.href } }),
  }
}

describe('fluence access-review', () => {
  test('prints the review of one organization or all, as CSV or JSON', async () => {
    const name = '=cmd|"/c calc"!A1, Ann'
    const { review } = await twoBrands(name)
    const { code, stdout } = await review('--org', 'acme')
    expect(code).toBe(0)
    const [head, ...lines] = stdout.split('\r\n')
    expect(head).toBe(
      'organization,holder_kind,holder_name,holder,role,login_name,data_class,reads,since,last_used_at',
    )
    expect(lines.at(-1)).toBe('')
    expect(lines[0]).toMatch(
      /^acme,membership,"'=cmd\|""\/c calc""!A1, Ann",membership:\d+,analyst,fluence_authenticator,money,app_public\.products\.cost; .*,20\d\d-.*Z,$/,
    )
    expect(stdout).not.toContain('globex')
    expect(stdout).not.toContain('@example.com')

    const all = JSON.parse((await review('--json')).stdout) as Record<string, unknown>[]
    expect(new Set(all.map(({ organization }) => organization))).toEqual(
      new Set(['acme', 'globex']),
    )
    expect(all.find(({ organization }) => organization === 'acme')).toMatchObject({
      holder_name: name,
      reads: expect.arrayContaining(['app_public.products.cost']),
      last_used_at: null,
    })
    expectRefusal(await review('--org', 'nobody'), /There is no organization "nobody"/)
  })

  test('of nobody is a head without lines', async () => {
    const { ask, review } = await twoBrands('Ann')
    await ask('update app_public.users set deactivated_at = now()')
    const { code, stdout } = await review('--org', 'acme')
    expect({ code, lines: stdout.split('\r\n') }).toEqual({
      code: 0,
      lines: [expect.stringMatching(/^organization,/), ''],
    })
  })
})

test('CSV quotes what must be, and disarms formulas', () => {
  const given = [
    ['plain', 'plain'],
    ['', ''],
    [null, ''],
    [-5, '-5'],
    [true, 'true'],
    ['a,b', '"a,b"'],
    ['say "no"', '"say ""no"""'],
    ['two\nlines', '"two\nlines"'],
    ['=1+1', `'=1+1`],
    ['+49', `'+49`],
    ['-1.5', '-1.5'],
    ['-1+1', `'-1+1`],
    ['@sum', `'@sum`],
    [' =1', `' =1`],
    ['\t=1', `'\t=1`],
    ['\r', `"'\r"`],
    ['＝1', `'＝1`],
    ['a=1', 'a=1'],
    [['a', 'b'], 'a; b'],
    [['=a'], `'=a`],
    [new Date(0), '1970-01-01T00:00:00.000Z'],
  ] as const
  for (const [cell, field] of given) {
    expect(csv(['head'], [[cell]])).toBe(`head\r\n${field}\r\n`)
  }
})
