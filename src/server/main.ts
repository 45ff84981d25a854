import { makeProgress, type Progress } from '../progress.ts'
import { runAsCommand } from '../run.ts'
import { announcement, homeOf, warningsOfKeys, warnOfOpenDoors } from './announce.ts'
import { makeApp } from './app.ts'
import { Refusals } from './audit/refusals.ts'
import { sealsFile } from './audit/seals-file.ts'
import { fillDemo } from './demo/fill.ts'
import { type Env, readEnv } from './env.ts'
import { readOperations } from './graphql/operations.ts'
import { databaseReadiness, forProbes, type Readiness } from './http/health.ts'
import { close, listen } from './http/listen.ts'
import { makeMetrics } from './http/metrics.ts'
import { currentRequestId, noteRefusal } from './http/request.ts'
import { followCredentials, readCredentials } from './http/tls.ts'
import { Lifecycle } from './lifecycle.ts'
import { lockDataFolder } from './lock.ts'
import { logDefects, makeLog, takeOverConsole } from './log.ts'
import type { ServiceLogin } from './postgres/access.ts'
import { openKeyRings } from './personal/open.ts'
import { openDatabase, reasonFor } from './postgres/open.ts'
import { endPool, makePool } from './postgres/pool.ts'
import { readSources } from './postgres/sources.ts'

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
  const production = env.mode === 'production'
  const log = await makeLog({
    level: env.logLevel,
    pretty: !production && process.stdout.isTTY === true,
  })
  takeOverConsole(log)
  const metrics = makeMetrics({ process: true })
  const credentials = readCredentials(env.tlsCert, env.tlsKey)
  let readiness: Readiness = async () => 'starting'
  const { app, server, originOf } = makeApp(() => readiness(), {
    ...env,
    log,
    metrics,
    production,
    credentials,
  })
  // Before the long work: a port that is taken should be told at once.
  const port = await listen(server, env.host, env.port)
  await life.onStop(() => close(server))

  // Large, and read while PostgreSQL starts.
  const graphql = import('./graphql/door.ts')
  // Until the server is up people watch its start; from then on its log tells.
  let say: (line: string) => void = progress
  const { access, ...database } = await openDatabase(env, {
    say: (line) => say(line),
    supervise: true,
  })
  await life.onStop(() => database.close())
  await database.prepare(progress)
  const demo = env.demo && (await fillDemo(access))

  progress('Opening the GraphQL door')
  const openPool = async (name: string, login: ServiceLogin, max: number, options = {}) => {
    const pool = makePool(access.as(login), max, (line) => say(line), options)
    await life.onStop(() => endPool(pool))
    metrics.watchPool(name, pool)
    return pool
  }
  const requests = await openPool('requests', 'fluence_authenticator', 20, { pipeline: true })
  // By this name the audit log knows that it is the app, and not a command.
  const own = await openPool('own', 'fluence_server', 4, { application_name: 'fluence server' })
  // Probes and metrics are answered also when every other connection is busy.
  const probes = await openPool('probes', 'fluence_server', 2, forProbes)
  metrics.watchDatabase(probes)
  const { openGraphQL } = await graphql
  const { Callers } = await import('./graphql/caller.ts')
  const { openAccounts } = await import('./identity/open.ts')
  const { peopleUrl } = await import('./identity/database-logins.ts')
  const {
    accounts,
    tokens,
    close: closeAccounts,
  } = openAccounts(access, own, {
    addressForPeople: peopleUrl(env, access.root),
  })
  await life.onStop(closeAccounts)
  const refusals = new Refusals(own)
  await life.onStop(() => refusals.stop())
  const closeDoor = await openGraphQL(app, server, {
    requests,
    callers: new Callers({ server: own, tokens, originOf }),
    accounts,
    rings: openKeyRings(env, own),
    addressSecret: access.secretFor('addresses'),
    production,
    report(reference, { code, status }, error) {
      noteRefusal(code, reference)
      if (status >= 500) log.error('A GraphQL request failed.', { code, reference, error })
    },
    requestId: currentRequestId,
    feedUrl: access.as('fluence_server'),
    log,
    metrics,
    refusals,
    operations: readOperations(env.operationsDir),
    onlyKnown: env.onlyKnownOperations === 'on',
  })
  await life.onStop(closeDoor)
  // Requests at work get their answer before what they work with is taken down.
  await life.onStop(() => {
    readiness = async () => 'stopping'
    return close(server)
  })
  if (credentials !== undefined) {
    const followed = followCredentials(server, credentials, {
      read: () => readCredentials(env.tlsCert, env.tlsKey),
      log,
      metrics,
      renewed: (renewed) => database.cluster?.renew(renewed),
    })
    await life.onStop(followed.stop)
  }

  // Whoever works off the jobs: logins that are over must lose their connections.
  const { startLoginWatch } = await import('./identity/login-watch.ts')
  const loginWatch = startLoginWatch(access.root, log)
  await life.onStop(() => loginWatch.stop())
  if (env.worker) {
    const { startWorker } = await import('./worker/runner.ts')
    const seals = { file: sealsFile(env.dataDir) }
    const serverLog = database.cluster?.folder.logs
    const worker = await startWorker({ access, log, home: homeOf(env, port), seals, serverLog })
    await life.onStop(() => worker.stop())
  }

  // Asked now and told below: once people are let in, a database that breaks off ends nothing.
  const warnings = await warningsOfKeys(env, own)
  const { hash } = readSources()
  // While sql/ is worked on, what it should be changes under us.
  readiness = databaseReadiness(probes, () => (production ? hash : readSources().hash))
  progress.done()
  process.stdout.write(announcement({ ...env, demo }, port, database.cluster?.port))
  say = (line) => log.warn(line)
  logDefects(log)
  warnOfOpenDoors(env, log)
  for (const { isProblem, text } of warnings) log[isProblem ? 'error' : 'warn'](text)
}

if (import.meta.main) await runAsCommand(() => start(readEnv()))
