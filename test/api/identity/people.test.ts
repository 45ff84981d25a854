import { describe, expect } from 'vitest'
import { test } from '../../harness/api.ts'

const whoAmI = `{
  currentUserRole
  ownSessions { nodes { role isCurrent } }
  ownWorkplaces { nodes { organizationName role } }
  members { nodes { rowId displayName role mail } }
}`

describe('an admin through GraphQL', () => {
  test('reads who they are and who is there', async ({ api }) => {
    const handle = await api.signIn('acme', 'admin')
    const { body } = await api.graphql(whoAmI, {}, handle)
    expect(body).toMatchObject({
      data: {
        currentUserRole: 'admin',
        ownSessions: { nodes: [{ role: 'admin', isCurrent: true }] },
        ownWorkplaces: { nodes: [{ organizationName: 'acme', role: 'admin' }] },
        members: { nodes: [{ displayName: 'Admin', role: 'admin', mail: null }] },
      },
    })
  })

  test('invites, and is refused what would leave nobody in charge', async ({ api }) => {
    const handle = await api.signIn('globex', 'admin')
    const invited = await api.graphql(
      `mutation { invite(input: { mail: "ann@example.com", role: analyst }) { result { role } } }`,
      {},
      handle,
    )
    expect(invited.body.errors).toBeUndefined()
    expect(invited.body.data).toEqual({ invite: { result: { role: 'analyst' } } })
    const refused = await api.graphql(
      `mutation { leaveOrganization(input: {}) { clientMutationId } }`,
      {},
      handle,
    )
    expect([refused.status, refused.body.errors?.[0]?.extensions.code]).toEqual([400, 'FL120'])
  })

  test('ends the own session, and the next request is refused', async ({ api }) => {
    const handle = await api.signIn('initech', 'admin')
    const end = `mutation { endAllSessions(input: {}) { clientMutationId } }`
    expect((await api.graphql(end, {}, handle)).status).toBe(200)
    expect((await api.graphql(whoAmI, {}, handle)).status).toBe(401)
  })
})

describe('others through GraphQL', () => {
  test('an analyst changes nobody', async ({ api }) => {
    const handle = await api.signIn('umbrella', 'analyst')
    const { status, body } = await api.graphql(
      `mutation { removeMember(input: { membershipId: "1" }) { clientMutationId } }`,
      {},
      handle,
    )
    expect([status, body.errors?.[0]?.extensions.code]).toEqual([403, 'FL916'])
  })

  test('a visitor is nobody', async ({ api }) => {
    const { body } = await api.graphql(
      '{ currentUserRole currentUserId ownSessions { nodes { rowId } } users { nodes { rowId } } }',
    )
    expect(body.data).toEqual({
      currentUserRole: null,
      currentUserId: null,
      ownSessions: { nodes: [] },
      users: { nodes: [] },
    })
  })
})
