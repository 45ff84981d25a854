import { describe, expect } from 'vitest'
import { admin, digest, enrol, logIn, member, person, random } from '../../harness/people.ts'
import { type Story, test } from '../../harness/test.ts'

const grant = 'select (app_public.grant_agency($1, $2)).id'
const products = 'select id from app_public.products'
const change = 'select * from app_private.switch_session($1, $2, $3, $4, $5)'

/** Two brands with a product each, an agency with Kim, and the admin of the first brand. */
async function brandsAndAgency(story: Story) {
  const acme = await story.organization('acme')
  const globex = await story.organization('globex')
  const helpers = await story.organization('helpers', 'agency')
  const product = await story.product(acme)
  await story.product(globex)
  await story.atDoor('fluence_server')
  const boss = await admin(story.client, 'boss@example.com', acme)
  const kimId = await person(story.client, 'kim@example.com', 'Kim')
  const kimMembership = await member(story.client, kimId, helpers, 'agency_manager')
  const kim = await logIn(story.client, 'kim@example.com')
  return { acme, globex, helpers, product, boss, kimId, kimMembership, kim }
}

/** Kim goes over to what the grant gives. */
async function goOver(story: Story, kim: { handle: string }, membership: string, grantId: string) {
  await story.atDoor('fluence_server')
  const handle = random()
  const [answer] = await story.rows<{ outcome: string; role: string }>(change, [
    digest(kim.handle),
    membership,
    grantId,
    digest(handle),
    digest(random()),
  ])
  return { ...answer, handle }
}

