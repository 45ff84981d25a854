import fs from 'node:fs'
import path from 'node:path'
import { describe, expect } from 'vitest'
import { projectDir } from '../../src/server/env.ts'
import { readSources } from '../../src/server/postgres/sources.ts'
import { type Story, test } from '../harness/test.ts'
import { plants, sound } from './plants/index.ts'

const rules = readSources()
  .files.filter(({ room, kind }) => room === 'lint' && kind === 'views')
  .map(({ name }) => name)

const everyRule = rules
  .map((rule) => `select '${rule}' as rule, l.object, l.fault from lint.${rule} as l`)
  .join(' union all ')

/** What each rule names, of all rules that find a fault. */
async function faults(story: Story): Promise<Record<string, string[]>> {
  const rows = await story.rows<{ rule: string; object: string }>(
    `${everyRule} order by rule, object`,
  )
  const byRule = Object.groupBy(rows, ({ rule }) => rule)
  return Object.fromEntries(
    Object.entries(byRule).map(([rule, found = []]) => [rule, found.map(({ object }) => object)]),
  )
}

async function asOwner(story: Story, sql: string): Promise<void> {
  await story.rows('set local role fluence_owner')
  await story.rows(sql)
  await story.rows('reset role')
}

describe('a rule of the house', () => {
  for (const rule of rules) {
    test(`${rule} is kept by the database`, async ({ story }) => {
      expect(await story.rows(`select * from lint.${rule}`)).toEqual([])
    })
  }

  test('finds no fault with sound objects', async ({ story }) => {
    await asOwner(story, sound)
    expect(await faults(story)).toEqual({})
  })

  for (const { rule, what, plant, objects, mend, besides } of plants) {
    test(`${rule} barks: ${what}`, async ({ story }) => {
      await asOwner(story, sound)
      await asOwner(story, plant)
      expect(await faults(story)).toEqual({ [rule]: objects, ...besides })
      await asOwner(story, mend)
      expect(await faults(story)).toEqual({})
    })
  }
})

describe('the lint views', () => {
  test('have a planted fault each', () => {
    expect(new Set(plants.map(({ rule }) => rule))).toEqual(new Set(rules))
  })

  test('have the same columns', async ({ story }) => {
    const columns = await story.rows<{ name: string; columns: string[] }>(
      `select c.relname as name, array_agg(format('%s %s', a.attname,
                format_type(a.atttypid, null)) order by a.attnum) as columns
       from pg_class as c join pg_attribute as a on a.attrelid = c.oid
       where c.relnamespace = 'lint'::regnamespace and c.relkind = 'v'
       group by c.relname order by c.relname`,
    )
    expect(columns).toEqual(
      rules.toSorted().map((name) => ({ name, columns: ['object text', 'fault text'] })),
    )
  })

  test("are their owner's alone", async ({ story }) => {
    const rights = await story.rows(
      `select a.grantee::regrole, a.privilege_type
       from (
         select c.relacl from pg_class as c where c.relnamespace = 'lint'::regnamespace
         union all
         select n.nspacl from pg_namespace as n where n.nspname = 'lint'
       ) as o (acl)
       cross join lateral aclexplode(o.acl) as a
       where a.grantee <> 'fluence_owner'::regrole`,
    )
    expect(rights).toEqual([])
  })
})

/** The codes that a text names and the register does not know. */
const unregistered = (text: string, registered: ReadonlySet<string>) =>
  [...text.matchAll(/\bFL\d{3}\b/g)].map(([code]) => code).filter((code) => !registered.has(code))

describe('an error code in TypeScript', () => {
  const files = fs
    .readdirSync(path.join(projectDir, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => ({ name, text: fs.readFileSync(path.join(projectDir, 'src', name), 'utf8') }))

  test('is registered', async ({ story }) => {
    const rows = await story.rows<{ code: string }>('select code from app_public.error_codes')
    const registered = new Set(rows.map(({ code }) => code))
    const planted = { name: 'planted', text: `code === 'FL001' || code === 'FL999'` }
    const found = [...files, planted].flatMap(({ name, text }) =>
      unregistered(text, registered).map((code) => `${code} in ${name}`),
    )
    expect(found).toEqual(['FL999 in planted'])
  })

  test('of the door stands there if it is registered', async ({ story }) => {
    const rows = await story.rows<{ code: string }>(
      `select code from app_public.error_codes where code like 'FL9%'`,
    )
    const source = files.map(({ text }) => text).join('\n')
    expect(rows.map(({ code }) => code).filter((code) => !source.includes(code))).toEqual([])
  })
})
