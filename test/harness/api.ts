import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { makeApp } from '../../src/server/app.ts'
import { Refusals } from '../../src/server/audit/refusals.ts'
import { Callers } from '../../src/server/graphql/caller.ts'
import { openGraphQL } from '../../src/server/graphql/door.ts'
import { none, type Operations, readOperations } from '../../src/server/graphql/operations.ts'
import { openAccounts } from '../../src/server/identity/open.ts'
import { close } from '../../src/server/http/listen.ts'
import { makeMetrics } from '../../src/server/http/metrics.ts'
import { currentRequestId, noteRefusal } from '../../src/server/http/request.ts'
import { noLog } from '../../src/server/log.ts'
import { withClient } from '../../src/server/postgres/connect.ts'
import { makePool } from '../../src/server/postgres/pool.ts'
import type { KeyRings } from '../../src/server/personal/key-rings.ts'
import { testRings } from './customers.ts'
import { cloneDatabase, type TestDatabase } from './database.ts'
import { signIn } from './sign-in.ts'
import { test as base } from './test.ts'

export interface Answer {
  readonly status: number
  readonly body: {
    data?: Record<string, unknown> | null
    errors?: { message: string; extensions: { code: string; reference: string } }[]
  }
}

export interface Api {
  readonly url: string
  readonly database: TestDatabase
  /** What opens personal data there. */
  readonly rings: KeyRings
  /** What the door wrote to its log: code and cause. */
  readonly reports: { code: string; error: unknown }[]
  graphql(query: string, variables?: object, handle?: string): Promise<Answer>
  /** Waits until what was refused is in the audit log. */
  noted(): Promise<void>
  /** A new brand and a session of that role; the session's handle. */
  signIn(brand: string, role: string): Promise<string>
}

async function startApi(
  production: boolean,
  operations: Operations = none,
): Promise<Api & { stop(): Promise<void> }> {
  const database = await cloneDatabase()
  const reports: Api['reports'] = []
  const requests = makePool(database.access.as('fluence_authenticator'), 5, () => {}, {
    pipeline: true,
  })
  const own = makePool(database.access.as('fluence_server'), 2, () => {}, {
    application_name: 'fluence server',
  })
  const refusals = new Refusals(own)
  const rings = testRings(own)
  const metrics = makeMetrics()
  const { app, server, originOf } = makeApp(async () => undefined, { metrics })
  // The least that bcrypt knows: tests sign in often.
  const { accounts, tokens, close: closeAccounts } = openAccounts(database.access, own, { cost: 4 })
  const closeDoor = await openGraphQL(app, server, {
    requests,
    callers: new Callers({ server: own, tokens, originOf }),
    accounts,
    rings,
    addressSecret: database.access.secretFor('addresses'),
    production,
    report(reference, { code }, error) {
      noteRefusal(code, reference)
      reports.push({ code, error })
    },
    requestId: currentRequestId,
    refusals,
    feedUrl: database.access.as('fluence_server'),
    log: noLog,
    metrics,
    operations,
    onlyKnown: operations.size > 0,
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url,
    database,
    rings,
    reports,
    async graphql(query, variables, handle) {
      const response = await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(handle === undefined ? {} : { authorization: `Bearer ${handle}` }),
        },
        body: JSON.stringify({ query, variables }),
      })
      return { status: response.status, body: (await response.json()) as Answer['body'] }
    },
    async signIn(brand, role) {
      return withClient(database.superuserUrl, async (client) => {
        await client.query(
          `insert into app_public.organizations (kind, slug, name, time_zone, currency)
           values ('brand', $1, $1, 'Asia/Kolkata', 'EUR') on conflict do nothing`,
          [brand],
        )
        const { rows } = await client.query<{ id: string }>(
          'select o.id from app_public.organizations as o where o.slug = $1',
          [brand],
        )
        return signIn(client, rows[0]?.id ?? '', role)
      })
    },
    noted: () => refusals.stop(),
    async stop() {
      await close(server, 0)
      await closeDoor()
      await refusals.stop()
      await closeAccounts()
      await requests.end()
      await own.end()
      await database.drop()
    },
  }
}

/** `test` with the whole HTTP side on a database of its own for the file. */
export const test = base.extend<{ api: Api; productionApi: Api; knownApi: Api }>({
  api: [
    // oxlint-disable-next-line no-empty-pattern -- vitest reads the fixtures from this pattern
    async ({}, use) => {
      const api = await startApi(false)
      await use(api)
      await api.stop()
    },
    { scope: 'file' },
  ],
  productionApi: [
    // oxlint-disable-next-line no-empty-pattern -- as above
    async ({}, use) => {
      const api = await startApi(true)
      await use(api)
      await api.stop()
    },
    { scope: 'file' },
  ],
  /** One that answers the operations in test/api/operations and no others. */
  knownApi: [
    // oxlint-disable-next-line no-empty-pattern -- as above
    async ({}, use) => {
      const operations = path.join(import.meta.dirname, '../api/operations')
      const api = await startApi(true, readOperations(operations))
      await use(api)
      await api.stop()
    },
    { scope: 'file' },
  ],
})
