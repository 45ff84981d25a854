import './mode.ts'
import 'postgraphile/grafserv/express/v4'
import type http from 'node:http'
import type { Express } from 'express'
import type { Pool } from 'pg'
import { postgraphile } from 'postgraphile'
import { grafserv } from 'postgraphile/grafserv/express/v4'
import type { GraphQLSchema } from 'postgraphile/graphql'
import type { Refusals } from '../audit/refusals.ts'
import { applicationName, factsOf, knowOperations } from '../http/request.ts'
import type { Metrics } from '../http/metrics.ts'
import type { Log } from '../log.ts'
import type { Accounts } from '../identity/accounts.ts'
import type { KeyRings } from '../personal/key-rings.ts'
import { visitOf } from '../identity/visit.ts'
import { exchangeOf } from './caller.ts'
import { Feeds } from './feed.ts'
import { type GuardOptions, makeGuard } from './guard.ts'
import { namesOf } from './labels.ts'
import { makePreset } from './preset.ts'
import type { AskAsCaller } from './personal.ts'
import { openSockets } from './sockets.ts'
import { subscriberFor } from './subscriptions.ts'
import { inTransactions } from './transactions.ts'

const path = '/graphql'
const maxRequestBytes = 200_000

export interface DoorOptions extends Omit<GuardOptions, 'schema'> {
  /** Connections as fluence_authenticator, which may become any role of people. */
  readonly requests: Pool
  /** Where the server listens for what happens: a connection of its own. */
  readonly feedUrl: string
  readonly accounts: Accounts
  /** What opens personal data. */
  readonly rings: KeyRings
  /** Under what addresses are counted without being known. */
  readonly addressSecret: string
  readonly requestId: () => string | undefined
  readonly log: Log
  readonly metrics?: Metrics
  /** Where it is noted what people may not do. */
  readonly refusals: Refusals
}

/** Opens the GraphQL door; the answer closes it. */
export async function openGraphQL(
  app: Express,
  server: http.Server,
  options: DoorOptions,
): Promise<() => Promise<void>> {
  const { requests, callers, production, requestId, log } = options
  const feeds = new Feeds(options.feedUrl)
  const withPgClient = inTransactions(requests)
  knowOperations(namesOf(options.operations))
  let schema: GraphQLSchema | undefined
  const guard = makeGuard({
    ...options,
    report(reference, told, error) {
      if (told.status === 403) options.refusals.note(told.code)
      options.report(reference, told, error)
    },
    schema() {
      if (schema === undefined) throw new Error('the schema is not built yet')
      return schema
    },
  })
  const door = postgraphile({
    extends: [makePreset(requests, options)],
    plugins: [guard],
    grafserv: {
      graphqlPath: path,
      graphiql: !production,
      graphiqlPath: '/graphiql',
      graphiqlOnGraphQLGET: false,
      websockets: true,
      maxRequestLength: maxRequestBytes,
    },
    grafast: {
      timeouts: { planning: 1000, execution: 30_000 },
      context(context) {
        const { role, handle, brand, hasCookies } = callers.found(context)
        const exchange = exchangeOf(context)
        const visit =
          exchange &&
          visitOf(exchange.req, exchange.res, { handle, hasCookies, secret: options.addressSecret })
        const socketRequest = context.ws?.request
        const id = socketRequest === undefined ? requestId() : factsOf(socketRequest)?.id
        // Without a role there would be no transaction, and the rights of the login itself.
        const pgSettings = {
          role,
          'fluence.session_id': handle,
          statement_timeout: '10000',
          application_name: applicationName(id),
        }
        const asCaller: AskAsCaller = <T extends object>(text: string, values: unknown[]) =>
          withPgClient(pgSettings, async (client) => [
            ...(await client.query<T>({ text, values })).rows,
          ])
        return { pgSettings, visit, feed: subscriberFor(feeds, brand, asCaller), asCaller, brand }
      },
    },
  })
  schema = await door.getSchema()
  const serv = door.createServ(grafserv)
  await serv.addTo(app, server, false)
  const closeSockets = openSockets(server, serv, {
    path,
    maxMessageBytes: maxRequestBytes,
    callers,
    log,
    metrics: options.metrics,
  })
  return async () => {
    closeSockets()
    await feeds.stop()
    await door.release()
  }
}
