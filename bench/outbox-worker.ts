import path from 'node:path'
import { noLog } from '../src/server/log.ts'
import { accessThrough } from '../src/server/postgres/access.ts'
import { startWorker } from '../src/server/worker/runner.ts'

/** A worker as `fluence worker` is one, that knows the task of the benchmark too. */
const { DATABASE_URL = '', FLUENCE_SECRET = '' } = process.env
const worker = await startWorker({
  access: accessThrough(DATABASE_URL, FLUENCE_SECRET),
  log: noLog,
  moreTasks: [path.join(import.meta.dirname, 'tasks')],
})
process.once('SIGTERM', () => void worker.stop())
process.stdout.write('The worker is ready.\n')
