import crypto from 'node:crypto'
import fs from 'node:fs'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { serviceLogins } from '../../src/server/postgres/access.ts'
import { serverAccount } from '../../src/server/postgres/binaries.ts'
import { type Cluster, startCluster } from '../../src/server/postgres/cluster.ts'
import { embeddedDatabase } from '../../src/server/postgres/cluster-folder.ts'
import { withClient } from '../../src/server/postgres/connect.ts'
import { type Outside, outsideSettings } from '../../src/server/postgres/outside.ts'
import { selfSigned } from '../../src/server/postgres/self-signed.ts'
import {
  answers,
  expectRefusal,
  freePort,
  makeFolder,
  occupyPort,
  removeFolder,
  run,
  start,
  superuserUrl,
  temporaryFolder,
} from '../harness/processes.ts'

/** PostgreSQL takes this machine for another one here: only 127.0.0.1 is at home. */
const elsewhere = '127.0.0.2'

interface Coming {
  readonly port: number
  readonly user?: string
  readonly password?: string
  readonly database?: string
  readonly to?: string
  readonly ssl?: pg.ClientConfig['ssl']
}

/** Logs in from elsewhere; what the server knows of the connection. */
async function comeIn({ port, to = elsewhere, ...config }: Coming) {
  const client = new pg.Client({
    user: 'bi_reader',
    password: 'its own',
    database: embeddedDatabase,
    host: to,
    port,
    ...config,
    stream: () => {
      const socket = new net.Socket()
      const connect = socket.connect.bind(socket) as (options: net.SocketConnectOpts) => net.Socket
      const comeFrom = (toPort: number, host: string) =>
        connect({ port: toPort, host, localAddress: elsewhere })
      return Object.assign(socket, { connect: comeFrom })
    },
  })
  client.on('error', () => {})
  await client.connect()
  try {
    const { rows } = await client.query<{ ssl: boolean; version: string; address: string }>(
      `select s.ssl, s.version, host(a.client_addr) as address
       from pg_stat_ssl as s join pg_stat_activity as a using (pid) where pid = pg_backend_pid()`,
    )
    return rows[0]
  } finally {
    await client.end()
  }
}

const refusal = { code: '28000' }
const anyCertificate = { rejectUnauthorized: false }

async function startOutside(dir: string, outside?: Partial<Outside>): Promise<Cluster> {
  const cluster = await startCluster({
    dir,
    settings: { fsync: 'off', shared_buffers: '32MB', archive_mode: 'off' },
    ...(outside && { outside: { addresses: [elsewhere], ...outside } }),
  })
  await withClient(cluster.url('postgres'), async (client) => {
    const { rowCount } = await client.query('select from pg_database where datname = $1', [
      embeddedDatabase,
    ])
    if (rowCount === 0) await client.query(`create database ${embeddedDatabase}`)
    await client.query(`
      do $$ begin
        if to_regrole('bi_reader') is null then
          create role bi_reader login password 'its own';
          ${serviceLogins.map((login) => `create role ${login} login password 'its own';`).join('')}
        end if;
      end $$;
      alter role postgres password '${cluster.password}'`)
  })
  return cluster
}

describe('with FLUENCE_PG_LISTEN, from elsewhere', () => {
  let dir: string
  let cluster: Cluster
  let port: number
  beforeAll(async () => {
    dir = makeFolder()
    cluster = await startOutside(dir, {})
    port = cluster.port
  })
  afterAll(async () => {
    await cluster.stop()
    await removeFolder(dir)
  })

  test('a login of people comes in, with TLS', async () => {
    expect(await comeIn({ port, ssl: anyCertificate })).toEqual({
      ssl: true,
      version: expect.stringMatching(/^TLSv1\.[23]$/),
      address: elsewhere,
    })
  })

  test('the certificate can be checked: it names the address, and is the one in the folder', async () => {
    const ca = fs.readFileSync(path.join(dir, 'outside/own.crt'), 'utf8')
    expect(await comeIn({ port, ssl: { ca } })).toMatchObject({ ssl: true })
    await expect(comeIn({ port, ssl: { ca: selfSigned(['x']).cert } })).rejects.toThrow(
      /certificate/,
    )
  })

  test('nobody comes in without TLS', async () => {
    await expect(comeIn({ port })).rejects.toMatchObject(refusal)
  })

  test('nobody comes in without the password, and with TLS of yesterday', async () => {
    const ssl = anyCertificate
    await expect(comeIn({ port, ssl, password: 'wrong' })).rejects.toMatchObject({ code: '28P01' })
    await expect(comeIn({ port, ssl, user: 'nobody' })).rejects.toMatchObject({ code: '28P01' })
    await expect(
      comeIn({ port, ssl: { ...ssl, minVersion: 'TLSv1', maxVersion: 'TLSv1.1' } }),
    ).rejects.toThrow(/ssl|protocol|version/i)
  })

  test('the superuser and the doors of the server do not come in, whatever they know', async () => {
    for (const ssl of [anyCertificate, undefined]) {
      for (const user of serviceLogins) {
        await expect(comeIn({ port, ssl, user })).rejects.toMatchObject(refusal)
      }
      const root = { user: 'postgres', password: cluster.password }
      await expect(comeIn({ port, ssl, ...root })).rejects.toMatchObject(refusal)
    }
  })

  test('nobody comes into another database', async () => {
    const ssl = anyCertificate
    for (const database of ['postgres', 'template1']) {
      await expect(comeIn({ port, ssl, database })).rejects.toMatchObject(refusal)
    }
  })

  test('this machine comes in as it always did', async () => {
    await withClient(cluster.url('postgres'), async (client) => {
      const { rows } = await client.query(
        'select ssl from pg_stat_ssl where pid = pg_backend_pid()',
      )
      expect(rows).toEqual([{ ssl: false }])
    })
  })

  test('its key is for PostgreSQL alone', () => {
    for (const name of ['server.key', 'own.key']) {
      expect(fs.statSync(path.join(dir, 'outside', name)).mode & 0o077).toBe(0)
    }
  })

  test('a renewed certificate is shown without a restart', async () => {
    const renewed = selfSigned([elsewhere])
    cluster.renew(renewed)
    await expect
      .poll(() =>
        comeIn({ port, ssl: { ca: renewed.cert } }).catch((error: Error) => error.message),
      )
      .toMatchObject({ ssl: true })
  })

  test('whoever joins and wants it elsewhere is told to wait', async () => {
    const said: string[] = []
    const { folder } = cluster
    const say = (line: string) => said.push(line)
    await outsideSettings(folder, serverAccount(), { addresses: [elsewhere] }, say)
    expect(said).toEqual([])
    await outsideSettings(folder, serverAccount(), { addresses: ['127.0.0.3'] }, say)
    expect(said.join()).toMatch(/FLUENCE_PG_LISTEN waits for its next start/)
  })
})

