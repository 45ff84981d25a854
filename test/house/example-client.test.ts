import path from 'node:path'
import { expect, test } from 'vitest'
import {
  cli,
  freePort,
  node,
  type Program,
  query,
  run,
  start,
  superuserUrl,
  temporaryFolder,
} from '../harness/processes.ts'
import { until } from '../../src/server/postgres/processes.ts'

const lines = ({ stdout }: { stdout: string }) =>
  stdout.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as unknown]))

const heard = async (program: Program, count: number) => {
  await until(60_000, () => lines(program).length >= count || program.ended)
  return lines(program) as { position: string; change: string; product: { title: string } }[]
}

test('the example client pages, filters, aggregates, and follows through a crash', async () => {
  const data = path.join(temporaryFolder(), 'data')
  const port = await freePort()
  const startServer = async () => {
    const program = start({ env: { FLUENCE_DATA_DIR: data, PORT: port } })
    await program.ready()
    return program
  }
  const first = await startServer()
  const [user, mail] = [
    'user create --org demo --role product_manager --name Ann',
    'ann@shop.example',
  ]
  const made = await run({
    env: { FLUENCE_DATA_DIR: data },
    command: [...cli, ...user.split(' '), '--mail', mail, '--json'],
  })
  const { password } = JSON.parse(made.stdout) as { password: string }
  const env = {
    FLUENCE_URL: `http://127.0.0.1:${port}`,
    FLUENCE_MAIL: mail,
    FLUENCE_PASSWORD: password,
  }
  const command = (...args: string[]) => [node, 'examples/client/main.ts', ...args]
  const ask = async (...args: string[]) => {
    const { code, stdout, stderr } = await run({ env, command: command(...args) })
    expect([code, stderr]).toEqual([0, ''])
    return lines({ stdout })
  }
  const sql = (text: string) => query<Record<string, string>>(superuserUrl(data), text)

  const [count] = await sql('select count(*) from app_public.products')
  const all = await ask('page')
  expect(all).toHaveLength(Number(count?.['count']))
  expect(all).toContainEqual(
    expect.objectContaining({ title: 'Oak cutting board', productPrice: '64.00', currency: 'EUR' }),
  )
  const scarce = (await ask('filter', '46')) as { title: string }[]
  expect(scarce.map(({ title }) => title).toSorted()).toEqual(['Oak cutting board', 'Wool throw'])
  expect(await ask('aggregate')).toEqual([
    { month: expect.any(String), products: String(all.length) },
  ])
  expect(await ask('stock')).toContainEqual(
    expect.objectContaining({ category: 'Kitchen', currency: 'EUR' }),
  )

  const following = start({ env, command: command('follow', '0') })
  const before = (await heard(following, all.length)).length
  await sql(`update app_public.products set title = 'Ash cutting board' where title like 'Oak %'`)
  expect((await heard(following, before + 1)).at(-1)).toMatchObject({
    change: 'edited',
    product: { title: 'Ash cutting board' },
  })
  first.signal('SIGKILL')
  await first.end()
  await startServer()
  await sql(`update app_public.products set title = 'Elm cutting board' where title like 'Ash %'`)
  const told = await heard(following, before + 2)
  expect(told.map(({ position }) => position)).toEqual(told.map((_, i) => String(i + 1)))
  expect(told.at(-1)?.product.title).toBe('Elm cutting board')

  await sql('update app_private.sessions set revoked_at = now()')
  expect(await following.end()).toBe(1)
  expect(following.stderr).toContain('FL903')
})
