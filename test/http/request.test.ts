import { describe, expect, test } from 'vitest'
import { applicationName, currentRequestId, requestIdFrom } from '../../src/server/http/request.ts'
import { pause } from '../../src/server/postgres/processes.ts'
import { ask, startApp } from '../harness/http.ts'
import { byHand } from '../harness/routes.ts'

describe('the id of a request', () => {
  test('is what the caller gives, if it is harmless', () => {
    for (const id of ['a', 'A.b_c-9', 'x'.repeat(64)]) expect(requestIdFrom(id)).toBe(id)
    const harmful = ['', 'x'.repeat(65), 'a b', 'a\nb', 'é', 'a"b', 'a@b', undefined, ['a', 'b']]
    for (const id of harmful) expect(requestIdFrom(id)).toMatch(/^[0-9a-f-]{36}$/)
    expect(requestIdFrom(undefined)).not.toBe(requestIdFrom(undefined))
  })

  test('names the transaction, as far as PostgreSQL shows it', () => {
    expect(applicationName('a1')).toBe('fluence req:a1')
    expect(applicationName('x'.repeat(64))).toHaveLength(63)
    expect(applicationName()).toBe('fluence')
  })

  test('stays with the request through all that it waits for, also among others', async () => {
    const slow = byHand('/slow', async (_request, response) => {
      const before = currentRequestId()
      await pause(Math.random() * 20)
      await new Promise((resolve) => setImmediate(resolve))
      response.json({ before, after: currentRequestId() })
    })
    const { url, lines } = await startApp({ routes: [slow] })
    const ids = Array.from({ length: 30 }, (_, i) => `request-${i}`)
    const answers = await Promise.all(
      ids.map((id) => ask(`${url}/slow`, { headers: { 'x-request-id': id } })),
    )
    expect(answers.map(({ json }) => json)).toEqual(ids.map((id) => ({ before: id, after: id })))
    expect(answers.map(({ headers }) => headers['x-request-id'])).toEqual(ids)
    await expect.poll(() => new Set(lines.map(({ requestId }) => requestId))).toEqual(new Set(ids))
    expect(currentRequestId()).toBeUndefined()
  })
})
