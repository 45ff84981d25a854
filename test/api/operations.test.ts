import fs from 'node:fs'
import path from 'node:path'
import { expect } from 'vitest'
import { operations as ofAccountPage } from '../../src/server/account-page/operations.js'
import { hashOf } from '../../src/server/graphql/operations.ts'
import { type Api, test } from '../harness/api.ts'

const file = path.join(import.meta.dirname, 'operations/currency.graphql')
const hash = hashOf(fs.readFileSync(file, 'utf8'))

async function post(api: Api, body: object) {
  const response = await fetch(`${api.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  const answer = (await response.json()) as { errors?: { extensions: { code: string } }[] }
  return { status: response.status, body: answer }
}

test('a known operation is answered by its hash, however the client names it', async ({
  knownApi,
}) => {
  const variables = { code: 'EUR' }
  for (const named of [
    { id: hash },
    { documentId: hash },
    { extensions: { persistedQuery: { version: 1, sha256Hash: hash } } },
  ]) {
    expect(await post(knownApi, { ...named, variables })).toEqual({
      status: 200,
      body: { data: { currency: { name: 'Euro' } } },
    })
  }
})

test('no other is answered, and a hash is not a text', async ({ knownApi }) => {
  for (const [asked, status] of [
    [{ query: '{ __typename }' }, 400],
    [{ id: 'toString' }, 404],
    [{ id: { a: 1 } }, 404],
    [{ id: '0'.repeat(64), query: '{ __typename }' }, 404],
  ] as const) {
    const answer = await post(knownApi, asked)
    expect([answer.status, answer.body.errors?.[0]?.extensions.code]).toEqual([status, 'FL904'])
  }
})

test('those of our own page are answered as well, by their text', async ({ knownApi }) => {
  const variables = { token: 'x', mail: 'nobody@example.org', newPassword: 'Mild-Carpet-57' }
  const codes: Record<string, string | undefined> = {}
  for (const [name, query] of Object.entries(ofAccountPage)) {
    const { body } = await post(knownApi, { query, variables })
    codes[name] = body.errors?.[0]?.extensions.code
  }
  expect(codes).toEqual({
    confirmMail: 'FL115',
    recoverPassword: 'FL115',
    requestRecovery: undefined,
    lookAtInvitation: 'FL115',
    acceptInvitation: 'FL115',
  })
})
