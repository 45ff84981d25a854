import crypto from 'node:crypto'
import fs from 'node:fs'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { Problem } from '../../problem.ts'
import { serviceLogins } from './access.ts'
import type { Account } from './binaries.ts'
import { type ClusterFolder, embeddedDatabase } from './cluster-folder.ts'
import type { Say } from './launch.ts'
import { type SelfSigned, selfSigned } from './self-signed.ts'

/** Where others than this machine reach the embedded server. */
export interface Outside {
  readonly addresses: readonly string[]
  readonly port?: number
  /** The certificate to show; without one the server makes its own. */
  readonly credentials?: SelfSigned
}

/** The settings that open the server to other machines: TLS and a password, and nothing else. */
export async function outsideSettings(
  folder: ClusterFolder,
  account: Account | undefined,
  { addresses, port, credentials }: Outside,
  say: Say = () => {},
): Promise<Record<string, string>> {
  const listen = listenTo(addresses)
  if (folder.running() === undefined) await checkAddresses(addresses, port)
  else if (!listensTo(folder, listen)) {
    say(
      'PostgreSQL runs already, and listens where it did: FLUENCE_PG_LISTEN waits for its next start.',
    )
  }
  fs.mkdirSync(folder.outside, { recursive: true })
  const hba = path.join(folder.outside, 'hba.conf')
  writeFor(account, hba, rules())
  return {
    listen_addresses: listen,
    hba_file: hba,
    ssl: 'on',
    ...writeCredentials(folder, account, credentials ?? ownCredentials(folder, addresses)),
    ssl_min_protocol_version: 'TLSv1.2',
  }
}

/** Where the server finds its certificate; a running one reads it anew when it gets a SIGHUP. */
export function writeCredentials(
  folder: ClusterFolder,
  account: Account | undefined,
  { cert, key }: SelfSigned,
): Record<string, string> {
  const files = {
    ssl_cert_file: path.join(folder.outside, 'server.crt'),
    ssl_key_file: path.join(folder.outside, 'server.key'),
  }
  writeFor(account, files.ssl_cert_file, cert)
  writeFor(account, files.ssl_key_file, key)
  return files
}

/** PostgreSQL takes a key only from a file that is its account's alone. */
function writeFor(account: Account | undefined, file: string, text: string): void {
  fs.writeFileSync(file, text, { mode: 0o600 })
  if (account !== undefined) fs.chownSync(file, account.uid, account.gid)
}

/** All addresses at once hold the loopback one too, and it cannot be had twice. */
const listenTo = (addresses: readonly string[]) =>
  [...new Set([...(addresses.includes('0.0.0.0') ? [] : ['127.0.0.1']), ...addresses])].join(',')

function listensTo(folder: ClusterFolder, listen: string): boolean {
  const file = path.join(folder.data, 'fluence.conf')
  return fs.existsSync(file) && fs.readFileSync(file, 'utf8').includes(`= '${listen}'`)
}

/**
 * The first line that fits decides. This machine comes in as it always does; from elsewhere come
 * people's own logins to the database of Fluence, never the superuser nor the server's doors, and
 * never without TLS.
 */
function rules(): string {
  const ours = ['postgres', ...serviceLogins].join(',')
  return `local    all          all  scram-sha-256
local    replication  all  scram-sha-256
host     all          all  127.0.0.1/32  scram-sha-256
host     all          all  ::1/128       scram-sha-256
host     replication  all  127.0.0.1/32  scram-sha-256
host     replication  all  ::1/128       scram-sha-256
host     all          ${ours}  all  reject
hostssl  ${embeddedDatabase}      all  all           scram-sha-256
`
}

/** Its own certificate is kept: clients may have been told to trust exactly that one. */
function ownCredentials(folder: ClusterFolder, addresses: readonly string[]): SelfSigned {
  const named = addresses.filter((address) => !isEverywhere(address))
  const cert = path.join(folder.outside, 'own.crt')
  const key = path.join(folder.outside, 'own.key')
  const kept = readKept(cert, key)
  const soon = Date.now() + 30 * 86_400_000
  if (kept !== undefined) {
    const x509 = new crypto.X509Certificate(kept.cert)
    const covers = named.every((address) => x509.checkIP(address) !== undefined)
    if (covers && Date.parse(x509.validTo) > soon) return kept
  }
  const interfaces = Object.values(os.networkInterfaces()).flatMap((found) => found ?? [])
  const all = interfaces.map(({ address }) => address)
  const made = selfSigned([...new Set([os.hostname(), 'localhost', ...named, ...all])])
  writeFor(undefined, cert, made.cert)
  writeFor(undefined, key, made.key)
  return made
}

function readKept(cert: string, key: string): SelfSigned | undefined {
  try {
    const kept = { cert: fs.readFileSync(cert, 'utf8'), key: fs.readFileSync(key, 'utf8') }
    const x509 = new crypto.X509Certificate(kept.cert)
    return x509.checkPrivateKey(crypto.createPrivateKey(kept.key)) ? kept : undefined
  } catch {
    return undefined
  }
}

const isEverywhere = (address: string) => address === '0.0.0.0' || address === '::'

/** PostgreSQL only warns of an address that it cannot have, and listens to the others. */
async function checkAddresses(addresses: readonly string[], port = 0): Promise<void> {
  for (const address of addresses) {
    const code = await tryToListen(address, port)
    if (code === undefined) continue
    if (code === 'EADDRINUSE') {
      throw new Problem(
        `Port ${port} at ${address} is taken by another program.`,
        'Stop that program, or name another port in FLUENCE_PG_LISTEN.',
      )
    }
    throw new Problem(
      `PostgreSQL cannot listen at ${address}${port === 0 ? '' : `:${port}`} (${code}).`,
      'Set FLUENCE_PG_LISTEN to addresses of this machine, with a port above 1023.',
    )
  }
}

function tryToListen(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = net.createServer()
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
    const ipv6Only = net.isIPv6(host)
    server.listen({ host, port, ipv6Only }, () => server.close(() => resolve(undefined)))
  })
}
