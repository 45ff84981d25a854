import fs from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import {
  answers,
  cast,
  expectRefusal,
  freePort,
  get,
  graphql,
  leftAfter,
  npmStart,
  occupyPort,
  query,
  run,
  start,
  superuserUrl,
  temporaryFolder,
} from '../harness/processes.ts'

const newFolder = () => path.join(temporaryFolder(), 'data')
const brands = (data: string) =>
  query(superuserUrl(data), 'select slug from app_public.organizations order by slug')
const products = (data: string) =>
  query(superuserUrl(data), 'select count(*)::int > 3 as some from app_public.products')

/** Does what the line for psql says, in another terminal, with a psql of our own. */
async function asPrinted(block: string): Promise<object[]> {
  const line = /^ {2}psql +(psql .*)$/m.exec(block)?.[1] ?? ''
  const command = ['sh', '-c', line.replace('psql', 'printf %s')]
  const { stdout } = await run({ command })
  return query(stdout, 'select session_user::text as login')
}

describe('a first start', () => {
  test('answers, tells where, fills the demo, and a second one keeps it all', async () => {
    const data = newFolder()
    const port = await freePort()
    const env = { FLUENCE_DATA_DIR: data, PORT: port }
    const first = start({ env })
    expect(await first.ready()).toBe(`http://127.0.0.1:${port}`)
    expect(first.stdout).toContain(`http://127.0.0.1:${port}/healthz`)
    expect(await asPrinted(first.stdout)).toEqual([{ login: 'fluence_migrator' }])
    expect(first.stdout).toContain(data)
    expect(await get(`http://127.0.0.1:${port}/healthz`)).toEqual({
      status: 200,
      body: { status: 'ok' },
    })
    expect(await get(`http://127.0.0.1:${port}/readyz`)).toEqual({
      status: 200,
      body: { status: 'ready' },
    })
    expect(await graphql(first.url ?? '', '{ currencies(first: 1) { nodes { code } } }')).toEqual({
      data: { currencies: { nodes: [{ code: 'AED' }] } },
    })
    expect(await brands(data)).toEqual([{ slug: 'demo' }])
    expect(await products(data)).toEqual([{ some: true }])
    await query(superuserUrl(data), `update app_public.organizations set name = 'Ours'`)
    first.signal('SIGTERM')
    expect(await first.end()).toBe(0)

    const second = start({ env })
    await second.ready()
    expect(second.stderr).not.toMatch(/Creating|Migrating|Loading/)
    expect(await query(superuserUrl(data), 'select name from app_public.organizations')).toEqual([
      { name: 'Ours' },
    ])
    expect(await products(data)).toEqual([{ some: true }])
    expect(await query(superuserUrl(data), 'select extname from pg_extension order by 1')).toEqual([
      { extname: 'pg_stat_statements' },
      { extname: 'plpgsql' },
    ])
  })

  test('leaves the demo out where it is told to, also through npm start', async () => {
    const data = newFolder()
    const program = start({
      command: npmStart,
      env: { FLUENCE_DATA_DIR: data, PORT: await freePort(), FLUENCE_DEMO: 'off' },
    })
    const url = await program.ready()
    await answers(`${url}/readyz`)
    expect(program.stdout).not.toContain('demo')
    expect(await brands(data)).toEqual([])
  })

  test('works in a folder with an odd name, reached through a link', async () => {
    const dir = temporaryFolder()
    const data = path.join(dir, `it's "a", b\\c é`, 'data')
    fs.mkdirSync(data, { recursive: true })
    const link = path.join(dir, 'link')
    fs.symlinkSync(data, link)
    const first = start({ env: { FLUENCE_DATA_DIR: link, PORT: await freePort() } })
    await first.ready()
    expectRefusal(
      await run({ env: { FLUENCE_DATA_DIR: data, PORT: await freePort() } }),
      /already runs/,
    )
    first.signal('SIGTERM')
    expect(await first.end()).toBe(0)
    expect(await leftAfter(5000, data)).toEqual([])
  })
})

describe('progress', () => {
  test('is plain lines where nobody sits at a terminal', async () => {
    const data = newFolder()
    const program = start({ env: { FLUENCE_DATA_DIR: data, PORT: await freePort() } })
    await program.ready()
    expect(program.stderr).toMatch(/^Creating the database in .*\nMigrating the database .*\n/)
    for (const code of ['\u001b', '\r']) {
      expect(program.stdout + program.stderr).not.toContain(code)
    }
  })

  test('is one changing line on a terminal, where Ctrl-C stops everything', async () => {
    const data = newFolder()
    const command = `exec node_modules/.bin/node src/server/main.ts`
    const program = start({
      command: ['script', '--quiet', '--return', '--command', command, '/dev/null'],
      env: { FLUENCE_DATA_DIR: data, PORT: await freePort(), SHELL: '/bin/sh', TERM: 'xterm' },
      input: true,
    })
    await program.says('Fluence is ready')
    const [progress = ''] = program.stdout.split('Fluence is ready')
    const lines = progress.trimEnd().split('\r\u001b[2K')
    expect(lines).toEqual([
      '',
      expect.stringMatching(/^Creating the database in [^\n]*$/),
      expect.stringMatching(/^Migrating [^\n]*$/),
      expect.stringMatching(/^Loading [^\n]*$/),
      'Opening the GraphQL door',
      '',
    ])
    program.type('\u0003')
    expect(await program.end()).toBe(0)
    expect(await leftAfter(5000, data)).toEqual([])
  })
})

