import { describe, expect, test } from 'vitest'
import { customers } from '../../src/server/imports/customers.ts'
import { readHeader } from '../../src/server/imports/header.ts'

const read = (text: string) =>
  Object.fromEntries(readHeader(text.split(','), customers.columns).places)

describe('a header', () => {
  test('names the columns as the seeds do, or by what else they are called', () => {
    const wanted = {
      customer_id: 0,
      customer_name: 1,
      customer_mail: 2,
      customer_phone: 3,
      customer_address: 4,
      since: 5,
    }
    expect(
      read('customer_id,customer_name,customer_mail,customer_phone,customer_address,since'),
    ).toEqual(wanted)
    expect(read('ID, Full Name ,E-Mail,Phone Number,Postal Address,Customer-Since')).toEqual(wanted)
  })

  test('of a file of rejects has four more before it, as often as it was rejected', () => {
    const rest = 'id,name,mail,phone,address,since'
    expect(read(`line,column,code,reason,${rest}`)).toMatchObject({ customer_id: 4 })
    expect(read(`line,column,code,reason,line,column,code,reason,${rest}`)).toMatchObject({
      customer_id: 8,
    })
  })

  for (const [what, header, message] of [
    ['a missing column', 'id,name,mail,phone,since', 'The file has no column customer_address.'],
    [
      'an unknown one',
      'id,name,mail,phone,address,since,shoe size',
      'The file has columns that are not known: "shoe size".',
    ],
    [
      'one that is there twice',
      'id,name,mail,phone,address,since,E-Mail',
      'The file has customer_mail twice: "mail", "E-Mail".',
    ],
    [
      'other separators',
      'id;name;mail;phone;address;since',
      /^The file has no column customer_id,/,
    ],
  ] as const) {
    test(`is refused for ${what}`, () => {
      expect(() => read(header)).toThrow(message)
    })
  }

  test.each(['\r', '\u2028', '\u0085'])(
    'that the data come along with, behind %j, is refused without them',
    (end) => {
      const header = `id,name,mail,phone,address,since${end}1,Jane,jane@shop.example,+49301,1 Way,now`
      const refusal = /^The first line of the file goes on behind the names of the columns\.$/
      expect(() => read(header)).toThrow(refusal)
      expect(() => read(header.replace('since', 'since,shoe size'))).toThrow(refusal)
    },
  )

  test('with other separators is told so', () => {
    expect(() => read('id;name')).toThrow(
      expect.objectContaining({ advice: expect.stringContaining('other than commas') }),
    )
  })
})
