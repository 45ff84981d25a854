import crypto from 'node:crypto'
import net, { type AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { startThrowAwayCluster } from '../../src/cli/throw-away.ts'
import { accessThrough } from '../../src/server/postgres/access.ts'
import { binariesIn } from '../../src/server/postgres/binaries.ts'
import type { Cluster } from '../../src/server/postgres/cluster.ts'
import { prepareDatabase } from '../../src/server/postgres/open.ts'
import {
  answers,
  cli,
  expectRefusal,
  freePort,
  graphql,
  query,
  run,
  start,
} from '../harness/processes.ts'

/** A PostgreSQL as somebody else runs it: of the tests of this file alone, for roles are its. */
let cluster: Cluster
beforeAll(async () => {
  cluster = await startThrowAwayCluster(programs())
})
afterAll(() => cluster.stop())

function programs() {
  const bin = process.env['FLUENCE_TEST_POSTGRES']
  return { binaries: bin === undefined ? undefined : binariesIn(bin) }
}

const asSuperuser = (sql: string, database = 'postgres') => query(cluster.url(database), sql)

const ownerPassword = 'of the owner'

/** The login that DATABASE_URL asks for: it may create roles and owns databases. */
async function owner(name = 'shop', rights = 'createrole'): Promise<string> {
  const found = await asSuperuser(`select from pg_roles where rolname = '${name}'`)
  if (found.length === 0) {
    await asSuperuser(`create role ${name} login ${rights} password '${ownerPassword}'`)
  }
  return name
}

/** A new empty database; its address. */
async function emptyDatabase(
  options: { owner?: string; how?: string; login?: string; password?: string } = {},
): Promise<string> {
  const { how = '', login = await owner(), password = ownerPassword } = options
  const name = `shop_${crypto.randomBytes(4).toString('hex')}`
  await asSuperuser(`create database ${name} owner ${options.owner ?? login} ${how}`)
  return cluster.url(name, login, password)
}

/** The only database of a server where Fluence never was, as a login that owns it. */
async function freshCluster(rights = 'login createrole') {
  const fresh = await startThrowAwayCluster(programs())
  onTestFinished(() => fresh.stop())
  await query(fresh.url('postgres'), `create role plain ${rights} password 'p'`)
  await query(fresh.url('postgres'), 'create database plain owner plain')
  await query(fresh.url('postgres'), 'create database other owner plain')
  return {
    url: fresh.url('plain', 'plain', 'p'),
    otherUrl: fresh.url('other', 'plain', 'p'),
    superuserUrl: fresh.url('plain'),
  }
}

const startOn = async (url: string, env: Record<string, string> = {}) =>
  start({ env: { DATABASE_URL: url, PORT: await freePort(), ...env } })

async function refusedOn(url: string, line: RegExp, env: Record<string, string> = {}) {
  const refused = await run({ env: { DATABASE_URL: url, PORT: await freePort(), ...env } })
  expectRefusal(refused, line)
  return refused.stderr.trim()
}

const nameIn = (url: string) => new URL(url).pathname.slice(1)
const brands = (url: string) =>
  asSuperuser('select slug from app_public.organizations', nameIn(url))

describe('on a database of somebody else', () => {
  test('starts, migrates, and leaves out the demo unless asked for it', async () => {
    const url = await emptyDatabase()
    const first = await startOn(url)
    const address = await first.ready()
    await answers(`${address}/readyz`)
    expect(await graphql(address, '{ currencies(first: 1) { nodes { code } } }')).toEqual({
      data: { currencies: { nodes: [{ code: 'AED' }] } },
    })
    expect(first.stdout).not.toContain('demo')
    expect(first.stdout).not.toContain(encodeURIComponent(ownerPassword))
    expect(await brands(url)).toEqual([])
    first.signal('SIGTERM')
    expect(await first.end()).toBe(0)

    const second = await startOn(url, { FLUENCE_DEMO: 'on' })
    await second.ready()
    expect(await brands(url)).toEqual([{ slug: 'demo' }])
  })

  test('two servers start at once, where neither roles nor tables are there yet', async () => {
    const { url, superuserUrl } = await freshCluster()
    const both = [
      await startOn(url, { FLUENCE_DEMO: 'on' }),
      await startOn(url, { FLUENCE_DEMO: 'on' }),
    ]
    for (const program of both) await answers(`${await program.ready()}/readyz`)
    expect(await query(superuserUrl, 'select slug from app_public.organizations')).toEqual([
      { slug: 'demo' },
    ])
  })

  test('two databases are prepared by several at once, where roles are not there yet', async () => {
    const { url, otherUrl } = await freshCluster()
    const all = [url, otherUrl, url, otherUrl, url, otherUrl].map((each) =>
      prepareDatabase(accessThrough(each, 'p')),
    )
    const loaded = (await Promise.all(all)).filter((done) => done.loaded)
    expect(loaded).toHaveLength(2)
    for (const each of [url, otherUrl])
      await answers(`${await (await startOn(each)).ready()}/readyz`)
  })

  const passwords = [
    ['percent-encoded', 'p@s:s/w%o r?d#&=', encodeURIComponent],
    ['as it is, with @, : and a space', 'p@s:s w', (text: string) => text],
    ['as it is, with letters of the world', 'gizli-şifre-ß', (text: string) => text],
  ] as const
  for (const [name, password, written] of passwords) {
    test(`takes a password ${name}`, async () => {
      const login = `owner_${crypto.randomBytes(3).toString('hex')}`
      await asSuperuser(`create role ${login} login createrole password '${password}'`)
      await asSuperuser(`grant shop to ${login}`)
      const url = new URL(await emptyDatabase({ login, password: 'x' }))
      // Another login made the roles, so it may not set their passwords: it knows the secret.
      await (await startOn(await emptyDatabase())).ready()
      const text = `postgres://${login}:${written(password)}@${url.host}${url.pathname}`
      const program = await startOn(text, { FLUENCE_SECRET: ownerPassword })
      await answers(`${await program.ready()}/readyz`)
    })
  }

  test('takes a login without a password, given a secret', async () => {
    const url = new URL(await emptyDatabase())
    url.password = ''
    const env = { FLUENCE_SECRET: ownerPassword, PGPASSWORD: ownerPassword }
    await (await startOn(url.href, env)).ready()
    await refusedOn(url.href, /has no password .* Set FLUENCE_SECRET to a long random text/)
  })
})

describe('is refused in one line that says what to do', () => {
  test('for a port where nobody listens', async () => {
    const port = await freePort()
    await refusedOn(
      `postgres://u:p@127.0.0.1:${port}/d`,
      /cannot be reached: .*ECONNREFUSED.* Check host and port in DATABASE_URL/,
    )
    await refusedOn(`postgres://u:p@localhost:${port}/d`, /cannot be reached: .*ECONNREFUSED/)
  })

  test('for a host that does not exist', async () => {
    await refusedOn('postgres://u:p@no-such-name.invalid/d', /cannot be reached: .* Check host/)
  })

  test('for a host that accepts and says nothing', async () => {
    const port = await pretender(() => {})
    await refusedOn(
      `postgres://u:p@127.0.0.1:${port}/d`,
      /cannot be reached: .*(timeout|timed out).* Check DATABASE_URL/i,
    )
  })

  test('for something that is no PostgreSQL', async () => {
    const web = await pretender((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))
    await refusedOn(
      `postgres://u:p@127.0.0.1:${web}/d`,
      /The database (cannot be reached|broke off)/,
    )
    const rude = await pretender((socket) => socket.destroy())
    await refusedOn(
      `postgres://u:p@127.0.0.1:${rude}/d`,
      /The database (cannot be reached|broke off)/,
    )
  })

  test('for a wrong password', async () => {
    const url = new URL(await emptyDatabase())
    url.password = 'wrong'
    await refusedOn(
      url.href,
      /refused the login: .*"shop".* Check user and password in DATABASE_URL/,
    )
  })

  test('for a database that does not exist', async () => {
    await refusedOn(
      cluster.url('nowhere', await owner(), ownerPassword),
      /does not exist: database "nowhere".* Create it/,
    )
  })

  test('for a login that may not create roles', async () => {
    await refusedOn(
      (await freshCluster('login')).url,
      /may not create roles: permission denied.* As a superuser: alter role "plain" createrole;/,
    )
  })

  test('for a login that does not own the database', async () => {
    const url = await emptyDatabase({ owner: 'postgres' })
    await refusedOn(
      url,
      /does not own the database shop_\w+\. As a superuser: alter database "shop_\w+" owner to "shop";/,
    )
    await asSuperuser(`alter database ${nameIn(url)} owner to shop`)
    await (await startOn(url)).ready()
  })

  test('for a login that did not make the roles and does not know their secret', async () => {
    const { url, otherUrl, superuserUrl } = await freshCluster()
    const works = async (address: string, env: Record<string, string> = {}) => {
      const program = await startOn(address, env)
      await answers(`${await program.ready()}/readyz`)
      program.signal('SIGTERM')
      expect(await program.end()).toBe(0)
    }
    await works(url)
    await query(superuserUrl, `create role guest login password 'p'`)
    await query(superuserUrl, 'alter database other owner to guest')
    const guests = otherUrl.replace('plain:', 'guest:')
    const env = { FLUENCE_SECRET: 'another' }

    // The logins are those of the other database, which goes on with them.
    const used =
      /uses the logins .* with another secret: plain\. .* FLUENCE_SECRET .*: (revoke .*;)$/
    const refusal = await refusedOn(guests, used, env)
    await works(url)
    await works(guests, { FLUENCE_SECRET: 'p' })
    await query(superuserUrl, 'revoke connect on database other from fluence_worker')

    await query(superuserUrl, used.exec(refusal)?.[1] ?? '')
    const rights = /may not set the password of fluence_\w+: .* as a superuser: (.*;)$/
    const advice = await refusedOn(guests, rights, env)
    await query(superuserUrl, rights.exec(advice)?.[1] ?? '')
    await works(guests, env)
    await refusedOn(url, /uses the logins .* with another secret: other\./)
    await works(url, env)
  })

  test('for a server that is too old', async () => {
    const port = await pretender(answerAsVersion14)
    await refusedOn(
      `postgres://u:p@127.0.0.1:${port}/d`,
      /is PostgreSQL 14\.5, which is too old\. Fluence needs PostgreSQL 15 to 18: upgrade it/,
    )
  })

  test('for an encoding that cannot hold every name', async () => {
    const url = await emptyDatabase({ how: `encoding 'SQL_ASCII' locale 'C' template template0` })
    await refusedOn(url, /has the encoding SQL_ASCII\. Create one with the encoding UTF8/)
  })

  test('for data of a newer version, which it leaves as they are', async () => {
    const url = await emptyDatabase()
    const first = await startOn(url)
    await first.ready()
    first.signal('SIGTERM')
    await first.end()
    await asSuperuser(
      `insert into graphile_migrate.migrations (hash, previous_hash, filename)
       select 'sha1:new', max(hash), '999999.sql' from graphile_migrate.migrations`,
      nameIn(url),
    )
    const state = () =>
      asSuperuser('select sources_hash, loaded_at from app_private.loaded_sources', nameIn(url))
    const before = await state()
    await refusedOn(url, /is of a newer version: .*999999\.sql.* Update Fluence \(git pull\)/)
    expect(await state()).toEqual(before)
  })

  test('for a database that takes no changes', async () => {
    const url = await emptyDatabase()
    await asSuperuser(`alter database ${nameIn(url)} set default_transaction_read_only = on`)
    await refusedOn(url, /takes no changes: .* Name the primary in DATABASE_URL/)
  })

  test('for a server that has no connection left', async () => {
    const url = await emptyDatabase()
    await asSuperuser(`alter database ${nameIn(url)} connection limit 0`)
    await refusedOn(url, /no connection left/)
  })

  test('also by the other commands', async () => {
    const refused = await run({
      command: [...cli, 'org', 'list'],
      env: { DATABASE_URL: `postgres://u:p@127.0.0.1:${await freePort()}/d` },
    })
    expectRefusal(refused, /cannot be reached/)
  })
})

/** A server that is none; its port. */
async function pretender(greet: (socket: net.Socket) => void): Promise<number> {
  const listener = net.createServer((socket) => {
    socket.on('error', () => {})
    greet(socket)
  })
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void listener.close())
  return (listener.address() as AddressInfo).port
}

