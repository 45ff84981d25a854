import { describe, expect } from 'vitest'
import {
  admin,
  digest,
  logIn,
  one,
  passwordHash,
  person,
  random,
  register,
} from '../../harness/people.ts'
import { type Story, test } from '../../harness/test.ts'

const invite = 'select (app_public.invite($1, $2)).id'
const accept = 'select app_private.accept_invitation($1, $2, $3, $4) as id'
const look = 'select * from app_private.look_at_invitation($1)'
const mail = 'ann@example.com'

/** Acme with an admin who is signed in; the story acts as that one. */
async function acmeWithAdmin(story: Story) {
  const acme = await story.organization('acme')
  await story.atDoor('fluence_server')
  const boss = await admin(story.client, 'boss@example.com', acme)
  await story.through(boss.handle, 'admin')
  return { acme, boss }
}

/** The token that the worker sends with the latest invitation; then at the server's door. */
async function post(story: Story): Promise<Buffer> {
  await story.as(null)
  const { id } = await story.one<{ id: string }>(
    `select max(id) as id from app_private.mails where purpose = 'invite'`,
  )
  const token = digest(random())
  await story.atDoor('fluence_worker')
  await story.rows('select * from app_private.take_mail($1, $2)', [id, token])
  await story.atDoor('fluence_server')
  return token
}

describe('an admin invites', () => {
  test('somebody new, who chooses a name and a password', async ({ story }) => {
    const { acme, boss } = await acmeWithAdmin(story)
    await story.rows(invite, [mail, 'analyst'])
    const token = await post(story)
    expect(await story.one(look, [token])).toEqual({
      organization_name: 'Acme',
      role: 'analyst',
      mail,
      has_account: false,
    })
    await story.rows(accept, [token, 'Ann', 'en', passwordHash('Correct-Horse-7')])
    expect(await logIn(story.client, mail)).toMatchObject({
      role: 'analyst',
      acting_brand_id: acme,
    })
    await story.rejects('FL115', look, [token])
    await story.rejects('FL115', accept, [token, 'Ann', 'en', passwordHash('x')])
    await story.through(boss.handle, 'admin')
    expect(await story.rows('select mail, role from app_public.members order by id')).toEqual([
      { mail: 'boss@example.com', role: 'admin' },
      { mail, role: 'analyst' },
    ])
  })

  test('somebody known, whose password stays', async ({ story }) => {
    await acmeWithAdmin(story)
    await story.rows(invite, [mail, 'analyst'])
    const token = await post(story)
    await person(story.client, mail)
    expect(await story.one(look, [token])).toMatchObject({ has_account: true })
    await story.rows(accept, [token, 'Eve', 'en', passwordHash('Evil-Horse-7')])
    expect(await logIn(story.client, mail)).toMatchObject({ role: 'analyst' })
  })

  test('somebody whose address was registered by another, who gets nothing', async ({ story }) => {
    await acmeWithAdmin(story)
    await story.atDoor('fluence_server')
    await story.rows(register, [mail, 'Eve', passwordHash('Evil-Horse-7')])
    await story.as(null)
    const { id } = await story.one<{ id: string }>(
      `select id from app_private.mails where purpose = 'confirm'`,
    )
    await story.atDoor('fluence_worker')
    await story.rows('select * from app_private.take_mail($1, $2)', [id, digest('to confirm')])
    await story.as(null)
    const { acme } = await story.one<{ acme: string }>(
      `select id as acme from app_public.organizations`,
    )
    await story.as({ role: 'admin', organization: acme })
    await story.rows(invite, [mail, 'analyst'])
    const token = await post(story)
    await story.rows(accept, [token, 'Ann', 'en', passwordHash('Correct-Horse-7')])
    expect(await logIn(story.client, mail)).toMatchObject({ role: 'analyst' })
    await story.rejects('FL115', 'select app_private.confirm_mail($1)', [digest('to confirm')])
  })

  test('again, and the earlier invitation is void', async ({ story }) => {
    const { boss } = await acmeWithAdmin(story)
    await story.rows(invite, [mail, 'admin'])
    const first = await post(story)
    await story.through(boss.handle, 'admin')
    await story.rows(invite, [mail.toUpperCase(), 'analyst'])
    const second = await post(story)
    await story.rejects('FL115', accept, [first, 'Ann', 'en', passwordHash('x')])
    expect(await story.one(look, [second])).toMatchObject({ role: 'analyst' })
  })

  test('and takes it back', async ({ story }) => {
    const { boss } = await acmeWithAdmin(story)
    const { id } = await story.one<{ id: string }>(invite, [mail, 'analyst'])
    const token = await post(story)
    await story.through(boss.handle, 'admin')
    expect(await story.one('select mail from app_public.open_invitations')).toEqual({ mail })
    await story.rows('select app_public.revoke_invitation($1)', [id])
    await story.rejects('FL002', 'select app_public.revoke_invitation($1)', [id])
    expect(await story.rows('select mail from app_public.open_invitations')).toEqual([])
    await story.atDoor('fluence_server')
    await story.rejects('FL115', accept, [token, 'Ann', 'en', passwordHash('x')])
  })

  test('but no member, and not without end', async ({ story }) => {
    await acmeWithAdmin(story)
    await story.rejects('FL121', invite, ['Boss@example.com', 'analyst'])
    await story.rejects('23514', invite, ['no mail', 'analyst'])
    for (let i = 0; i < 100; i += 1) await story.rows(invite, [`p${i}@example.com`, 'analyst'])
    await story.rejects('FL110', invite, [mail, 'analyst'])
  })

  test('known and unknown addresses with the same answer', async ({ story }) => {
    await acmeWithAdmin(story)
    await story.atDoor('fluence_server')
    await person(story.client, mail)
    await story.as(null)
    const { acme } = await story.one<{ acme: string }>(
      `select id as acme from app_public.organizations`,
    )
    await story.as({ role: 'admin', organization: acme })
    const sql = `select i.role, i.accepted_at, i.accepted_by, i.revoked_at
                 from app_public.invite($1, 'analyst') as i`
    expect(await story.one(sql, [mail])).toEqual(await story.one(sql, ['new@example.com']))
  })
})