describe('an agency', () => {
  test('without a grant sees no brand', async ({ story }) => {
    const { kim, kimMembership } = await brandsAndAgency(story)
    expect(kim).toMatchObject({ role: 'agency_manager', acting_brand_id: null })
    for (const role of ['agency_manager', 'analyst', 'product_manager']) {
      await story.through(kim.handle, role)
      expect(await story.one('select app_public.current_brand_id() as brand')).toEqual({
        brand: null,
      })
    }
    await story.atDoor('fluence_server')
    await story.rejects('FL002', change, [
      digest(kim.handle),
      kimMembership,
      '1',
      digest('a'),
      digest('b'),
    ])
  })

  test('acts in the role and for the brand of its grant, and no other', async ({ story }) => {
    const { acme, helpers, product, boss, kimId, kimMembership, kim } = await brandsAndAgency(story)
    await story.through(boss.handle, 'admin')
    const { id } = await story.one<{ id: string }>(grant, ['helpers', 'product_manager'])
    const there = await goOver(story, kim, kimMembership, id)
    expect(there).toMatchObject({ outcome: 'signed_in', role: 'product_manager' })
    await story.through(there.handle, 'product_manager')
    expect(
      await story.one(`select app_public.current_brand_id() as brand, app_public.current_user_id() as user,
                              app_public.current_organization_id() as organization`),
    ).toEqual({ brand: acme, user: kimId, organization: helpers })
    expect(await story.rows(products)).toEqual([{ id: product }])
    expect(await story.touched(`update app_public.products set title = 'By Kim'`)).toBe(1)
    expect(await story.rows('select slug from app_public.organizations order by slug')).toEqual([
      { slug: 'acme' },
      { slug: 'helpers' },
    ])
    await story.through(there.handle, 'admin')
    expect(await story.rows(products)).toEqual([])
    await story.through(kim.handle, 'agency_manager')
    expect(
      await story.rows(
        'select acting_brand_id, role from app_public.own_workplaces order by agency_grant_id',
      ),
    ).toEqual([
      { acting_brand_id: acme, role: 'product_manager' },
      { acting_brand_id: null, role: 'agency_manager' },
    ])
  })

  test('loses it with the grant, and another role is another grant', async ({ story }) => {
    const { boss, kimMembership, kim } = await brandsAndAgency(story)
    await story.through(boss.handle, 'admin')
    const first = await story.one<{ id: string }>(grant, ['helpers', 'analyst'])
    const there = await goOver(story, kim, kimMembership, first.id)
    await story.through(boss.handle, 'admin')
    const second = await story.one<{ id: string }>(grant, ['helpers', 'product_manager'])
    await story.through(there.handle, 'analyst')
    expect(await story.rows(products)).toEqual([])
    const again = await goOver(story, kim, kimMembership, second.id)
    await story.through(boss.handle, 'admin')
    await story.rows('select app_public.end_agency_grant($1)', [second.id])
    await story.rejects('FL002', 'select app_public.end_agency_grant($1)', [second.id])
    await story.through(again.handle, 'product_manager')
    expect(await story.rows(products)).toEqual([])
    // What is its own stays.
    await story.through(kim.handle, 'agency_manager')
    expect(await story.rows('select slug from app_public.organizations')).toHaveLength(1)
  })

  test('gets the finance role only with a second factor', async ({ story }) => {
    const { boss, kimMembership, kim } = await brandsAndAgency(story)
    await story.through(boss.handle, 'admin')
    const { id } = await story.one<{ id: string }>(grant, ['helpers', 'finance_manager'])
    const there = await goOver(story, kim, kimMembership, id)
    expect(there).toMatchObject({ outcome: 'enrol', role: 'visitor' })
    await story.through(there.handle, 'finance_manager')
    expect(await story.rows(products)).toEqual([])
  })

  test('has admins that enrol into their own role, whatever grants there are or were', async ({
    story,
  }) => {
    const { helpers, boss, kimMembership, kim } = await brandsAndAgency(story)
    await story.through(boss.handle, 'admin')
    await story.rows(grant, ['helpers', 'product_manager'])
    const { id } = await story.one<{ id: string }>(grant, ['helpers', 'finance_manager'])
    await story.atDoor('fluence_server')
    const headId = await person(story.client, 'head@example.com', 'Head')
    await member(story.client, headId, helpers, 'admin')
    const head = await logIn(story.client, 'head@example.com')
    await enrol(story.client, head.handle)
    const roleOf = (handle: string) =>
      story.one('select role from app_private.check_session($1)', [handle])
    expect(await roleOf(head.handle)).toEqual({ role: 'admin' })
    // A session that waits by a grant gets the role of the grant, and the other one keeps its own.
    const there = await goOver(story, kim, kimMembership, id)
    await enrol(story.client, there.handle)
    expect(await roleOf(there.handle)).toEqual({ role: 'finance_manager' })
    expect(await roleOf(kim.handle)).toEqual({ role: 'agency_manager' })
  })

  test('sees what its role sees of the brand, and nothing more of itself', async ({ story }) => {
    const { acme, boss, helpers, kimMembership, kim } = await brandsAndAgency(story)
    await story.rows(
      `select app_private.create_api_key(
         $1, 'of the brand', 'analyst', now() + interval '1 day', $2)`,
      [digest(boss.handle), digest('a key')],
    )
    const head = await admin(story.client, 'head@example.com', helpers)
    await story.rows(
      `select app_private.create_api_key(
         $1, 'of the agency', 'analyst', now() + interval '1 day', $2)`,
      [digest(head.handle), digest('another')],
    )
    await story.through(boss.handle, 'admin')
    const { id } = await story.one<{ id: string }>(grant, ['helpers', 'auditor'])
    const there = await goOver(story, kim, kimMembership, id)
    await story.through(there.handle, 'auditor')
    expect(await story.rows('select name from app_public.api_keys')).toEqual([
      { name: 'of the brand' },
    ])
    // Nor what the agency does itself, which its own managers may not read.
    expect(
      await story.rows('select distinct organization_id as id from app_public.audit_log'),
    ).toEqual([{ id: acme }])
    await story.through(head.handle, 'admin')
    expect(
      await story.rows('select distinct organization_id as id from app_public.audit_log'),
    ).toEqual([{ id: helpers }])
  })

  test('keeps its second factor while it acts in a role that asks for one', async ({ story }) => {
    const { boss, kimMembership, kim } = await brandsAndAgency(story)
    await enrol(story.client, kim.handle)
    await story.through(boss.handle, 'admin')
    const { id } = await story.one<{ id: string }>(grant, ['helpers', 'finance_manager'])
    expect(await goOver(story, kim, kimMembership, id)).toMatchObject({ role: 'finance_manager' })
    const remove = 'select app_private.second_factor_remove($1)'
    await story.rejects('FL118', remove, [digest(kim.handle)])
    await story.through(boss.handle, 'admin')
    await story.rows('select app_public.end_agency_grant($1)', [id])
    await story.atDoor('fluence_server')
    await story.rows(remove, [digest(kim.handle)])
  })

  test("lets no other role of its own go over, nor another agency's people", async ({ story }) => {
    const { boss, helpers } = await brandsAndAgency(story)
    await story.through(boss.handle, 'admin')
    const { id } = await story.one<{ id: string }>(grant, ['helpers', 'analyst'])
    await story.as(null)
    const others = await story.organization('others', 'agency')
    await story.atDoor('fluence_server')
    for (const [mail, organization, role] of [
      ['lee@example.com', helpers, 'analyst'],
      ['max@example.com', others, 'agency_manager'],
    ] as const) {
      const membership = await member(
        story.client,
        await person(story.client, mail),
        organization,
        role,
      )
      const session = await logIn(story.client, mail)
      await story.rejects('FL002', change, [
        digest(session.handle),
        membership,
        id,
        digest('a'),
        digest('b'),
      ])
    }
  })
})

