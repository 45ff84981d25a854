import { expect } from 'vitest'
import { test } from '../../harness/api.ts'

const review = `{
  accessReviews(filter: { dataClass: { equalTo: "money" } }, orderBy: HOLDER_ASC) {
    nodes { holderKind holderName role loginName dataClass reads since lastUsedAt }
  }
}`

test('admin and auditor see the access review of their brand by GraphQL, others do not', async ({
  api,
}) => {
  const admin = await api.signIn('acme', 'admin')
  const analyst = await api.signIn('acme', 'analyst')
  await api.signIn('globex', 'finance_manager')
  for (const handle of [admin, await api.signIn('acme', 'auditor')]) {
    const { status, body } = await api.graphql(review, {}, handle)
    expect({ status, errors: body.errors }).toEqual({ status: 200, errors: undefined })
    const { nodes } = body.data?.['accessReviews'] as { nodes: Record<string, unknown>[] }
    expect(nodes.map(({ role }) => role)).toContain('analyst')
    expect(nodes.map(({ role }) => role)).not.toContain('finance_manager')
    expect(nodes.find(({ role }) => role === 'analyst')).toMatchObject({
      holderKind: 'membership',
      holderName: 'Analyst',
      loginName: 'fluence_authenticator',
      reads: expect.arrayContaining(['app_public.products.cost']),
      since: expect.any(String),
      lastUsedAt: expect.any(String),
    })
  }
  const refused = await api.graphql(review, {}, analyst)
  expect(refused.body.errors?.[0]?.extensions.code).toBe('FL916')
})
