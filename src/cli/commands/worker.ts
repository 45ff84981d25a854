import { type Command, InvalidArgumentError } from 'commander'
import { makeProgress } from '../../progress.ts'
import { sealsFile } from '../../server/audit/seals-file.ts'
import { homeOf } from '../../server/announce.ts'
import { readEnv } from '../../server/env.ts'
import { Lifecycle } from '../../server/lifecycle.ts'
import { logDefects, makeLog, takeOverConsole } from '../../server/log.ts'
import { openDatabase } from '../../server/postgres/open.ts'

interface Options {
  readonly concurrency?: number
}

export function addWorker(program: Command): void {
  program
    .command('worker')
    .description('work off jobs and events, until it is told to end; any number may run')
    .option('--concurrency <number>', 'how many jobs run at once', atLeastOne)
    .action(async (options: Options) => {
      const progress = makeProgress()
      const life = new Lifecycle(progress)
      const env = readEnv()
      life.listen(env.startedByNpm)
      await life.run(() => bringUp(life, progress, env, options))
    })
}

async function bringUp(
  life: Lifecycle,
  progress: ReturnType<typeof makeProgress>,
  env: ReturnType<typeof readEnv>,
  { concurrency }: Options,
): Promise<void> {
  const pretty = env.mode !== 'production' && process.stdout.isTTY === true
  const log = await makeLog({ level: env.logLevel, pretty })
  takeOverConsole(log)
  const { access, ...database } = await openDatabase(env, { say: progress, supervise: true })
  await life.onStop(() => database.close())
  await database.prepare(progress)
  // Loaded here, because the other commands do without.
  const { startWorker } = await import('../../server/worker/runner.ts')
  const { startLoginWatch } = await import('../../server/identity/login-watch.ts')
  const loginWatch = startLoginWatch(access.root, log)
  await life.onStop(() => loginWatch.stop())
  const worker = await startWorker({
    access,
    log,
    home: homeOf(env, env.port),
    concurrency,
    seals: { file: sealsFile(env.dataDir) },
    serverLog: database.cluster?.folder.logs,
  })
  await life.onStop(() => worker.stop())
  progress.done()
  logDefects(log)
  log.info('The worker is ready.')
}

function atLeastOne(text: string): number {
  if (/^[1-9]\d{0,2}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('It must be a number from 1 to 999.')
}