describe('an invitation', () => {
  test('is over after a week', async ({ story }) => {
    await acmeWithAdmin(story)
    await story.rows(invite, [mail, 'analyst'])
    const token = await post(story)
    await story.as(null)
    await story.rows(`update app_public.invitations set expires_at = now()`)
    await story.atDoor('fluence_server')
    await story.rejects('FL115', accept, [token, 'Ann', 'en', passwordHash('x')])
    await story.rejects('FL115', look, [token])
  })

  test('is seen and taken back by the own admins only', async ({ story }) => {
    const { acme } = await acmeWithAdmin(story)
    const { id } = await story.one<{ id: string }>(invite, [mail, 'analyst'])
    const globex = await (async () => {
      await story.as(null)
      return story.organization('globex')
    })()
    await story.as({ role: 'admin', organization: globex })
    expect(await story.rows('select id from app_public.invitations')).toEqual([])
    expect(await story.rows('select id from app_public.open_invitations')).toEqual([])
    await story.rejects('FL002', 'select app_public.revoke_invitation($1)', [id])
    for (const role of ['analyst', 'auditor', 'agency_manager']) {
      await story.as({ role, organization: acme })
      await story.rejects('42501', 'select id from app_public.invitations')
      await story.rejects('42501', 'select app_public.revoke_invitation($1)', [id])
      await story.rejects('42501', invite, ['x@example.com', 'admin'])
    }
  })

  test('is not given by a database login, which has no second factor', async ({ story }) => {
    await story.asStray('admin')
    await story.rejects('FL102', invite, [mail, 'analyst'])
    const { count } = await one<{ count: string }>(
      story.client,
      'select count(*) from app_public.invitations',
    )
    expect(count).toBe('0')
  })
})
