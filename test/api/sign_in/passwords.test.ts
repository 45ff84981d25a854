import { expect, onTestFinished } from 'vitest'
import type { Visit } from '../../../src/server/identity/accounts.ts'
import { openAccounts } from '../../../src/server/identity/open.ts'
import { makePasswords, type PasswordOptions } from '../../../src/server/identity/passwords.ts'
import { makePool } from '../../../src/server/postgres/pool.ts'
import type { TestDatabase } from '../../harness/database.ts'
import { test } from '../../harness/test.ts'

const password = 'Mild-Carpet-57'
const visit: Visit = {
  handle: '',
  addressKey: 'somewhere',
  device: 'a test',
  refreshCookie: undefined,
  keep: () => {},
}

/** Signing in as the server does it, with passwords as they are wanted; and the number of people. */
async function open(database: TestDatabase, people: string[], options: PasswordOptions) {
  const pool = makePool(database.access.as('fluence_server'), 4, () => {})
  const { accounts, close } = openAccounts(database.access, pool, options)
  onTestFinished(async () => {
    await close()
    await pool.end()
  })
  const cheap = makePasswords({ cost: 4 })
  const hash = await cheap.hashPassword(password)
  await cheap.close()
  for (const mail of people) {
    await pool.query(`select app_private.create_account($1, 'Ann', 'en', $2)`, [mail, hash])
  }
  return accounts
}

test('a password is hashed anew at the next login when the cost has risen', async ({
  database,
  story,
}) => {
  const accounts = await open(database, ['ann@example.org'], { cost: 5 })
  const kept = async () => {
    const { hash } = await story.one<{ hash: string }>(
      `select a.password_hash as hash from app_private.user_accounts as a
       where a.mail = 'ann@example.org'`,
    )
    return hash
  }
  await story.as(null)
  expect(await kept()).toMatch(/^\$2b\$04\$/)
  const wrong = accounts.login(visit, { mail: 'ann@example.org', password: 'Wrong-Horse-7' })
  await expect(wrong).rejects.toMatchObject({ code: 'FL111' })
  expect(await kept()).toMatch(/^\$2b\$04\$/)
  for (let i = 0; i < 2; i += 1) {
    const { outcome } = await accounts.login(visit, { mail: 'ann@example.org', password })
    expect(outcome).toBe('signed_in')
    expect(await kept()).toMatch(/^\$2b\$05\$/)
  }
})

test('a flood of logins finds the queue full, and is told so', async ({ database }) => {
  const people = Array.from({ length: 12 }, (_, i) => `p${i}@example.org`)
  const accounts = await open(database, people, { cost: 4, lanes: 1, places: 3 })
  const all = await Promise.allSettled(
    people.map((mail) => accounts.login(visit, { mail, password })),
  )
  const refused = all.filter((each) => each.status === 'rejected')
  expect(refused.length).toBeGreaterThan(0)
  expect(refused.length).toBeLessThan(people.length)
  for (const { reason } of refused) {
    expect(reason).toMatchObject({ told: { code: 'FL907', status: 503 } })
  }
  const [first = ''] = people
  expect(await accounts.login(visit, { mail: first, password })).toMatchObject({
    outcome: 'signed_in',
  })
})
