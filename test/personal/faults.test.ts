import { expect, test } from 'vitest'
import { explain } from '../../src/problem.ts'
import { tell } from '../../src/server/graphql/errors.ts'
import { MasterKeyMissing, Unreadable } from '../../src/server/personal/faults.ts'

test('what is wrong with keys is told at both doors, and is ours to mend', () => {
  const missing = new MasterKeyMissing('The master key 0123 is missing.', 'Set it.')
  expect(tell(missing)).toEqual({
    code: 'FL006',
    message: 'The master key of personal data is missing.',
    hint: 'Tell whoever runs the server; its log says which one.',
    status: 500,
  })
  expect(explain(missing)?.line).toBe('The master key 0123 is missing. Set it.')
  expect(tell(new Unreadable())).toMatchObject({ code: 'FL909', status: 500 })
})
