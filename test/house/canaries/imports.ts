import fs from 'node:fs'
import path from 'node:path'
import { expect } from 'vitest'
import type { Brood } from './canaries.ts'

const head = 'customer_id,customer_name,customer_mail,customer_phone,customer_address,channel,since'

/** Ends as it ends: with what it printed. */
export type Run = (
  ...args: string[]
) => Promise<{ code: number | string | null; stdout: string; stderr: string }>

const customer = (
  id: number | string,
  brood: Brood,
  more: Partial<Record<string, string>> = {},
) => {
  const cells = {
    id: String(id),
    name: brood.personName(),
    mail: brood.mail(),
    phone: brood.phone(),
    address: `"${brood.address()}"`,
    channel: '7',
    since: '2024-02-29',
    ...more,
  }
  return Object.values(cells).join(',')
}

/** Customers from files: many good rows, the same changed, and rows that are wrong in every way. */
export async function throughImports(dir: string, run: Run, brood: Brood): Promise<string[]> {
  fs.mkdirSync(dir, { recursive: true })
  const said: string[] = []
  const load = async (name: string, content: string | Buffer) => {
    const file = path.join(dir, name)
    fs.writeFileSync(file, content)
    const { code, stdout, stderr } = await run('import', 'customers', file, '--org', 'acme')
    said.push(stdout, stderr)
    return { code, stdout }
  }
  const good = (from: number, count: number) =>
    Array.from({ length: count }, (_, i) => customer(from + i, brood))
  const file = (...lines: string[]) => `${[head, ...lines].join('\r\n')}\r\n`

  expect((await load('good.csv', file(...good(1, 200)))).code).toBe(0)
  expect((await load('changed.csv', file(...good(1, 50)))).code).toBe(0)

  const twice = brood.mail()
  const bad = [
    customer('none', brood),
    customer(501, brood, { name: '' }),
    customer(502, brood, { mail: brood.word() }),
    customer(503, brood, { phone: brood.word() }),
    customer(504, brood, { name: `${brood.personName()} ${'x'.repeat(60)}` }),
    customer(505, brood, { mail: `${brood.word()}${'x'.repeat(300)}@canary.example` }),
    customer(506, brood, { phone: `${brood.phone()}123456789` }),
    customer(507, brood, { address: `"${brood.address()} ${'x'.repeat(1100)}"` }),
    customer(508, brood, { since: brood.mail() }),
    customer(509, brood, { since: '2999-01-01' }),
    customer(510, brood, { channel: brood.word() }),
    customer(511, brood, { mail: twice }),
    customer(512, brood, { mail: twice }),
    `${customer(513, brood)},${brood.word()},${brood.word()}`,
    `514,${brood.personName()}`,
    customer(515, brood, { address: `"${brood.address()}" ${brood.word()}` }),
  ]
  const broken = Buffer.concat([
    Buffer.from(file(...good(600, 20), ...bad, ...good(700, 20))),
    Buffer.from(customer(800, brood)),
    Buffer.from([0xff, 0xc3, 0x0d, 0x0a]),
    Buffer.from(`${customer(801, brood)}\r\n802,"${brood.personName()}`),
  ])
  const { code, stdout } = await load('bad.csv', broken)
  expect({ code, stdout }).toEqual({ code: 1, stdout: expect.stringContaining('rejected') })
  // The rows go back to whoever gave them, in the bytes in which they came.
  expect(fs.readFileSync(path.join(dir, 'bad.rejects.csv'), 'utf8')).toContain(brood.letters)

  // Files of which no row is read at all.
  const columns = `${head},${brood.word()}`
  for (const [name, content] of [
    ['columns.csv', `${columns}\n${customer(900, brood)},x\n`],
    ['headless.csv', `${customer(900, brood)}\n${customer(901, brood)}\n`],
    ['zero.csv', file(customer(900, brood, { name: `${brood.personName()}\0` }))],
    ['binary.csv', Buffer.from(file(...good(900, 3)), 'utf16le')],
    ['endless.csv', `${head}\n1,"${brood.personName()}${'x'.repeat(2 ** 21)}`],
  ] as const) {
    const before = said.length
    expect((await load(name, content)).code).toBe(1)
    // The first line is told back to whoever wrote it; that is how one finds what is wrong with it.
    said.length = before
  }
  return said
}
