import type { Pool } from 'pg'
import { makeProgress, type Progress } from '../progress.ts'
import { runAsCommand } from '../run.ts'
import { makeApp } from './app.ts'
import { fillDemo } from './demo/fill.ts'
import { defaultDataDir, type Env, readEnv } from './env.ts'
import { close, listen } from './http/listen.ts'
import { Lifecycle } from './lifecycle.ts'
import { lockDataFolder } from './lock.ts'
import { isUpToDate } from './postgres/migrate.ts'
import { openDatabase, prepareDatabase, reasonFor } from './postgres/open.ts'
import { endPool, makePool } from './postgres/pool.ts'

/** Starts everything, and returns when everything is stopped. */
export async function start(env: Env): Promise<void> {
  const progress = makeProgress()
  const life = new Lifecycle(progress)
  life.listen(env.startedByNpm)
  try {
    await life.run(() => bringUp(env, life, progress))
  } catch (error) {
    throw reasonFor(error, env)
  } finally {
    progress.done()
  }
}

async function bringUp(env: Env, life: Lifecycle, progress: Progress): Promise<void> {
  if (env.databaseUrl === undefined) {
    const lock = await lockDataFolder(env.dataDir)
    await life.onStop(() => lock.release())
  }
  let ready = async (): Promise<string | undefined> => 'The server is starting.'
  const { app, server } = makeApp(() => ready())
  // Before the long work: a port that is taken should be told at once.
  const port = await listen(server, env.host, env.port)
  await life.onStop(() => close(server))

  // Large, and read while PostgreSQL starts.
  const graphql = import('./graphql/door.ts')
  const { access, ...database } = await openDatabase(env, { say: progress, supervise: true })
  await life.onStop(() => database.close())
  await prepareDatabase(access, progress)
  if (env.demo) await fillDemo(access)

  progress('Opening the GraphQL door')
  const requests = makePool(access.as('fluence_authenticator'), 20, progress)
  await life.onStop(() => endPool(requests))
  const own = makePool(access.as('fluence_server'), 4, progress)
  await life.onStop(() => endPool(own))
  const { openGraphQL } = await graphql
  const closeDoor = await openGraphQL(app, server, requests, env.mode === 'production')
  await life.onStop(closeDoor)
  // Requests at work get their answer before what they work with is taken down.
  await life.onStop(() => close(server))

  ready = () => whyNotReady(own)
  progress.done()
  process.stdout.write(announcement(env, port))
}

async function whyNotReady(pool: Pool): Promise<string | undefined> {
  try {
    const client = await pool.connect()
    try {
      return (await isUpToDate(client)) ? undefined : 'The database runs another state of sql/.'
    } finally {
      client.release()
    }
  } catch {
    return 'The database does not answer.'
  }
}

function announcement(env: Env, port: number): string {
  const address = `http://${env.host.includes(':') ? `[${env.host}]` : env.host}:${port}`
  const rows = [
    ['GraphQL', `${address}/graphql`],
    ...(env.mode === 'production' ? [] : [['GraphiQL', `${address}/graphiql`]]),
    ['Health', `${address}/healthz  ${address}/readyz`],
    ['Data', env.databaseUrl === undefined ? env.dataDir : 'the database in DATABASE_URL'],
    ...(env.demo
      ? [['Demo', 'brand "demo" with a few products; FLUENCE_DEMO=off leaves it out']]
      : []),
    ['psql', `psql "$(${settingsOf(env)}npm run -s fluence -- url)"`],
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

if (import.meta.main) await runAsCommand(() => start(readEnv()))
