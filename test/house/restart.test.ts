import path from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { startCluster } from '../../src/server/postgres/cluster.ts'
import { ClusterFolder } from '../../src/server/postgres/cluster-folder.ts'
import { withClient } from '../../src/server/postgres/connect.ts'
import { isAlive, pause, until } from '../../src/server/postgres/processes.ts'
import { signIn as newSession } from '../harness/sign-in.ts'
import {
  answers,
  freePort,
  kill,
  type Program,
  query,
  start,
  superuserUrl,
  temporaryFolder,
} from '../harness/processes.ts'

interface Answer {
  readonly data?: Record<string, unknown> | null
  readonly errors?: { readonly message: string; readonly extensions: { readonly code: string } }[]
}

const create = `mutation ($title: String!) {
  createProduct(input: { product: {
    title: $title, category: "Kitchen", productPrice: "1.00", currency: "EUR"
  } }) { product { brandId rowId title } }
}`
const read = `query ($brandId: BigInt!, $rowId: BigInt!) {
  product(brandId: $brandId, rowId: $rowId) { title }
}`

/** People who write and read all the time, each on a connection of their own. */
class Load {
  readonly written: string[] = []
  readonly attempted = new Set<string>()
  readonly refused: string[] = []
  readonly faults: string[] = []
  readonly #url: string
  readonly #handle: string
  readonly #people: Promise<void>[]
  #over = false

  constructor(url: string, handle: string, people = 24) {
    this.#url = url
    this.#handle = handle
    this.#people = Array.from({ length: people }, (_, i) => this.#live(i))
  }

  async #ask(document: string, variables: object): Promise<Record<string, unknown> | undefined> {
    const response = await fetch(`${this.#url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${this.#handle}` },
      body: JSON.stringify({ query: document, variables }),
    })
    const text = await response.text()
    const { data, errors } = JSON.parse(text) as Answer
    if (response.status === 200 && errors === undefined && data) return data
    const told = `${response.status} ${errors?.map(({ extensions }) => extensions.code).join()}`
    if (told === '503 FL905' && !/\b(select|insert|at async|node_modules)\b/.test(text)) {
      this.refused.push(told)
    } else this.faults.push(`${told} ${text}`)
    return undefined
  }

  async #live(person: number): Promise<void> {
    for (let turn = 0; !this.#over; turn += 1) {
      const title = `${person} ${turn}`
      this.attempted.add(title)
      const made = (await this.#ask(create, { title })) as
        | { createProduct: { product: { brandId: string; rowId: string; title: string } } }
        | undefined
      if (made === undefined) {
        await pause(20)
        continue
      }
      this.written.push(title)
      const { brandId, rowId } = made.createProduct.product
      const found = await this.#ask(read, { brandId, rowId })
      if (found !== undefined && JSON.stringify(found) !== JSON.stringify({ product: { title } })) {
        this.faults.push(`${title} was answered with ${JSON.stringify(found)}`)
      }
    }
  }

  /** Waits until much more has been written than up to now. */
  async goesOn(): Promise<void> {
    const before = this.written.length
    const more = await until(60_000, () => this.written.length > before + 200)
    if (more !== true) throw new Error(`nothing goes on; ${this.faults[0] ?? this.refused.at(-1)}`)
  }

  async end(): Promise<void> {
    this.#over = true
    await Promise.all(this.#people)
  }
}

async function signIn(url: string): Promise<string> {
  return withClient(url, async (client) => {
    const { rows } = await client.query<{ id: string }>(
      `select id
       from app_private.create_organization('brand', 'acme', 'Acme', 'Europe/Berlin', 'EUR')`,
    )
    return newSession(client, rows[0]?.id ?? '', 'product_manager')
  })
}

/** Takes the database away again and again, and looks at what people were told and what is kept. */
async function survives(
  program: Program,
  address: string,
  database: () => string,
  folder: ClusterFolder,
  signals: readonly NodeJS.Signals[],
): Promise<void> {
  const load = new Load(address, await signIn(database()))
  onTestFinished(() => load.end())
  await load.goesOn()
  for (const name of signals) {
    const refused = load.refused.length
    const pid = folder.running()?.pid ?? 0
    kill(pid, name)
    expect(await until(20_000, () => !isAlive(pid))).toBe(true)
    expect(await until(20_000, () => load.refused.length > refused)).toBe(true)
    await answers(`${address}/readyz`)
    await load.goesOn()
  }
  await load.end()
  const log = program.stdout.split('\n').filter((line) => line.includes('request failed'))
  expect(load.faults.slice(0, 3), log.slice(0, 3).join('\n')).toEqual([])

  const kept = await query<{ title: string }>(database(), 'select title from app_public.products')
  const titles = kept.map(({ title }) => title)
  expect(new Set(titles).size).toBe(titles.length)
  const found = new Set(titles)
  expect(load.written.filter((title) => !found.has(title))).toEqual([])
  expect(titles.filter((title) => !load.attempted.has(title))).toEqual([])
}

const signals = ['SIGINT', 'SIGKILL', 'SIGINT', 'SIGKILL'] as const

describe('PostgreSQL is restarted and killed under load: 503, and recovery by itself', () => {
  test('the embedded one', async () => {
    const data = path.join(temporaryFolder(), 'data')
    const env = { FLUENCE_DATA_DIR: data, PORT: await freePort(), FLUENCE_DEMO: 'off' }
    const program = start({ env })
    const address = await program.ready()
    await survives(program, address, () => superuserUrl(data), new ClusterFolder(data), signals)
    expect(program.ended).toBeUndefined()
  })

  test('one of somebody else', async () => {
    const dir = path.join(temporaryFolder(), 'theirs')
    // Started again by those whose it is: here by this test.
    const cluster = await startCluster({ dir, supervise: true })
    onTestFinished(() => cluster.stop())
    await query(cluster.url('postgres'), 'create database shop')
    const env = { DATABASE_URL: cluster.url('shop'), PORT: await freePort() }
    const program = start({ env })
    const address = await program.ready()
    await survives(program, address, () => cluster.url('shop'), cluster.folder, signals)
    expect(program.ended).toBeUndefined()
  })
})
