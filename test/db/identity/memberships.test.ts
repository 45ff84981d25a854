import { describe, expect } from 'vitest'
import { admin, logIn, member, person } from '../../harness/people.ts'
import { type Story, test } from '../../harness/test.ts'

const change = 'select (app_public.change_role($1, $2)).id'
const remove = 'select app_public.remove_member($1)'
const leave = 'select app_public.leave_organization()'
const products = 'select id from app_public.products'

/** Acme with a product, an admin and Ann the analyst, both signed in. */
async function acmeAndAnn(story: Story) {
  const acme = await story.organization('acme')
  await story.product(acme)
  await story.atDoor('fluence_server')
  const boss = await admin(story.client, 'boss@example.com', acme)
  const annId = await person(story.client, 'ann@example.com')
  const annMembership = await member(story.client, annId, acme, 'analyst')
  const ann = await logIn(story.client, 'ann@example.com')
  return { acme, boss, annId, annMembership, ann }
}

describe('an admin', () => {
  test('gives a member another role: the old session ends, the next has it', async ({ story }) => {
    const { boss, annMembership, ann } = await acmeAndAnn(story)
    await story.through(ann.handle, 'analyst')
    expect(await story.rows(products)).toHaveLength(1)
    await story.through(boss.handle, 'admin')
    const { id } = await story.one<{ id: string }>(change, [annMembership, 'product_manager'])
    expect(id).not.toBe(annMembership)
    await story.through(ann.handle, 'analyst')
    expect(await story.rows(products)).toEqual([])
    await story.atDoor('fluence_server')
    expect(await logIn(story.client, 'ann@example.com')).toMatchObject({ role: 'product_manager' })
  })

  test('removes a member; what the member did stays', async ({ story }) => {
    const { acme, boss, annId, annMembership, ann } = await acmeAndAnn(story)
    await story.through(boss.handle, 'admin')
    await story.rows(remove, [annMembership])
    await story.rejects('FL002', remove, [annMembership])
    await story.rejects('FL002', change, [annMembership, 'auditor'])
    expect(
      await story.rows(
        'select organization_id, ended_at is null as live from app_public.memberships where user_id = $1',
        [annId],
      ),
    ).toEqual([{ organization_id: acme, live: false }])
    await story.through(ann.handle, 'analyst')
    expect(await story.rows(products)).toEqual([])
    await story.atDoor('fluence_server')
    expect(await logIn(story.client, 'ann@example.com')).toMatchObject({ role: 'visitor' })
  })

  test('changes nobody of another organization', async ({ story }) => {
    const { annMembership } = await acmeAndAnn(story)
    await story.as(null)
    await story.as({ role: 'admin', organization: await story.organization('globex') })
    await story.rejects('FL002', remove, [annMembership])
    await story.rejects('FL002', change, [annMembership, 'auditor'])
    expect(
      await story.rows('select id from app_public.members where role <> $1', ['admin']),
    ).toEqual([])
  })

  test('who is the last one can neither go nor be demoted', async ({ story }) => {
    const { boss } = await acmeAndAnn(story)
    await story.through(boss.handle, 'admin')
    await story.rejects('FL120', leave)
    await story.rejects('FL120', remove, [boss.membershipId])
    await story.rejects('FL120', change, [boss.membershipId, 'analyst'])
    // Not even past the functions.
    await story.as(null)
    await story.rejects('FL120', 'update app_public.memberships set ended_at = now()')
    for (const column of ['deactivated_at = now()', 'deleted_at = now(), display_name = null']) {
      await story.rejects('FL120', `update app_public.users set ${column} where id = $1`, [
        boss.userId,
      ])
    }
  })

  test('can go when another one is there who can still sign in', async ({ story }) => {
    const { boss, annMembership, annId } = await acmeAndAnn(story)
    await story.through(boss.handle, 'admin')
    await story.rows(change, [annMembership, 'admin'])
    await story.as(null)
    await story.rows('update app_public.users set deactivated_at = now() where id = $1', [annId])
    await story.through(boss.handle, 'admin')
    await story.rejects('FL120', leave)
    await story.as(null)
    await story.rows('update app_public.users set deactivated_at = null where id = $1', [annId])
    await story.through(boss.handle, 'admin')
    await story.rows(leave)
    expect(await story.rows(products)).toEqual([])
  })

  test('who logs in to the database changes nobody: there is no second factor', async ({
    story,
  }) => {
    const { annMembership } = await acmeAndAnn(story)
    await story.asStray('admin')
    await story.rejects('FL102', remove, [annMembership])
    await story.rejects('FL102', change, [annMembership, 'admin'])
    await story.rejects('FL102', `select app_public.grant_agency('helpers', 'analyst')`)
    await story.rejects('FL102', 'select app_public.deactivate_user(1)')
  })
})

