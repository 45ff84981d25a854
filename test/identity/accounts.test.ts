import type { Pool } from 'pg'
import { expect, test } from 'vitest'
import { Accounts, type Visit } from '../../src/server/identity/accounts.ts'

const visit: Visit = {
  handle: '',
  addressKey: 'somewhere',
  device: 'a test',
  refreshCookie: undefined,
  keep: () => {},
}

/** Signing in on a database that answers so each time; how often it was asked. */
function asking(answers: readonly string[]) {
  let asked = 0
  const server = {
    query: () => {
      const code = answers[asked] ?? ''
      asked += 1
      if (code === '') return Promise.resolve({ rows: [] })
      return Promise.reject(Object.assign(new Error('in a circle'), { code }))
    },
  }
  const accounts = new Accounts({ server: server as unknown as Pool } as never)
  return { accounts, asked: () => asked }
}

test('a statement that met another one in the middle is asked again', async () => {
  for (const code of ['40P01', '40001']) {
    const { accounts, asked } = asking([code, code])
    expect(await accounts.confirmMail(visit, { token: 'x' })).toEqual({ done: true })
    expect(asked()).toBe(3)
  }
})

test('not for ever, and not what was refused', async () => {
  for (const [answers, many] of [
    [['40P01', '40P01', '40P01', '40P01'], 3],
    [['FL115'], 1],
    [['57P01'], 1],
  ] as const) {
    const { accounts, asked } = asking(answers)
    await expect(accounts.confirmMail(visit, { token: 'x' })).rejects.toMatchObject({
      code: answers[0],
    })
    expect(asked()).toBe(many)
  }
})
