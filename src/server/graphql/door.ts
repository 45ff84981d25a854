import './mode.ts'
import 'postgraphile/grafserv/express/v4'
import type http from 'node:http'
import type { Express } from 'express'
import type { Pool } from 'pg'
import { postgraphile } from 'postgraphile'
import { grafserv } from 'postgraphile/grafserv/express/v4'
import type { GraphQLSchema } from 'postgraphile/graphql'
import { applicationName, knowOperations } from '../http/request.ts'
import { type GuardOptions, makeGuard } from './guard.ts'
import { namesOf } from './labels.ts'
import { makePreset } from './preset.ts'

export interface DoorOptions extends Omit<GuardOptions, 'schema'> {
  /** Connections as fluence_authenticator, which may become any role of people. */
  readonly requests: Pool
  readonly requestId: () => string | undefined
}

/** Opens the GraphQL door; the answer closes it. */
export async function openGraphQL(
  app: Express,
  server: http.Server,
  options: DoorOptions,
): Promise<() => Promise<void>> {
  const { requests, callers, production, requestId } = options
  knowOperations(namesOf(options.operations))
  let schema: GraphQLSchema | undefined
  const guard = makeGuard({
    ...options,
    schema() {
      if (schema === undefined) throw new Error('the schema is not built yet')
      return schema
    },
  })
  const door = postgraphile({
    extends: [makePreset(requests)],
    plugins: [guard],
    grafserv: {
      graphqlPath: '/graphql',
      graphiql: !production,
      graphiqlPath: '/graphiql',
      graphiqlOnGraphQLGET: false,
      websockets: true,
      maxRequestLength: 200_000,
    },
    grafast: {
      timeouts: { planning: 1000, execution: 30_000 },
      context(context) {
        const { role, handle } = callers.found(context)
        return {
          // Without a role there would be no transaction, and the rights of the login itself.
          pgSettings: {
            role,
            'fluence.session_id': handle,
            statement_timeout: '10000',
            application_name: applicationName(requestId()),
          },
        }
      },
    },
  })
  schema = await door.getSchema()
  await door.createServ(grafserv).addTo(app, server)
  return async () => void (await door.release())
}