/** As much of PostgreSQL's protocol as it takes to log in and to be asked for the version. */
function answerAsVersion14(socket: net.Socket): void {
  const message = (type: string, ...parts: (string | number | Buffer)[]) => {
    const body = Buffer.concat(parts.map(bytes))
    return Buffer.concat([Buffer.from(type), bytes(body.length + 4), body])
  }
  const bytes = (part: string | number | Buffer): Buffer => {
    if (Buffer.isBuffer(part)) return part
    if (typeof part === 'string') return Buffer.from(`${part}\0`)
    const four = Buffer.alloc(4)
    four.writeInt32BE(part)
    return four
  }
  const two = (value: number) => Buffer.from([value >> 8, value & 255])
  const column = (name: string, type: number) =>
    Buffer.concat([bytes(name), bytes(0), two(0), bytes(type), two(4), bytes(-1), two(0)])
  const cell = (text: string) => Buffer.concat([bytes(Buffer.byteLength(text)), Buffer.from(text)])
  const ready = message('Z', Buffer.from('I'))

  socket.once('data', () => {
    socket.write(Buffer.concat([message('R', 0), message('S', 'server_version', '14.5'), ready]))
    socket.on('data', (asked) => {
      if (asked.toString('latin1', 0, 1) !== 'Q') return void socket.end()
      socket.write(
        Buffer.concat([
          message('T', two(3), column('number', 23), column('name', 25), column('encoding', 25)),
          message('D', two(3), cell('140005'), cell('14.5'), cell('UTF8')),
          message('C', 'SELECT 1'),
          ready,
        ]),
      )
    })
  })
}
