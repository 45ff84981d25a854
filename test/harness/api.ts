import type { AddressInfo } from 'node:net'
import { makeApp } from '../../src/server/app.ts'
import { openGraphQL } from '../../src/server/graphql/door.ts'
import { close } from '../../src/server/http/listen.ts'
import { makePool } from '../../src/server/postgres/pool.ts'
import { cloneDatabase } from './database.ts'
import { test as base } from './test.ts'

interface Answer {
  readonly status: number
  readonly body: { data?: Record<string, unknown>; errors?: { message: string }[] }
}

export interface Api {
  readonly url: string
  graphql(query: string, variables?: object): Promise<Answer>
}

/** `test` with the whole HTTP side on a database of its own for the file. */
export const test = base.extend<{ api: Api }>({
  api: [
    // oxlint-disable-next-line no-empty-pattern -- vitest reads the fixtures from this pattern
    async ({}, use) => {
      const database = await cloneDatabase()
      const broken: string[] = []
      const pool = makePool(database.access.as('fluence_authenticator'), 5, (s) => broken.push(s))
      const { app, server } = makeApp(async () => undefined)
      const closeDoor = await openGraphQL(app, server, pool, false)
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
      await use({
        url,
        async graphql(query, variables) {
          const response = await fetch(`${url}/graphql`, {
            method: 'POST',
            headers: { 'content-type': 'application/json' },
            body: JSON.stringify({ query, variables }),
          })
          return { status: response.status, body: (await response.json()) as Answer['body'] }
        },
      })
      await close(server, 0)
      await closeDoor()
      await pool.end()
      await database.drop()
    },
    { scope: 'file' },
  ],
})
