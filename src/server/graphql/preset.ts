import 'postgraphile/grafserv/express/v4'
import { PgSimplifyInflectionPreset } from '@graphile/simplify-inflection'
import type { Pool } from 'pg'
import { makePgService } from 'postgraphile/adaptors/pg'
import { PostGraphileAmberPreset } from 'postgraphile/presets/amber'
import { PostGraphileConnectionFilterPreset } from 'postgraphile-plugin-connection-filter'
import { oneNamespace } from './names.ts'

/** The GraphQL door: what app_public and reporting hold, with the rights of the caller's role. */
export function makePreset(pool: Pool, production: boolean): GraphileConfig.Preset {
  return {
    extends: [
      PostGraphileAmberPreset,
      PgSimplifyInflectionPreset,
      PostGraphileConnectionFilterPreset,
    ],
    plugins: [oneNamespace],
    pgServices: [makePgService({ pool, schemas: ['app_public', 'reporting'] })],
    schema: { defaultBehavior: '-node' },
    grafserv: {
      graphqlPath: '/graphql',
      graphiql: !production,
      graphiqlPath: '/graphiql',
      graphiqlOnGraphQLGET: false,
    },
    grafast: {
      // Without a role there would be no transaction, and the rights of the login itself.
      context: () => ({ pgSettings: { role: 'fluence_visitor' } }),
    },
  }
}
