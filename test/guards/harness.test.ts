import { describe, expect } from 'vitest'
import { test } from '../harness/test.ts'

/** The harness itself must be able to fail. */
describe('rejects', () => {
  test('fails on a statement that goes through', async ({ story }) => {
    await expect(story.rejects('42501', 'select 1')).rejects.toThrow('it went through')
  })

  test('fails on another code than the expected one', async ({ story }) => {
    await expect(story.rejects('42501', 'select 1 / 0')).rejects.toThrow(/22012/)
  })

  test('goes on as if the statement had not been tried', async ({ story }) => {
    await story.rejects('22012', 'select 1 / 0')
    expect(await story.rows('select 1 as one')).toEqual([{ one: 1 }])
  })
})

describe('as', () => {
  test('acts through the server, with the role and nothing of the superuser', async ({ story }) => {
    const acme = await story.organization('acme')
    await story.as({ role: 'analyst', organization: acme })
    expect(
      await story.one('select session_user::text as login, current_user::text as role'),
    ).toEqual({ login: 'fluence_authenticator', role: 'fluence_analyst' })
    await story.as(null)
    expect(await story.one('select current_user::text as role')).toEqual({ role: 'postgres' })
  })
})

describe('a story', () => {
  for (const time of ['once', 'twice']) {
    test(`leaves nothing behind: ${time}`, async ({ story }) => {
      await story.organization('left-behind')
    })
  }
})
