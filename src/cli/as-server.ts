import type pg from 'pg'
import { Problem } from '../problem.ts'
import { makeProgress } from '../progress.ts'
import { readEnv } from '../server/env.ts'
import { withClient } from '../server/postgres/connect.ts'
import { withDatabase } from '../server/postgres/open.ts'

/** Works as the server's own login, which may call what people may not. */
export async function asServer<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
  const progress = makeProgress()
  return withDatabase(readEnv(), progress, async ({ access }) => {
    progress.done()
    return withClient(access.as('fluence_server'), work)
  })
}

/** What our own functions refuse, they say in words for people. */
export function refusalOf(error: unknown): Problem | undefined {
  const { code, message, hint } = error as pg.DatabaseError
  return code?.startsWith('FL') ? new Problem(message, hint ?? '', { cause: error }) : undefined
}
