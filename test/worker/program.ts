import path from 'node:path'
import { makeProgress } from '../../src/progress.ts'
import { runAsCommand } from '../../src/run.ts'
import { Lifecycle } from '../../src/server/lifecycle.ts'
import { makeLog } from '../../src/server/log.ts'
import { accessThrough } from '../../src/server/postgres/access.ts'
import { startWorker } from '../../src/server/worker/runner.ts'

/** A worker as `fluence worker` is one, that knows the tasks of the tests too and dies sooner. */
await runAsCommand(async () => {
  const { DATABASE_URL = '', FLUENCE_SECRET = '' } = process.env
  const life = new Lifecycle(makeProgress())
  life.listen(false)
  await life.run(async () => {
    const worker = await startWorker({
      access: accessThrough(DATABASE_URL, FLUENCE_SECRET),
      log: await makeLog(),
      concurrency: 4,
      lifetimeSeconds: 3,
      graceMs: 2000,
      moreTasks: [path.join(import.meta.dirname, 'tasks')],
    })
    await life.onStop(() => worker.stop())
    process.stdout.write('The worker is ready.\n')
  })
})
