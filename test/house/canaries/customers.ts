import { expect } from 'vitest'
import type { Brood } from './canaries.ts'
import { type Answered, asker } from './doors.ts'

const read = `mutation ($id: BigInt!, $reason: String!) {
  readPerson(customerId: $id, reason: $reason) { name mail phone address }
}`
const find = `mutation ($mail: String, $phone: String, $reason: String!) {
  findCustomer(mail: $mail, phone: $phone, reason: $reason) { customerId }
}`
const erase = `mutation ($id: BigInt!, $reason: String!) {
  eraseCustomer(input: { customerId: $id, reason: $reason }) { result { isAccountDeleted } }
}`
const masks = '{ customers(first: 100) { nodes { nameMask mailMask phoneMask addressMask } } }'

interface Person {
  readonly name: string
  readonly mail: string
  readonly phone: string
  readonly address: string
}

/** Customers are read, looked for and erased by an admin, and not by somebody else. */
export async function throughCustomers(
  url: string,
  admin: string,
  analyst: string,
  brood: Brood,
  reasons: Brood,
): Promise<Answered[]> {
  const answers: Answered[] = []
  const reason = () => `They asked for it: ${reasons.word()}`
  const ask = async (door: string, query: string, variables: object, handle = admin) => {
    const { text } = await asker(url, handle)(query, variables)
    answers.push({ door, text })
    return JSON.parse(text) as { data?: Record<string, unknown>; errors?: unknown[] }
  }

  const { data } = await ask('readPerson', read, { id: '1', reason: reason() })
  const person = data?.['readPerson'] as Person
  // This answer alone is meant to hold it.
  expect(answers.pop()?.text).toContain(brood.letters)
  expect(person.phone).toContain(brood.digits)
  for (const wanted of [{ mail: person.mail }, { phone: person.phone }]) {
    const found = await ask('findCustomer', find, { ...wanted, reason: reason() })
    expect(found.data).toEqual({ findCustomer: { customerId: '1' } })
  }
  await ask('masks', masks, {})
  await ask('masks for an analyst', masks, {}, analyst)

  for (let times = 0; times < 5; times += 1) {
    const [mail, phone] = [brood.mail(), brood.phone()]
    const wrong: [door: string, query: string, variables: object][] = [
      ['finding nobody', find, { mail, reason: reason() }],
      ['finding by nothing like a mail', find, { mail: brood.personName(), reason: reason() }],
      ['finding by nothing like a phone', find, { phone: brood.mail(), reason: reason() }],
      ['finding by both', find, { mail, phone, reason: reason() }],
      ['finding by a list', find, { mail: [mail, phone], reason: reason() }],
      ['finding without a reason', find, { mail, reason: '' }],
      ['reading a mail', read, { id: mail, reason: reason() }],
      ['reading a phone', read, { id: phone, reason: reason() }],
      ['reading for too long a reason', read, { id: '1', reason: brood.mail().repeat(40) }],
      ['erasing a mail', erase, { id: mail, reason: reason() }],
      ['erasing for too long a reason', erase, { id: '1', reason: brood.mail().repeat(40) }],
    ]
    for (const [door, query, variables] of wrong) {
      await ask(door, query, variables)
      await ask(`${door}, as an analyst`, query, variables, analyst)
    }
  }

  const erased = await ask('eraseCustomer', erase, { id: '1', reason: reason() })
  expect(erased.data).toEqual({ eraseCustomer: { result: { isAccountDeleted: true } } })
  const again = await ask('reading who was erased', read, { id: '1', reason: reason() })
  expect(again.errors).toHaveLength(1)
  return answers
}
