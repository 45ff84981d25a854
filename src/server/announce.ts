import { defaultDataDir, type Env } from './env.ts'
import { mailFolder } from './mail/outbox.ts'
import { isLoopback } from './http/transport.ts'
import type { Log } from './log.ts'
import type { Database } from './personal/key-rings.ts'
import { judgeMasterKeys } from './personal/state.ts'

const inUrl = (address: string) => (address.includes(':') ? `[${address}]` : address)

/** Where people see Fluence, for links in mails. */
export const homeOf = (env: Env, port = 5050): string =>
  env.publicUrl ?? `${env.tlsCert === undefined ? 'http' : 'https'}://${inUrl(env.host)}:${port}`

/** The block that a start prints: where everything is. */
export function announcement(env: Env, port: number, databasePort: number | undefined): string {
  const address = `${env.tlsCert === undefined ? 'http' : 'https'}://${inUrl(env.host)}:${port}`
  const outside = databasePort === undefined ? [] : env.pgListen
  const rows = [
    ['GraphQL', `${address}/graphql`],
    ...(env.mode === 'production' ? [] : [['GraphiQL', `${address}/graphiql`]]),
    ['Health', `${address}/healthz  ${address}/readyz`],
    ['Mails', env.smtpUrl === undefined ? mailFolder(env) : 'sent by SMTP_URL'],
    ['Data', env.databaseUrl === undefined ? env.dataDir : 'the database in DATABASE_URL'],
    ...(env.demo
      ? [['Demo', 'brand "demo" with a few products; FLUENCE_DEMO=off leaves it out']]
      : []),
    ['psql', `psql "$(${settingsOf(env)}npm run -s fluence -- url)"`],
    ...outside.map((at) => [
      '',
      `also at ${inUrl(at.address)}:${databasePort}, for logins of people, over TLS`,
    ]),
    ['Stop', 'Ctrl-C'],
  ]
  const lines = rows.map(([name, value]) => `  ${name?.padEnd(10)}${value}`)
  return `\nFluence is ready.\n\n${lines.join('\n')}\n\n`
}

/** What another terminal has to be told to mean the same database. */
function settingsOf({ databaseUrl, dataDir }: Env): string {
  if (databaseUrl !== undefined || dataDir === defaultDataDir) return ''
  return `FLUENCE_DATA_DIR='${dataDir.replaceAll("'", "'\\''")}' `
}

/** Settings that are allowed, and are seldom what was meant. */
export function warnOfOpenDoors(env: Env, log: Log): void {
  const elsewhere = !isLoopback(env.host) && env.host !== 'localhost'
  if (env.mode !== 'production' || !elsewhere || env.tlsCert !== undefined) return
  if (env.trustedProxies.length > 0) return
  log.warn(
    'Neither TLS_CERT nor FLUENCE_TRUSTED_PROXIES is set: requests from other machines are refused.',
  )
}

export interface KeyWarning {
  readonly isProblem: boolean
  readonly text: string
}

/** That personal data cannot be read, or that a copy of the data folder is enough to. */
export async function warningsOfKeys(env: Env, server: Database): Promise<KeyWarning[]> {
  const { rows } = await server.query<{ id: string }>(
    'select m.id from app_private.master_keys_in_use() as m (id)',
  )
  const ids = rows.map(({ id }) => id)
  return judgeMasterKeys(env, ids).map(({ isProblem, says, mend }) => ({
    isProblem,
    text: `${says} ${mend}`,
  }))
}