describe('side by side', () => {
  test('two folders of one checkout, without a port and with one', async () => {
    const [one, two, three] = [newFolder(), newFolder(), newFolder()]
    const port = await freePort()
    const programs = [
      start({ env: { FLUENCE_DATA_DIR: one } }),
      start({ env: { FLUENCE_DATA_DIR: two } }),
      start({ env: { FLUENCE_DATA_DIR: three, PORT: port } }),
    ]
    const urls = await Promise.all(programs.map((program) => program.ready()))
    expect(new Set(urls).size).toBe(3)
    expect(urls[2]).toBe(`http://127.0.0.1:${port}`)
    for (const url of urls) await answers(`${url}/readyz`)
    const ports = [one, two, three].map((data) => fs.readFileSync(path.join(data, 'port'), 'utf8'))
    expect(new Set(ports).size).toBe(3)
  })

  test('a second one on the same folder says who is there', async () => {
    const data = newFolder()
    const first = start({ env: { FLUENCE_DATA_DIR: data, PORT: await freePort() } })
    const url = await first.ready()
    const line = new RegExp(`already runs .*process ${cast(data).server}\\)`)
    expectRefusal(await run({ env: { FLUENCE_DATA_DIR: data, PORT: await freePort() } }), line)
    await answers(`${url}/readyz`)
  })

  test('two that start at once on one new folder: one runs, the other says so', async () => {
    const data = newFolder()
    const programs = [
      start({ env: { FLUENCE_DATA_DIR: data, PORT: await freePort() } }),
      start({ env: { FLUENCE_DATA_DIR: data, PORT: await freePort() } }),
    ]
    const loser = await Promise.race(programs.map(async (p) => (await p.end(), p)))
    const winner = programs.find((program) => program !== loser)
    expect(loser.stderr).toMatch(/^fluence: Fluence already runs on the data in /m)
    await winner?.ready()
  })
})

describe('is refused in one line', () => {
  test('for a port that is taken, which leaves nothing behind', async () => {
    const data = newFolder()
    const taken = await occupyPort()
    const refused = await run({ env: { FLUENCE_DATA_DIR: data, PORT: taken.port } })
    await taken.release()
    expectRefusal(refused, new RegExp(`Port ${taken.port} is taken .* PORT=\\d+ npm start`))
    expect(await leftAfter(5000, data)).toEqual([])
    expect(fs.existsSync(path.join(data, 'postgres'))).toBe(false)
    const next = start({ env: { FLUENCE_DATA_DIR: data, PORT: taken.port } })
    await next.ready()
  })

  const settings = [
    ['PORT', 'abc', /PORT="abc" is not valid\. Set it to a port number/],
    ['PORT', '0', /PORT="0" is not valid/],
    ['PORT', '70000', /PORT="70000" is not valid/],
    ['PORT', '-1', /PORT="-1" is not valid/],
    ['HOST', '192.0.2.1', /This machine has no address 192\.0\.2\.1\. Set HOST/],
    ['HOST', 'no-such-name.invalid', /This machine has no address no-such-name\.invalid/],
    ['NODE_ENV', 'staging', /NODE_ENV="staging" is not valid\. .*development, production, test/],
    ['FLUENCE_DEMO', 'maybe', /FLUENCE_DEMO="maybe" is not valid\. .*auto, on, off/],
    ['DATABASE_URL', 'mysql://u:p@localhost/d', /DATABASE_URL is not a PostgreSQL address/],
    ['DATABASE_URL', 'postgres://localhost', /DATABASE_URL is not a PostgreSQL address/],
    ['DATABASE_URL', 'postgres://u:100%@localhost/d', /DATABASE_URL is not .* %25 for %/],
    ['DATABASE_URL', 'postgres://u:a/b@localhost/d', /DATABASE_URL is not .* %2F for \//],
    ['DATABASE_URL', 'postgres://u@localhost/d', /has no password .* Set FLUENCE_SECRET/],
    ['FLUENCE_DATA_DIR', '/dev/null', /where a folder is needed \(\/dev\/null/],
  ] as const
  for (const [name, value, line] of settings) {
    test(`for ${name}=${value}`, async () => {
      const data = newFolder()
      const refused = await run({
        env: { FLUENCE_DATA_DIR: data, PORT: await freePort(), [name]: value },
      })
      expectRefusal(refused, line)
      expect(fs.existsSync(path.join(data, 'postgres'))).toBe(false)
    })
  }
})
