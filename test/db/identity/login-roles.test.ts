import pg from 'pg'
import { describe, expect, inject, onTestFinished } from 'vitest'
import {
  DatabaseLogins,
  type LoginWanted,
  type NewLogin,
} from '../../../src/server/identity/database-logins.ts'
import { noLog } from '../../../src/server/log.ts'
import { withClient } from '../../../src/server/postgres/connect.ts'
import type { TestDatabase } from '../../harness/database.ts'
import { test } from '../../harness/test.ts'

const rows = async <T extends object>(url: string, sql: string, values: unknown[] = []) =>
  withClient(url, async (client) => (await client.query<T>(sql, values)).rows)

/** A brand with a product; its number. */
async function brand(database: TestDatabase, slug: string): Promise<string> {
  const [made] = await rows<{ id: string }>(
    database.superuserUrl,
    `select o.id from app_private.create_organization('brand', $1, $1, 'UTC', 'EUR') as o`,
    [slug],
  )
  return made?.id ?? ''
}

describe('x', () => {
  test('works', async ({ database }) => {
    const acme = await brand(database, 'acme')
    const logins = new DatabaseLogins(database.superuserUrl)
    const made = await logins.create({ organizationId: acme }, { role: 'analyst', name: 'bi' })
    console.log(made)
    console.log(
      await rows(
        made.connectionString,
        'select app_public.current_brand_id(), current_setting($1)',
        ['search_path'],
      ),
    )
    console.log(
      await rows(
        database.superuserUrl,
        'select * from pg_db_role_setting where setrole = $1::regrole',
        [made.loginName],
      ),
    )
    await logins.revoke({ organizationId: acme }, 'bi')
    console.log(
      await rows(database.superuserUrl, `select * from pg_roles where rolname like 'bi_%'`),
    )
  })
})
