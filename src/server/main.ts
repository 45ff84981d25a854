import { makeProgress, type Progress } from '../progress.ts'
import { runAsCommand } from '../run.ts'
import { makeApp } from './app.ts'
import { fillDemo } from './demo/fill.ts'
import { type Env, readEnv } from './env.ts'
import { openGraphQL } from './graphql/door.ts'
import { close, listen } from './http/listen.ts'
import { Lifecycle } from './lifecycle.ts'
import { lockDataFolder } from './lock.ts'
import { isUpToDate } from './postgres/migrate.ts'
import { openDatabase, prepareDatabase } from './postgres/open.ts'
import { makePool } from './postgres/pool.ts'

/** Starts everything, and returns when everything is stopped. */
export async function start(env: Env): Promise<void> {
  const progress = makeProgress()
  const life = new Lifecycle()
  life.listen(env.startedByNpm, progress)
  try {
    await bringUp(env, life, progress)
  } catch (error) {
    // Asked to end in the middle of starting: then what fails, fails because of that.
    if (life.stopping) return await life.stopped()
    await life.stop()
    progress.done()
    throw error
  }
  await life.stopped()
  progress.done()
}

async function bringUp(env: Env, life: Lifecycle, progress: Progress): Promise<void> {
  if (env.databaseUrl === undefined) {
    const lock = await lockDataFolder(env.dataDir)
    life.onStop(() => lock.release())
  }
  let ready = async (): Promise<string | undefined> => 'The server is starting.'
  const { app, server } = makeApp(() => ready())
  // Before the long work: a port that is taken should be told at once.
  const port = await listen(server, env.host, env.port)
  life.onStop(() => close(server))

  const { access, ...database } = await openDatabase(env, { say: progress, supervise: true })
  life.onStop(() => database.close())
  await prepareDatabase(access, progress)
  if (env.demo) await fillDemo(access)

  progress('Opening the GraphQL door')
  const requests = makePool(access.as('fluence_authenticator'), 20, progress)
  life.onStop(() => requests.end())
  const own = makePool(access.as('fluence_server'), 4, progress)
  life.onStop(() => own.end())
  life.onStop(await openGraphQL(app, server, requests, env.mode === 'production'))

  ready = async () => {
    const client = await own.connect()
    try {
      return (await isUpToDate(client)) ? undefined : 'The database runs another state of sql/.'
    } catch {
      return 'The database does not answer.'
    } finally {
      client.release()
    }
  }
  if (life.stopping) return
  progress.done()
  process.stdout.write(announcement(env, port))
}

function announcement(env: Env, port: number): string {
  const address = `http://${env.host.includes(':') ? `[${env.host}]` : env.host}:${port}`
  const rows = [
    ['GraphQL', `${address}/graphql`],
    ...(env.mode === 'production' ? [] : [['GraphiQL', `${address}/graphiql`]]),
    ['Health', `${address}/healthz  ${address}/readyz`],
    ['Data', env.databaseUrl === undefined ? env.dataDir : 'the database in DATABASE_URL'],
    ...(env.demo ? [['Demo', 'brand "demo" with a few products; FLUENCE_DEMO=off leaves it out']] : []),
    ['psql', 'psql "$(npm run -s fluence -- url)"'],
    ['Stop', 'Ctrl-C'],
  ]
  const lines = rows.map(([name, value]) => `  ${name?.padEnd(10)}${value}`)
  return `\nFluence is ready.\n\n${lines.join('\n')}\n\n`
}

if (import.meta.main) await runAsCommand(() => start(readEnv()))
