import { expect } from 'vitest'
import { test } from '../harness/api.ts'

test('a visitor reads currencies, exactly as they are', async ({ api }) => {
  const { status, body } = await api.graphql(
    '{ currencies(condition: { code: "EUR" }) { nodes { code name minorUnits } } }',
  )
  expect(status).toBe(200)
  expect(body).toEqual({
    data: { currencies: { nodes: [{ code: 'EUR', name: 'Euro', minorUnits: 2 }] } },
  })
})

test('a visitor reads the register of error codes', async ({ api }) => {
  const { body } = await api.graphql('{ errorCode(code: "FL001") { name meaning advice } }')
  expect(body.data?.['errorCode']).toMatchObject({ name: 'no_brand' })
})

test('health and readiness answer', async ({ api }) => {
  for (const [path, status] of [
    ['healthz', 'ok'],
    ['readyz', 'ready'],
  ]) {
    const response = await fetch(`${api.url}/${path}`)
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({ status })
  }
})
