import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CsvScanner, longestRow, type Row } from '../../src/server/imports/csv.ts'

/** Reads a text in pieces of that many bytes. */
function read(text: string | Buffer, pieceBytes = 1000): Row[] {
  const bytes = Buffer.from(text as string)
  const scanner = new CsvScanner()
  const rows: Row[] = []
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    rows.push(...scanner.push(bytes.subarray(at, at + pieceBytes)))
  }
  return [...rows, ...scanner.finish()]
}

const cellsOf = (rows: readonly Row[]) =>
  rows.map(({ cells }) => ('fault' in cells ? 'fault' : cells))

describe('rows of CSV', () => {
  for (const [what, text, cells] of [
    [
      'end with a new line, or with a return too',
      'a,b\nc,d\r\n',
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
    ],
    [
      'may lack the last new line',
      'a,b\nc,',
      [
        ['a', 'b'],
        ['c', ''],
      ],
    ],
    ['may be empty lines, which are none', '\na\n\r\n\nb\n', [['a'], ['b']]],
    ['have quotes around what needs them', '"a,""b""\n",c\n', [['a,"b"\n', 'c']]],
    ['may end with a quote', 'a,"b"', [['a', 'b']]],
    ['may be one empty cell in quotes', '""\n', [['']]],
    ['have quotes amid a cell as they are', '5" disk,x\n', [['5" disk', 'x']]],
    ['are in UTF-8', 'Ünal,李\n', [['Ünal', '李']]],
  ] as const) {
    test(what, () => {
      for (const piece of [1, 2, 3, 1000]) expect(cellsOf(read(text, piece))).toEqual(cells)
    })
  }

  test('know their lines, though cells have some in them', () => {
    const rows = read('a\n"b\nb"\n\nc\n')
    expect(rows.map(({ line }) => line)).toEqual([1, 2, 5])
    expect(rows.map(({ raw }) => raw.toString())).toEqual(['a\n', '"b\nb"\n', 'c\n'])
  })
})

describe('a row that makes no sense', () => {
  for (const [what, bad] of [
    ['a quote that does not end', '1,"open,x'],
    ['something behind a closing quote', '1,"a"b,x'],
  ] as const) {
    test(`costs its own line only: ${what}`, () => {
      for (const piece of [1, 7, 1000]) {
        expect(cellsOf(read(`a,b\n${bad}\nc,d\n"e",f\n`, piece))).toEqual([
          ['a', 'b'],
          'fault',
          ['c', 'd'],
          ['e', 'f'],
        ])
      }
    })
  }

  test('is one whose bytes are no UTF-8, or zero', () => {
    const text = Buffer.concat([Buffer.from('a\nb'), Buffer.of(0xff), Buffer.from('\n"c\0"\nd\n')])
    expect(cellsOf(read(text, 2))).toEqual([['a'], 'fault', 'fault', ['d']])
  })

  test('is not looked for further than a row can be long', () => {
    const filler = `${'x'.repeat(999)}\n`.repeat(2000)
    const rows = read(`1,"open\n${filler}`, 65_536)
    expect(rows).toHaveLength(2001)
    expect(cellsOf(rows.slice(0, 2))).toEqual(['fault', ['x'.repeat(999)]])
  })

  test('ends the reading where it is no line at all', () => {
    const endless = 'x'.repeat(longestRow + 10)
    for (const text of [endless, `${endless}\n`, `a\n"${endless}`]) {
      expect(() => read(text, 65_536)).toThrow(/^Line \d is longer than a million/)
    }
  })
})

const cell = fc.string({ unit: fc.constantFrom('a', 'é', '李', ',', '"', '\n', '\r', ' ', '😀') })

/** Another way to write CSV than any that reads it: every cell in quotes, or only where it must be. */
const write = (table: readonly (readonly string[])[], always: boolean, end: string) =>
  table
    .map((row) =>
      row
        .map((text) => (always || /[",\r\n]/.test(text) ? `"${text.split('"').join('""')}"` : text))
        .join(','),
    )
    .join(end)

test('any table that is written comes back, in pieces of any size', () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(cell, { minLength: 2, maxLength: 5 }), { minLength: 1, maxLength: 8 }),
      fc.boolean(),
      fc.constantFrom('\n', '\r\n'),
      fc.boolean(),
      fc.integer({ min: 1, max: 30 }),
      (table, always, end, last, piece) => {
        const text = write(table, always, end) + (last ? end : '')
        expect(cellsOf(read(text, piece))).toEqual(table)
      },
    ),
  )
})

test('nothing of any bytes is lost, and pieces make no difference', () => {
  const bytes = fc.array(fc.constantFrom(...Buffer.from('a,"\n\r\xff\0b')), { maxLength: 60 })
  fc.assert(
    fc.property(bytes, fc.integer({ min: 1, max: 9 }), (all, piece) => {
      const text = Buffer.from(all)
      const rows = read(text, piece)
      expect(rows).toEqual(read(text))
      const left = Buffer.concat(rows.map(({ raw }) => raw)).toString('latin1')
      const wanted = text.toString('latin1')
      // Only empty lines are left out.
      expect(left.replaceAll(/[\r\n]/g, '')).toBe(wanted.replaceAll(/[\r\n]/g, ''))
    }),
  )
})
