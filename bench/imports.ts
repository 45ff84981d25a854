import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { startThrowAwayCluster } from '../src/cli/throw-away.ts'
import { type Codec, codecOf, customers } from '../src/server/imports/customers.ts'
import { importFile } from '../src/server/imports/importer.ts'
import { openInput } from '../src/server/imports/input.ts'
import { RejectFile } from '../src/server/imports/rejects.ts'
import { type Access, accessThrough } from '../src/server/postgres/access.ts'
import { withClient } from '../src/server/postgres/connect.ts'
import { prepareDatabase } from '../src/server/postgres/open.ts'
import { csvOf, newBrand, person, testRings } from '../test/harness/customers.ts'
import { type Figure, inTurn, median, milliseconds } from './measure.ts'

const people = 20_000
const rounds = 5

/** Of the same length as what is sealed, and readable by everybody. */
const plain: Codec = {
  version: 1,
  seal: (_column, _ref, text) => Buffer.concat([Buffer.of(1), Buffer.alloc(28), Buffer.from(text)]),
  hash(_kind, text) {
    const bytes = Buffer.alloc(32)
    bytes.write(text)
    return bytes
  },
}

/** What encryption costs an import, and what it costs to import once more what is there. */
export async function measure(): Promise<Figure[]> {
  const cluster = await startThrowAwayCluster({ settings: { shared_buffers: '256MB' } })
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'fluence-bench-'))
  try {
    await withClient(cluster.url('postgres'), (c) => c.query('create database fluence'))
    const access = accessThrough(cluster.url('fluence'), cluster.password)
    await prepareDatabase(access)
    const file = path.join(dir, 'customers.csv')
    fs.writeFileSync(file, csvOf(Array.from({ length: people }, (_, i) => person(i + 1))))
    const again: number[] = []
    let brands = 0
    const brand = () => newBrand({ superuserUrl: access.root }, `brand-${(brands += 1)}`)
    // What is compiled at the first rows is not what an import costs.
    await run(access, file, await brand(), true)
    let sealedBrand = ''
    const [sealed, readable] = await inTurn(
      rounds,
      async () => {
        sealedBrand = await brand()
        await run(access, file, sealedBrand, true)
      },
      async () => run(access, file, await brand(), false),
    )
    for (let round = 0; round < rounds; round += 1) {
      again.push(await milliseconds(() => run(access, file, sealedBrand, true)))
    }
    return [
      {
        name: `import of ${people.toLocaleString('en')} customers, encrypted`,
        value: sealed,
        yardstick: readable,
        unit: 'ms',
        against: 'the same, not encrypted',
        // At least 0.3 of its speed.
        limit: 3.33,
      },
      {
        name: 'the same file once more, nothing changed',
        value: median(again),
        yardstick: sealed,
        unit: 'ms',
        against: 'the first time',
      },
    ]
  } finally {
    fs.rmSync(dir, { recursive: true })
    await cluster.stop()
  }
}

async function run(access: Access, file: string, brandId: string, sealing: boolean): Promise<void> {
  const url = access.as('fluence_server')
  await withClient(url, (client) =>
    withClient(url, async (forKeys) => {
      const codec = sealing ? codecOf(testRings(forKeys), brandId) : async () => plain
      const rejects = new RejectFile(file, 'customers')
      const target = { client, brandId, startedBy: 'the benchmark', rejects }
      const done = await importFile(customers, codec, openInput(file), target)
      if (done.rejected > 0) throw new Error(`${done.rejected} rows were rejected`)
    }),
  )
}
