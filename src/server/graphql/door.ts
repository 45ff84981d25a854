import './mode.ts'
import type http from 'node:http'
import type { Express } from 'express'
import type { Pool } from 'pg'
import { postgraphile } from 'postgraphile'
import { grafserv } from 'postgraphile/grafserv/express/v4'
import { makePreset } from './preset.ts'

/** Opens the GraphQL door; the answer closes it. */
export async function openGraphQL(
  app: Express,
  server: http.Server,
  pool: Pool,
  production: boolean,
): Promise<() => Promise<void>> {
  const door = postgraphile(makePreset(pool, production))
  await door.createServ(grafserv).addTo(app, server)
  await door.getSchema()
  return async () => void (await door.release())
}
