import { startSealer } from '../../src/server/audit/sealer.ts'
import { noLog } from '../../src/server/log.ts'

/** The sealer of a worker by itself, hasty: it is there to be killed. */
const [url = '', file = ''] = process.argv.slice(2)
startSealer({ url, file, log: noLog, everyMs: 50 })
process.stdout.write('The sealer is ready.\n')
