import fs from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { until } from '../../src/server/postgres/processes.ts'
import { csvOf, person } from '../harness/customers.ts'
import {
  cli,
  expectRefusal,
  node,
  preparedFolder,
  query,
  run,
  start,
  superuserUrl,
  temporaryFolder,
} from '../harness/processes.ts'

let prepared: Awaited<ReturnType<typeof preparedFolder>>
beforeAll(async () => {
  prepared = await preparedFolder()
})
afterAll(() => prepared.remove())

/** A house with a brand, and a folder for files. */
async function house() {
  const dir = temporaryFolder()
  const data = prepared.copy()
  const env = { FLUENCE_DATA_DIR: data }
  const fluence = (...args: string[]) => run({ command: [...cli, ...args], env, cwd: dir })
  const command = [node, path.resolve('src/cli/main.ts')]
  const at = (...args: string[]) => ({ command: [...command, ...args], env, cwd: dir })
  const made = await run(
    at(
      'org',
      'create',
      '--slug',
      'acme',
      '--name',
      'Acme',
      '--timezone',
      'UTC',
      '--currency',
      'EUR',
    ),
  )
  expect(made.stderr).not.toContain('fluence:')
  return {
    dir,
    data,
    fluence,
    at,
    fluenceHere: (...args: string[]) => run(at(...args)),
    write(name: string, text: string | Buffer) {
      fs.writeFileSync(path.join(dir, name), text)
      return path.join(dir, name)
    },
    read: (name: string) => fs.readFileSync(path.join(dir, name), 'utf8'),
  }
}

const people = (many: number) => Array.from({ length: many }, (_, i) => person(i + 1))

describe('fluence import customers', () => {
  test('says what it did, gives back what it could not take, and lists it', async () => {
    const { dir, write, read, fluenceHere } = await house()
    const text = `\ufeff${csvOf([person(1), person(2, { customer_mail: 'canary-17' }), person(3)])}`
    const file = write('people.csv', text.slice(0, -1))
    const first = await fluenceHere('import', 'customers', file, '--org', 'acme', '--json')
    expect(JSON.parse(first.stdout)).toMatchObject({
      read: 3,
      added: 2,
      changed: 0,
      unchanged: 0,
      rejected: 1,
      rejects: path.join(dir, 'people.rejects.csv'),
    })
    expect(first.code).toBe(1)
    expect(first.stdout + first.stderr).not.toContain('canary-17')
    const [header, reject, end] = read('people.rejects.csv').split('\n')
    expect(header).toMatch(/^line,column,code,reason,\ufeff?customer_id,/)
    expect(reject).toBe(`3,customer_mail,FL915,"It is not one.",${text.split('\n')[2]}`)
    expect(end).toBe('')
    expect(fs.statSync(path.join(dir, 'people.rejects.csv')).mode & 0o777).toBe(0o600)

    const mended = write('mended.csv', read('people.rejects.csv').replace('canary-17', 'p2@ex.org'))
    const second = await fluenceHere('import', 'customers', mended, '--org', 'acme')
    expect(second.code).toBe(0)
    expect(second.stdout).toMatch(
      /^Read 1 rows .*: 1 added, 0 changed, 0 unchanged, 0 rejected\.$/m,
    )

    const listed = await fluenceHere('import', 'list', '--org', 'acme', '--json')
    expect(JSON.parse(listed.stdout)).toMatchObject([
      { kind: 'customers', file_name: 'mended.csv', status: 'done', rows_added: '1' },
      { kind: 'customers', file_name: 'people.csv', status: 'done', rows_rejected: '1' },
    ])
    const { stdout } = await fluenceHere('import', 'list')
    expect(stdout).toMatch(/^brand +run +kind/)
    expect(stdout).toContain('people.csv')
  })

  test('reads from a pipe, and leaves no rejects where there are none', async () => {
    const { dir, at } = await house()
    const program = start({ ...at('import', 'customers', '-', '--org', 'acme'), input: true })
    program.type(csvOf(people(3)))
    program.child.stdin?.end()
    expect(await program.end()).toBe(0)
    expect(program.stdout).toContain('3 added')
    expect(fs.readdirSync(dir)).toEqual([])
  })

  test('never writes over a file of rejects', async () => {
    const { dir, write, fluenceHere } = await house()
    const file = write('bad.csv', csvOf([person(1, { since: '' })]))
    write('bad.rejects.csv', 'mine')
    await fluenceHere('import', 'customers', file, '--org', 'acme')
    expect(fs.readdirSync(dir).toSorted()).toEqual([
      'bad.csv',
      'bad.rejects-2.csv',
      'bad.rejects.csv',
    ])
    const taken = path.join(dir, 'bad.rejects.csv')
    expectRefusal(
      await fluenceHere('import', 'customers', file, '--org', 'acme', '--rejects', taken),
      /There is a file .* already\./,
    )
  })

  test('refuses what is no such file, before it notes anything', async () => {
    const { dir, write, fluenceHere } = await house()
    for (const [text, message] of [
      [undefined, /There is no file/],
      ['id,name\n1,Ann\n', /has no column customer_mail, customer_phone/],
      [csvOf(people(1)), /There is no organization "nobody"/],
    ] as const) {
      const file = text === undefined ? path.join(dir, 'none.csv') : write('file.csv', text)
      const org = text?.includes('person1') ? 'nobody' : 'acme'
      expectRefusal(await fluenceHere('import', 'customers', file, '--org', org), message)
    }
    expect(JSON.parse((await fluenceHere('import', 'list', '--json')).stdout)).toEqual([])
  })

  test('that is killed leaves no double and no hole when it is called again', async () => {
    const { data, write, at, fluenceHere } = await house()
    const file = write('many.csv', csvOf(people(20_000)))
    const program = start(at('import', 'customers', file, '--org', 'acme', '--json'))
    const count = async () => {
      const [row] = await query<{ n: number }>(
        superuserUrl(data),
        'select count(*)::int as n from app_public.customers',
      ).catch(() => [{ n: 0 }])
      return row?.n ?? 0
    }
    const merged = await until(60_000, async () => (await count()) || undefined)
    program.signal('SIGKILL')
    await program.end()
    expect(merged).toBeGreaterThan(0)

    const again = await fluenceHere('import', 'customers', file, '--org', 'acme', '--json')
    const done = JSON.parse(again.stdout) as { added: number; unchanged: number }
    expect(again.code).toBe(0)
    expect(done.unchanged).toBeGreaterThan(0)
    expect(done.added + done.unchanged).toBe(20_000)
    const listed = JSON.parse((await fluenceHere('import', 'list', '--json')).stdout) as {
      status: string
      rows_added: string
    }[]
    expect(listed.map(({ status }) => status)).toEqual(['done', 'failed'])
    expect(listed.reduce((sum, run_) => sum + Number(run_.rows_added), 0)).toBe(20_000)
  })
})