test('its own certificate stays from start to start; another one is shown where it is given', async () => {
  const dir = temporaryFolder()
  const own = () => fs.readFileSync(path.join(dir, 'outside/own.crt'), 'utf8')
  const first = await startOutside(dir, {})
  const before = own()
  await first.stop()
  const given = selfSigned([elsewhere])
  const second = await startOutside(dir, { credentials: given, port: Number(await freePort()) })
  expect(await comeIn({ port: second.port, ssl: { ca: given.cert } })).toMatchObject({ ssl: true })
  await second.stop()
  const third = await startOutside(dir, {})
  expect(own()).toBe(before)
  expect(await comeIn({ port: third.port, ssl: { ca: before } })).toMatchObject({ ssl: true })
  await third.stop()
  const fourth = await startOutside(dir, { addresses: [elsewhere, '127.0.0.4'] })
  expect(new crypto.X509Certificate(own()).checkIP('127.0.0.4')).toBe('127.0.0.4')
  await fourth.stop()
})

test('without FLUENCE_PG_LISTEN PostgreSQL listens to this machine only', async () => {
  const dir = temporaryFolder()
  const cluster = await startOutside(dir)
  const others = Object.values(os.networkInterfaces())
    .flatMap((found) => found ?? [])
    .filter(({ internal, family }) => !internal && family === 'IPv4')
    .map(({ address }) => address)
  for (const to of [elsewhere, ...others]) {
    const coming = withClient(`postgres://x:y@${to}:${cluster.port}/postgres`, async () => {})
    await expect(coming).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  }
  await cluster.stop()
})

describe('npm start with FLUENCE_PG_LISTEN', () => {
  test('listens, says where, and lets the server itself in', async () => {
    const data = path.join(temporaryFolder(), 'data')
    const port = await freePort()
    const program = start({
      env: {
        FLUENCE_DATA_DIR: data,
        PORT: await freePort(),
        FLUENCE_DEMO: 'off',
        FLUENCE_PG_LISTEN: `${elsewhere}:${port}`,
      },
    })
    const url = await program.ready()
    expect(program.stdout).toContain(`also at ${elsewhere}:${port}, `)
    await answers(`${url}/readyz`)
    await withClient(superuserUrl(data, 'postgres'), (client) =>
      client.query(
        `create role bi_reader login password 'its own';
         grant connect on database ${embeddedDatabase} to bi_reader;
         grant pg_monitor to bi_reader`,
      ),
    )
    expect(await comeIn({ port: Number(port), ssl: anyCertificate })).toMatchObject({ ssl: true })
    program.signal('SIGTERM')
    expect(await program.end()).toBe(0)
  })

  test('is refused in one line: no such address, a port that is taken, a certificate that is bad', async () => {
    const taken = await occupyPort()
    const cases = [
      [{ FLUENCE_PG_LISTEN: '192.0.2.1' }, /cannot listen at 192\.0\.2\.1 \(EADDRNOTAVAIL\)/],
      [{ FLUENCE_PG_LISTEN: `127.0.0.1:${taken.port}` }, /Port \d+ at 127\.0\.0\.1 is taken/],
      [{ FLUENCE_PG_LISTEN: 'everywhere' }, /FLUENCE_PG_LISTEN="everywhere" is not valid/],
      [{ FLUENCE_PG_LISTEN: elsewhere, TLS_CERT: 'x' }, /TLS_CERT is set, but TLS_KEY is not/],
    ] as const
    for (const [env, line] of cases) {
      const data = path.join(temporaryFolder(), 'data')
      expectRefusal(
        await run({ env: { FLUENCE_DATA_DIR: data, PORT: await freePort(), ...env } }),
        line,
      )
      expect(fs.existsSync(path.join(data, 'postgres'))).toBe(false)
    }
    await taken.release()
  })
})
