import type pg from 'pg'
import { describe, expect } from 'vitest'
import { admin, digest, member, one, passwordHash, random } from '../../harness/people.ts'
import { type Story, test } from '../../harness/test.ts'

const createKey = `select app_private.create_api_key(
  $1, $2, 'analyst', now() + interval '1 year', $3)`
const accept = `select app_private.accept_invitation($1, 'Ghost', 'en', $2)`
const check = 'select role from app_private.check_session($1)'
const isSomebody = 'select app_public.current_brand_id() is not null as so'

/** An invitation, an API key and a database login of an admin's making. */
async function works(story: Story, name: string, organization: string) {
  await story.atDoor('fluence_server')
  const boss = await admin(story.client, `${name}@example.com`, organization)
  await story.rows(createKey, [digest(boss.handle), name, digest(`${name}'s key`)])
  await story.through(boss.handle, 'admin')
  await story.rows(`select app_public.invite($1, 'admin')`, [`${name}2@example.com`])
  await story.as(null)
  const { id } = await story.one<{ id: string }>('select max(id) as id from app_private.mails')
  const token = digest(random())
  await story.rows('select app_private.take_mail($1, $2)', [id, token])
  await story.rows(`create role t_${name} login in role fluence_analyst`)
  await story.rows(
    `select app_private.register_database_login($1, $2, 'analyst', $3, created_by => $4)`,
    [`t_${name}`, organization, name, boss.userId],
  )
  return { ...boss, name, token }
}

/** Which of the three still open something. */
async function left(story: Story, { name, token }: { name: string; token: Buffer }) {
  await story.atDoor('fluence_server')
  const keys = await story.rows(check, [`${name}'s key`])
  await story.rows('savepoint invited')
  const invited = await story.rows(accept, [token, passwordHash('x')]).then(
    () => true,
    async ({ code }: pg.DatabaseError) => {
      expect(code).toBe('FL115')
      return false
    },
  )
  await story.rows('rollback to savepoint invited')
  await story.as(null)
  await story.rows(`set local session authorization t_${name}`)
  const { so } = await story.one<{ so: boolean }>(isSomebody)
  return { key: keys.length > 0, invitation: invited, login: so }
}

const all = { key: true, invitation: true, login: true }
const none = { key: false, invitation: false, login: false }

type Who = Awaited<ReturnType<typeof works>>

const ways: Record<string, (story: Story, abe: Who, ada: Who) => Promise<unknown>> = {
  async 'is removed'(story, abe, ada) {
    await story.through(ada.handle, 'admin')
    await story.rows('select app_public.remove_member($1)', [abe.membershipId])
  },
  async 'gets another role'(story, abe, ada) {
    await story.through(ada.handle, 'admin')
    await story.rows(`select app_public.change_role($1, 'analyst')`, [abe.membershipId])
  },
  async leaves(story, abe) {
    await story.through(abe.handle, 'admin')
    await story.rows('select app_public.leave_organization()')
  },
  async 'is deactivated'(story, abe) {
    await story.as(null)
    await story.rows('update app_public.users set deactivated_at = now() where id = $1', [
      abe.userId,
    ])
  },
  async 'deletes the account'(story, abe) {
    await story.atDoor('fluence_server')
    const { attempt_id } = await one<{ attempt_id: string }>(
      story.client,
      `select * from app_private.password_begin($1, 'x')`,
      [digest(abe.handle)],
    )
    await story.rows('select app_private.delete_account($1, $2, true)', [
      attempt_id,
      digest(abe.handle),
    ])
  },
}

describe('with an admin go the keys, logins and invitations of that one, and no others', () => {
  for (const [how, goes] of Object.entries(ways)) {
    test(`who ${how}`, async ({ story }) => {
      const acme = await story.organization('acme')
      const abe = await works(story, 'abe', acme)
      const ada = await works(story, 'ada', acme)
      for (const each of [abe, ada]) expect(await left(story, each)).toEqual(all)
      await goes(story, abe, ada)
      expect(await left(story, abe)).toEqual(none)
      expect(await left(story, ada)).toEqual(all)
    })
  }

  test('nor what the same person made for another organization', async ({ story }) => {
    const acme = await story.organization('acme')
    const globex = await story.organization('globex')
    const abe = await works(story, 'abe', acme)
    await story.atDoor('fluence_server')
    const ada = await admin(story.client, 'ada@example.com', acme)
    await member(story.client, abe.userId, globex, 'admin')
    await story.as(null)
    for (const sql of [
      `update app_private.sessions set organization_id = $1, acting_brand_id = $1
       where kind = 'api_key'`,
      `update app_private.database_logins set organization_id = $1, acting_brand_id = $1`,
      'update app_public.invitations set organization_id = $1',
    ]) {
      await story.rows(sql, [globex])
    }
    await story.through(ada.handle, 'admin')
    await story.rows('select app_public.remove_member($1)', [abe.membershipId])
    expect(await left(story, abe)).toEqual(all)
  })
})
