import { describe, expect } from 'vitest'
import { type Story, test } from '../../harness/test.ts'

interface Entry {
  action: string
  door: string
  user_id: string | null
  session_id: string | null
  login: string | null
  role: string | null
  request_id: string | null
  organization_id: string | null
  row_key: unknown
  before: unknown
  after: unknown
  reason: string | null
}

/** What was noted about a table, oldest first. */
async function entries(story: Story, object: string): Promise<Entry[]> {
  await story.as(null)
  return story.rows<Entry>(
    `select l.action, l.door, l.user_id, l.session_id, l.login, l.role, l.request_id,
       l.organization_id, l.row_key, l.before, l.after, l.reason
     from app_public.audit_log as l where l.object = $1 order by l.id`,
    [object],
  )
}

describe('the audit log', () => {
  test('keeps what was added, edited and deleted, and by whom', async ({ story }) => {
    const acme = await story.organization('acme')
    const id = await story.product(acme, { title: 'Apron' })
    await story.rows(`set local application_name = 'fluence req:abc-1'`)
    await story.rows(`update app_public.products set title = 'Bib', stock_quantity = 3`)
    await story.rows('delete from app_public.products')
    const [added, edited, deleted, ...rest] = await entries(story, 'app_public.products')
    expect(rest).toEqual([])
    const row_key = { brand_id: Number(acme), id: Number(id) }
    expect(added).toMatchObject({
      action: 'insert',
      door: 'app',
      role: 'product_manager',
      login: null,
      organization_id: acme,
      row_key,
      before: null,
      after: { title: 'Apron', stock_quantity: 0 },
    })
    expect(added?.user_id).toMatch(/^\d+$/)
    expect(added?.session_id).toMatch(/^\d+$/)
    expect(edited).toMatchObject({
      action: 'update',
      request_id: 'abc-1',
      row_key,
      before: { title: 'Apron', stock_quantity: 0 },
      after: { title: 'Bib', stock_quantity: 3 },
    })
    expect(deleted).toMatchObject({ action: 'delete', row_key, before: { title: 'Bib' } })
    expect(deleted?.after).toBeNull()
  })
})
