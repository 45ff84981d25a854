import { describe, expect, onTestFinished } from 'vitest'
import { Accounts, type Visit } from '../../../src/server/identity/accounts.ts'
import { DatabaseLogins } from '../../../src/server/identity/database-logins.ts'
import { sha256Of } from '../../../src/server/identity/opaque.ts'
import { openAccounts } from '../../../src/server/identity/open.ts'
import {
  Busy,
  makePasswords,
  type PasswordOptions,
  type Passwords,
} from '../../../src/server/identity/passwords.ts'
import { makeAccessTokens } from '../../../src/server/identity/tokens.ts'
import { withClient } from '../../../src/server/postgres/connect.ts'
import { makePool } from '../../../src/server/postgres/pool.ts'
import type { TestDatabase } from '../../harness/database.ts'
import { passwordHash } from '../../harness/people.ts'
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

describe('what costs a hash', () => {
  /** Signing in with passwords that are counted, or that nobody has time for. */
  function openWith(database: TestDatabase, { isBusy = false } = {}) {
    const pool = makePool(database.access.as('fluence_server'), 4, () => {})
    onTestFinished(() => pool.end())
    let hashed = 0
    const answer = <T>(value: T) => {
      if (isBusy) return Promise.reject(new Busy(1))
      hashed += 1
      return Promise.resolve(value)
    }
    const passwords: Passwords = {
      hashPassword: (text) => answer(passwordHash(text)),
      verifyPassword: (text, hash) => answer(hash === passwordHash(text)),
      needsRehash: () => false,
      close: () => Promise.resolve(),
    }
    const tokens = makeAccessTokens({
      secret: 'x'.repeat(32),
      issuer: 'a test',
      audience: 'a test',
    })
    const logins = new DatabaseLogins(database.access.root)
    return {
      accounts: new Accounts({ server: pool, passwords, tokens, logins }),
      hashes: () => hashed,
      pool,
    }
  }

  const person = async ({ pool }: ReturnType<typeof openWith>, mail: string) => {
    const { rows } = await pool.query<{ id: string }>(
      `select app_private.create_account($1, 'Ann', 'en', $2) as id`,
      [mail, passwordHash(password)],
    )
    return rows[0]?.id
  }

  /** A token that the person got by mail. */
  const tokenFor = (database: TestDatabase, userId: string | undefined, token: string) =>
    withClient(database.superuserUrl, (client) =>
      client.query(
        `with m as (
           insert into app_private.mails (template, purpose, user_id)
           values ('recover-password', 'recover', $1) returning id
         )
         insert into app_private.mail_tokens (token_hash, mail_id, expires_at)
         select $2, m.id, now() + interval '1 minute' from m`,
        [userId, sha256Of(token)],
      ),
    )

  const codesOf = async (many: number, work: () => Promise<unknown>) => {
    const codes: string[] = []
    for (let i = 0; i < many; i += 1) {
      codes.push(
        await work().then(
          () => 'done',
          (error) => error.told?.code ?? error.code,
        ),
      )
    }
    return codes
  }

  test('is nothing with a token that nobody was sent', async ({ database }) => {
    const opened = openWith(database)
    const { accounts, hashes } = opened
    const token = 'made up'
    const codes = [
      ...(await codesOf(30, () =>
        accounts.recoverPassword(visit, { token, newPassword: password }),
      )),
      ...(await codesOf(30, () =>
        accounts.acceptInvitation(visit, { token, displayName: 'Eve', password }),
      )),
    ]
    expect(codes).toEqual(Array(60).fill('FL115'))
    // Nor by a token for something else.
    await tokenFor(database, await person(opened, 'other-purpose@example.org'), 'to recover')
    const other = { token: 'to recover', displayName: 'Eve', password }
    expect(await codesOf(1, () => accounts.acceptInvitation(visit, other))).toEqual(['FL115'])
    expect(hashes()).toBe(0)
  })

  test('is counted before: registrations of an address', async ({ database }) => {
    const { accounts, hashes } = openWith(database)
    const given = { mail: 'often@example.org', password, displayName: 'Eve' }
    expect(await codesOf(6, () => accounts.register(visit, given))).toEqual([
      ...Array(3).fill('done'),
      ...Array(3).fill('FL110'),
    ])
    expect(hashes()).toBe(3)
    // What cannot be registered is refused before, too.
    const odd = { ...given, mail: 'no mail' }
    expect(await codesOf(1, () => accounts.register(visit, odd))).toEqual(['23514'])
    expect(hashes()).toBe(3)
  })

  test('is counted before: passwords by one token', async ({ database }) => {
    const opened = openWith(database)
    const { accounts, hashes, pool } = opened
    await tokenFor(database, await person(opened, 'one-token@example.org'), 'one token')
    const begun = () =>
      pool.query(`select app_private.token_begin($1, 'recover', 'x')`, [sha256Of('one token')])
    expect(await codesOf(2, begun)).toEqual(['done', 'done'])
    const recover = () =>
      accounts.recoverPassword(visit, { token: 'one token', newPassword: 'Other-Carpet-58' })
    expect(await codesOf(2, recover)).toEqual(['done', 'FL115'])
    expect(hashes()).toBe(1)

    await tokenFor(database, await person(opened, 'two-token@example.org'), 'two token')
    const again = () =>
      pool.query(`select app_private.token_begin($1, 'recover', 'x')`, [sha256Of('two token')])
    expect(await codesOf(5, again)).toEqual(['done', 'done', 'done', 'FL110', 'FL110'])
  })

  test('is no wrong try where nobody had time for it', async ({ database, story }) => {
    const opened = openWith(database, { isBusy: true })
    const { accounts, pool } = opened
    const mail = 'busy@example.org'
    await tokenFor(database, await person(opened, mail), 'busy token')
    await pool.query('select * from app_private.login_finish($1, true, $2, $3, $4)', [
      (await pool.query(`select * from app_private.login_begin($1, 'x')`, [mail])).rows[0]
        .attempt_id,
      ...['handle', 'refresh', 'challenge'].map(sha256Of),
    ])
    const calm: Visit = { ...visit, addressKey: 'calm' }
    const within: Visit = { ...calm, handle: 'handle' }
    const newPassword = 'Other-Carpet-58'
    for (const work of [
      () => accounts.login(calm, { mail, password }),
      () => accounts.register(calm, { mail: 'new@example.org', password, displayName: 'Eve' }),
      () => accounts.recoverPassword(calm, { token: 'busy token', newPassword }),
      () => accounts.changePassword(within, { password, newPassword }),
      () => accounts.deleteAccount(within, { password }),
    ]) {
      expect(await codesOf(8, work)).toEqual(Array(8).fill('FL907'))
    }
    await story.as(null)
    const counted = `select from app_private.login_attempts as a where a.address_key = 'calm'`
    expect(await story.rows(counted)).toEqual([])
  })
})
