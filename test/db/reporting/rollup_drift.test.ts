import { expect } from 'vitest'
import { type Story, test } from '../../harness/test.ts'

const drift = 'select brand_id, rollup, measure from reporting.rollup_drift order by 1'

/** Two brands whose roll-ups count products that are not there. */
async function plant(story: Story): Promise<{ acme: string; globex: string }> {
  const acme = await story.organization('acme')
  const globex = await story.organization('globex')
  await story.product(acme)
  await story.product(globex)
  await story.as(null)
  await story.rows('update app_hidden.category_stock_slots set products = 5')
  return { acme, globex }
}

test('admin and auditor see the drift of their brand', async ({ story }) => {
  const { acme } = await plant(story)
  const own = [{ brand_id: acme, rollup: 'category_stock', measure: 'products' }]
  for (const role of ['admin', 'auditor']) {
    await story.as({ role, organization: acme })
    expect(await story.rows(drift)).toEqual(own)
  }
  await story.asLogin({ role: 'auditor', organization: acme })
  expect(await story.rows(drift)).toEqual(own)
})

test('nobody else sees any', async ({ story }) => {
  const { acme } = await plant(story)
  for (const role of ['analyst', 'product_manager', 'finance_manager', 'support_agent']) {
    await story.as({ role, organization: acme })
    await story.rejects('42501', drift)
  }
  for (const role of ['visitor', 'report_reader', 'agency_manager']) {
    await story.as({ role })
    await story.rejects('42501', drift)
  }
})

test('the worker checks every brand and notes what it found', async ({ story }) => {
  const { acme, globex } = await plant(story)
  const check = async () => {
    await story.rows('set local session authorization fluence_worker')
    const { found } = await story.one<{ found: string }>(
      'select app_private.check_drift() as found',
    )
    await story.as(null)
    const noted = await story.one('select drifted_rows from app_private.drift_checks')
    expect(noted).toEqual({ drifted_rows: found })
    return found
  }
  expect(await check()).toBe('2')
  for (const brand of [acme, globex]) {
    await story.rows('set local session authorization fluence_worker')
    await story.rows('select app_private.rebuild_category_stock($1)', [brand])
  }
  expect(await check()).toBe('0')
})

test('the check is for the worker alone', async ({ story }) => {
  const acme = await story.organization('acme')
  for (const role of ['admin', 'auditor']) {
    await story.as({ role, organization: acme })
    await story.rejects('42501', 'select app_private.check_drift()')
  }
  for (const login of ['fluence_server', 'fluence_authenticator']) {
    await story.as(null)
    await story.rows(`set local session authorization ${login}`)
    await story.rejects('42501', 'select app_private.check_drift()')
  }
})