describe('a member', () => {
  test('leaves', async ({ story }) => {
    const { ann } = await acmeAndAnn(story)
    await story.through(ann.handle, 'analyst')
    await story.rows(leave)
    expect(await story.rows(products)).toEqual([])
    await story.rejects('FL102', leave)
  })

  test('changes no member, not even the own role', async ({ story }) => {
    const { ann, annMembership } = await acmeAndAnn(story)
    await story.through(ann.handle, 'analyst')
    await story.rejects('42501', change, [annMembership, 'admin'])
    await story.rejects('42501', remove, [annMembership])
    await story.rejects('42501', `update app_public.memberships set role = 'admin'`)
    await story.rejects(
      '42501',
      `insert into app_public.memberships (organization_id, user_id, role) values (1, 1, 'admin')`,
    )
  })

  test('sees the colleagues, their addresses masked; an admin sees those', async ({ story }) => {
    const { boss, ann } = await acmeAndAnn(story)
    const members = 'select display_name, mail from app_public.members order by id'
    await story.through(ann.handle, 'analyst')
    // The product manager of the harness has no account of sign-in.
    expect(await story.rows(members)).toEqual([
      { display_name: 'Product_Manager', mail: null },
      { display_name: 'Admin', mail: 'b***@example.com' },
      { display_name: 'Ann', mail: 'a***@example.com' },
    ])
    await story.through(boss.handle, 'admin')
    expect(await story.rows(members)).toMatchObject([
      {},
      { mail: 'boss@example.com' },
      { mail: 'ann@example.com' },
    ])
  })

  test('renames the own profile and no other', async ({ story }) => {
    const { ann } = await acmeAndAnn(story)
    await story.through(ann.handle, 'analyst')
    expect(
      await story.touched(`update app_public.users set display_name = 'Anna', locale = 'de'`),
    ).toBe(1)
    expect(
      await story.rows(`select id from app_public.users where display_name = 'Anna'`),
    ).toHaveLength(1)
    for (const column of ['deactivated_at = now()', 'deleted_at = null', 'id = 7']) {
      await story.rejects('42501', `update app_public.users set ${column}`)
    }
    await story.rejects('23514', `update app_public.users set display_name = E'A\\nB'`)
    await story.rejects('23514', 'update app_public.users set display_name = null')
  })
})

describe('strangers', () => {
  test('see neither people nor memberships of another organization', async ({ story }) => {
    const { annId } = await acmeAndAnn(story)
    await story.as(null)
    const globex = await story.organization('globex')
    for (const role of ['admin', 'analyst', 'auditor', 'agency_manager']) {
      await story.as({ role, organization: globex })
      expect(await story.rows('select id from app_public.users where id = $1', [annId])).toEqual([])
      expect(
        await story.rows('select id from app_public.memberships where user_id = $1', [annId]),
      ).toEqual([])
      expect(
        await story.rows('select id from app_public.members where user_id = $1', [annId]),
      ).toEqual([])
    }
  })

  test('and visitors, influencers and restricted staff read no members at all', async ({
    story,
  }) => {
    const { acme } = await acmeAndAnn(story)
    for (const role of ['influencer', 'report_reader']) {
      await story.as({ role, organization: acme })
      await story.rejects('42501', 'select id from app_public.memberships')
      await story.rejects('42501', 'select id from app_public.members')
      expect(await story.rows('select id from app_public.users')).toHaveLength(1)
    }
    await story.as({ role: 'visitor' })
    await story.rejects('42501', 'select id from app_public.members')
    expect(await story.rows('select id from app_public.users')).toEqual([])
    expect(await story.touched(`update app_public.users set display_name = 'x'`)).toBe(0)
    await story.rejects('FL102', leave)
  })
})

describe('an admin of the platform', () => {
  test('deactivates a person everywhere, and lets them in again', async ({ story }) => {
    const { annId, ann } = await acmeAndAnn(story)
    await story.as(null)
    const platform = await story.organization('fluence', 'platform')
    await story.as({ role: 'admin', organization: platform })
    await story.rows('select app_public.deactivate_user($1)', [annId])
    await story.rejects('FL002', 'select app_public.deactivate_user($1)', [annId])
    await story.as({ role: 'admin', organization: platform })
    await story.rows('select app_public.reactivate_user($1)', [annId])
    await story.rejects('FL002', 'select app_public.reactivate_user($1)', [annId])
    await story.through(ann.handle, 'analyst')
    expect(await story.rows(products)).toEqual([])
    await story.atDoor('fluence_server')
    expect(await logIn(story.client, 'ann@example.com')).toMatchObject({ role: 'analyst' })
  })

  test('is the only one who can', async ({ story }) => {
    const { boss, annId, ann } = await acmeAndAnn(story)
    await story.through(boss.handle, 'admin')
    await story.rejects('FL103', 'select app_public.deactivate_user($1)', [annId])
    await story.rejects('FL103', 'select app_public.reactivate_user($1)', [annId])
    await story.through(ann.handle, 'analyst')
    await story.rejects('42501', 'select app_public.deactivate_user($1)', [annId])
  })
})

describe('the server', () => {
  test('makes members of people and organizations that are there, once', async ({ story }) => {
    const { acme, annId } = await acmeAndAnn(story)
    await story.atDoor('fluence_server')
    const add = `select app_private.add_member($1, $2, 'auditor')`
    await story.rejects('FL121', add, [acme, annId])
    await story.rejects('FL002', add, [acme, 1e9])
    await story.rejects('FL002', add, [1e9, annId])
  })
})
