import { expect, test } from 'vitest'
import { encodeRows } from '../../src/server/imports/copy.ts'

test('rows are encoded as PostgreSQL reads them in binary', () => {
  const types = {
    a: 'int8',
    b: 'int4',
    c: 'bool',
    d: 'text',
    e: 'bytea',
    f: 'uuid',
    g: 'date',
    h: 'text',
  } as const
  const row = {
    a: 2n ** 40n,
    b: -1,
    c: true,
    d: 'é',
    e: Buffer.of(0, 255),
    f: '00112233-4455-6677-8899-aabbccddeeff',
    g: '2000-03-01',
    h: null,
  }
  expect(encodeRows(types, [row]).toString('hex')).toBe(
    [
      '5047434f50590aff0d0a00',
      '00000000',
      '00000000',
      '0008',
      '00000008 0000010000000000',
      '00000004 ffffffff',
      '00000001 01',
      '00000002 c3a9',
      '00000002 00ff',
      '00000010 00112233445566778899aabbccddeeff',
      '00000004 0000003c',
      'ffffffff',
      'ffff',
    ]
      .join('')
      .replaceAll(' ', ''),
  )
})

test('many rows are one piece', () => {
  const text = 'x'.repeat(1000)
  const rows = Array.from({ length: 5000 }, () => ({ a: text }))
  expect(encodeRows({ a: 'text' }, rows)).toHaveLength(19 + 5000 * (2 + 4 + 1000) + 2)
})
