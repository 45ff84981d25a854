import './mode.ts'
import { PgAggregatesPreset } from '@graphile/pg-aggregates'
import { PgSimplifyInflectionPreset } from '@graphile/simplify-inflection'
import type { Pool } from 'pg'
import { makeSchema } from 'postgraphile'
import { makePgService } from 'postgraphile/adaptors/pg'
import { lexicographicSortSchema, printSchema } from 'postgraphile/graphql'
import { PostGraphileAmberPreset } from 'postgraphile/presets/amber'
import { PostGraphileConnectionFilterPreset } from 'postgraphile-plugin-connection-filter'
import type { Accounts } from '../identity/accounts.ts'
import type { KeyRings } from '../personal/key-rings.ts'
import { bucketsPlugin } from './buckets.ts'
import { mailAddressPlugin } from './mail-address.ts'
import { momentsPlugin } from './moments.ts'
import { oneNamespace } from './names.ts'
import { pageSizePlugin } from './page-size.ts'
import { personalPlugin } from './personal.ts'
import { signInPlugin } from './sign-in.ts'
import { subscriptionsPlugin } from './subscriptions.ts'
import { inTransactions } from './transactions.ts'
import { updatesPlugin } from './updates.ts'

/**
 * What GraphQL shows: app_public and reporting, under the names that they have in SQL; and signing in
 * and personal data, which work where there are accounts and keys.
 */
export const makePreset = (
  pool: Pool,
  { accounts, rings }: { accounts?: Accounts; rings?: KeyRings } = {},
): GraphileConfig.Preset => ({
  extends: [
    PostGraphileAmberPreset,
    PgSimplifyInflectionPreset,
    PostGraphileConnectionFilterPreset,
    PgAggregatesPreset,
  ],
  plugins: [
    oneNamespace,
    momentsPlugin,
    mailAddressPlugin,
    pageSizePlugin,
    bucketsPlugin,
    subscriptionsPlugin,
    updatesPlugin,
    signInPlugin(accounts),
    personalPlugin(rings),
  ],
  disablePlugins: [
    // Rows have keys of their own; global ids would be a second one.
    'NodePlugin',
    // A filter is on what has an index in the table that is asked for.
    'PgConnectionArgFilterBackwardRelationsPlugin',
    'PgConnectionArgFilterForwardRelationsPlugin',
  ],
  pgServices: [
    {
      ...makePgService({ pool, schemas: ['app_public', 'reporting'] }),
      adaptor: { makePgService, createWithPgClient: () => inTransactions(pool) },
    },
  ],
  schema: {
    // Aggregates of everything would double the schema: a table or view asks for them by a tag.
    defaultBehavior: [
      '-node',
      '-resource:aggregates',
      '-resource:groupedAggregates',
      // By a column that is told apart row by row a group is a row, and no page holds them.
      '-attribute:groupBy',
      // It offers averages of moments, which PostgreSQL does not have.
      '-having',
      '-resource:aggregates:filterBy',
      '-resource:relatedAggregates:orderBy',
    ].join(' '),
    connectionFilterComputedColumns: false,
    connectionFilterSetofFunctions: false,
    connectionFilterAllowEmptyObjectInput: true,
    dontSwallowErrors: true,
  },
})

/** The whole schema as text, the same each time. */
export async function schemaText(pool: Pool): Promise<string> {
  const { schema } = await makeSchema(makePreset(pool))
  return `${printSchema(lexicographicSortSchema(schema))}\n`
}
