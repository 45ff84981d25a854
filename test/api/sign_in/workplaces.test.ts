import { describe, expect } from 'vitest'
import {
  login,
  mutate,
  newMail,
  password,
  products,
  somebody,
  sql,
  tokenOf,
} from '../../harness/accounts.ts'
import { type Api, test } from '../../harness/api.ts'

describe('a person in several organizations', () => {
  const invite = async (api: Api, admin: string, mail: string, role: string) => {
    const wish = await mutate(
      api,
      `($mail: MailAddress!, $role: UserRoleEnum!) {
        invite(input: { mail: $mail, role: $role }) { clientMutationId }
      }`,
      { mail, role },
      admin,
    )
    expect(wish.code).toBeUndefined()
    return tokenOf(api, 'invitation')
  }
  const accept = (api: Api, token: string, person = '') =>
    mutate(api, `($t: String!) { acceptInvitation(token: $t${person}) { done } }`, { t: token })

  test('is invited, accepts with or without an account, and switches', async ({ api }) => {
    const admin = await api.signIn('stark', 'admin')
    const mail = newMail()
    const token = await invite(api, admin, mail, 'analyst')
    const look = await mutate(
      api,
      `($t: String!) { lookAtInvitation(token: $t) { organizationName role mail hasAccount } }`,
      { t: token },
    )
    expect(look.answer).toEqual({
      organizationName: 'stark',
      role: 'analyst',
      mail,
      hasAccount: false,
    })
    // Whoever has no account yet must say who they are.
    expect(await accept(api, token)).toMatchObject({ code: 'FL116' })
    const person = `, displayName: "Ann", password: "${password}"`
    expect(await accept(api, token, person)).toMatchObject({ answer: { done: true } })
    expect(await accept(api, token, person)).toMatchObject({ code: 'FL115' })

    const second = await invite(api, await api.signIn('wayne', 'admin'), mail, 'support_agent')
    expect(await accept(api, second)).toMatchObject({ answer: { done: true } })

    const { signIn } = await login(api, mail)
    const { body } = await api.graphql(
      '{ ownWorkplaces { nodes { organizationName role membershipId } } }',
      {},
      signIn.accessToken,
    )
    const { nodes } = body.data?.['ownWorkplaces'] as {
      nodes: { organizationName: string; role: string; membershipId: string }[]
    }
    const elsewhere = nodes.find(({ role }) => role !== signIn.role)
    const switched = await mutate(
      api,
      `($m: BigInt!) { switchWorkplace(membershipId: $m) { role accessToken } }`,
      { m: elsewhere?.membershipId },
      signIn.accessToken,
    )
    expect(switched.answer).toMatchObject({ role: elsewhere?.role })
    const other = (switched.answer as { accessToken: string }).accessToken
    const roleOf = async (access: string) =>
      (await api.graphql('{ currentUserRole }', {}, access)).body.data?.['currentUserRole']
    expect([await roleOf(signIn.accessToken), await roleOf(other)]).toEqual([
      signIn.role,
      elsewhere?.role,
    ])
    expect(
      await mutate(
        api,
        `{ switchWorkplace(membershipId: "999999") { role } }`,
        {},
        signIn.accessToken,
      ),
    ).toMatchObject({ status: 404, code: 'FL002' })
    // One sign-in: out of the one is out of the other.
    await mutate(api, '{ logout { done } }', {}, other)
    expect(await products(api, signIn.accessToken)).toBe('FL903')
  })

  test('acts for a brand that lets the agency, as long as it does', async ({ api }) => {
    const mail = await somebody(api)
    await sql(
      api,
      `with agency as (
         select * from app_private.create_organization('agency', 'reach', 'Reach', 'UTC', 'EUR')
       )
       select app_private.add_member(g.id, a.user_id, 'agency_manager')
       from agency as g, app_private.user_accounts as a where a.mail = $1`,
      [mail],
    )
    const admin = await api.signIn('hooli', 'admin')
    await sql(
      api,
      `insert into app_public.products (brand_id, title, category, product_price, currency)
       select o.id, 'Apron', 'Kitchen', 1, 'EUR' from app_public.organizations as o
       where o.slug = 'hooli'`,
    )
    const granted = await mutate(
      api,
      '{ grantAgency(input: { agencySlug: "reach", role: analyst }) { result { rowId } } }',
      {},
      admin,
    )
    expect(granted.code).toBeUndefined()
    const grant = (granted.answer as { result: { rowId: string } }).result.rowId
    const { signIn } = await login(api, mail)
    const titles = async (access: string) => {
      const { body } = await api.graphql('{ products { nodes { title } } }', {}, access)
      return body.errors?.[0]?.extensions.code ?? body.data?.['products']
    }
    const { body } = await api.graphql(
      '{ ownWorkplaces { nodes { membershipId agencyGrantId brandName role } } }',
      {},
      signIn.accessToken,
    )
    const { nodes } = body.data?.['ownWorkplaces'] as { nodes: Record<string, string>[] }
    const place = nodes.find(({ agencyGrantId }) => agencyGrantId === grant)
    expect(place).toMatchObject({ brandName: 'hooli', role: 'analyst' })
    const switched = await mutate(
      api,
      `($m: BigInt!, $g: BigInt!) {
        switchWorkplace(membershipId: $m, agencyGrantId: $g) { role accessToken }
      }`,
      { m: place?.['membershipId'], g: grant },
      signIn.accessToken,
    )
    const { accessToken } = switched.answer as { accessToken: string }
    expect(await titles(accessToken)).toEqual({ nodes: [{ title: 'Apron' }] })
    await mutate(
      api,
      `($g: BigInt!) { endAgencyGrant(input: { grantId: $g }) { clientMutationId } }`,
      { g: grant },
      admin,
    )
    expect(await titles(accessToken)).toBe('FL903')
    expect((await api.graphql('{ currentUserRole }', {}, signIn.accessToken)).body.data).toEqual({
      currentUserRole: 'agency_manager',
    })
  })
})
