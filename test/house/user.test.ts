import { expect, inject, onTestFinished, test } from 'vitest'
import { cloneDatabase } from '../harness/database.ts'
import { passwordHash } from '../harness/people.ts'
import { cli, expectRefusal, query, run } from '../harness/processes.ts'

test('fluence user makes a person, and helps one who lost the second factor', async () => {
  const clone = await cloneDatabase()
  onTestFinished(() => clone.drop())
  const url = new URL(clone.superuserUrl)
  Object.assign(url, { username: 'installer', password: inject('secret') })
  const env = { DATABASE_URL: url.href }
  const ask = <T extends object>(sql: string, values?: unknown[]) =>
    query<T>(clone.superuserUrl, sql, values)
  const user = (...args: string[]) => run({ command: [...cli, 'user', ...args], env })
  await ask(`select from app_private.create_organization('brand', 'demo', 'Demo', 'UTC', 'EUR')`)
  // Somebody else has registered with that address and not confirmed it.
  await ask(
    `select app_private.register_account(
       app_private.register_begin($1, 'Eve', 'en', 'x'), $1, 'Eve', 'en', $2)`,
    ['ann@xn--bcher-kva.example', passwordHash('x')],
  )

  const about = ['--name', 'Ann', '--org', 'demo', '--role', 'finance_manager']
  const made = await user('create', '--mail', 'Ann@Bücher.example.', ...about, '--json')
  expect(made).toMatchObject({ code: 0 })
  expect(JSON.parse(made.stdout)).toMatchObject({ mail: 'Ann@xn--bcher-kva.example' })
  for (const mail of ['ann@[127.0.0.1]', 'ann\u200b@shop.example']) {
    expectRefusal(
      await user('create', '--mail', mail, ...about),
      /The mail, the name or the locale/,
    )
  }

  const remove = () => user('remove-second-factor', '--mail', 'ann@bücher.example')
  expectRefusal(await remove(), /This person has no second factor/)
  await ask(
    `insert into app_private.second_factors (user_id, secret, confirmed_at, last_step)
     select a.user_id, sha256('x'), now(), 1 from app_private.user_accounts as a`,
  )
  expect(await remove()).toMatchObject({
    code: 0,
    stdout: 'ann@bücher.example signs in with the password alone now; all sessions ended.\n',
  })
  expect(await ask('select from app_private.second_factors')).toEqual([])
  expect(await ask(`select template from app_private.mails where user_id is not null`)).toEqual([
    { template: 'second-factor-removed' },
  ])
})