describe('a grant', () => {
  test('gives no role that rules an organization', async ({ story }) => {
    const { boss, acme, helpers } = await brandsAndAgency(story)
    await story.through(boss.handle, 'admin')
    for (const role of ['admin', 'agency_manager', 'influencer']) {
      await story.rejects('FL122', grant, ['helpers', role])
    }
    await story.as(null)
    await story.rejects(
      '23514',
      `insert into app_public.agency_grants (for_brand_id, agency_id, role, granted_by)
       values ($1, $2, 'admin', $3)`,
      [acme, helpers, boss.userId],
    )
  })

  test('is given by a brand to an agency, by its admin', async ({ story }) => {
    const { boss, acme, helpers } = await brandsAndAgency(story)
    await story.through(boss.handle, 'admin')
    // A brand and nothing at all look the same: only agencies are known by their short names.
    const answers = []
    for (const slug of ['globex', 'acme', 'nobody', '']) {
      const { message, hint, detail } = await story.rejects('FL002', grant, [slug, 'analyst'])
      answers.push({ message, hint, detail })
    }
    expect(new Set(answers.map((each) => JSON.stringify(each))).size).toBe(1)
    await story.as({ role: 'admin', organization: helpers })
    await story.rejects('FL001', grant, ['helpers', 'analyst'])
    for (const role of ['analyst', 'agency_manager', 'finance_manager']) {
      await story.as({ role, organization: acme })
      await story.rejects('42501', grant, ['helpers', 'analyst'])
      await story.rejects('42501', 'select app_public.end_agency_grant(1)')
    }
  })

  test('is seen by both sides and no other; both end it', async ({ story }) => {
    const { boss, globex, helpers } = await brandsAndAgency(story)
    await story.through(boss.handle, 'admin')
    const { id } = await story.one<{ id: string }>(grant, ['helpers', 'analyst'])
    const all = 'select id from app_public.agency_grants'
    expect(await story.rows(all)).toEqual([{ id }])
    await story.as({ role: 'admin', organization: globex })
    expect(await story.rows(all)).toEqual([])
    await story.rejects('FL002', 'select app_public.end_agency_grant($1)', [id])
    await story.as({ role: 'admin', organization: helpers })
    expect(await story.rows(all)).toEqual([{ id }])
    await story.rows('select app_public.end_agency_grant($1)', [id])
  })
})
