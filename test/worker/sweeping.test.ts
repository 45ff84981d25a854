import { expect, inject } from 'vitest'
import { passwordHash, register as registerSql } from '../harness/people.ts'
import { test } from '../harness/test.ts'
import { Stage } from './stage.ts'

test('the worker forgets what was registered and not confirmed in time, and nothing else', async ({
  database,
}) => {
  const stage = new Stage(database.access, inject('secret'))
  await stage.build()
  const register = (name: string) =>
    stage.query(registerSql, [`${name}@example.com`, name, passwordHash(name)])
  await stage.query(`select app_private.create_account('ann@example.com', 'ann', 'en', $1)`, [
    passwordHash('ann'),
  ])
  for (const name of ['old', 'new']) await register(name)
  await stage.query(
    `update app_private.registrations set created_at = now() - interval '73 hours'
     where display_name = 'old'`,
  )
  // Else the worker of the test would send them.
  await stage.query('delete from app_private.outbox')
  await stage.workers(1)
  await stage.query(
    `select app_private.enqueue('[{"task": "sign_in__sweep", "payload": {"_cron": {}}}]')`,
  )
  const left = () =>
    stage.query(
      `select r.display_name as name, 'waits' as state from app_private.registrations as r
       union all
       select u.display_name, 'has an account'
       from app_private.user_accounts as a join app_public.users as u on u.id = a.user_id
       order by name`,
    )
  await stage.becomes('the old one is forgotten', async () => (await left()).length < 3)
  expect(await left()).toEqual([
    { name: 'ann', state: 'has an account' },
    { name: 'new', state: 'waits' },
  ])
})
