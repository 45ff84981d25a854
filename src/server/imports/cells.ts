import { type CellOf, RowFault } from './kind.ts'

/** What a cell says; undefined where it says nothing. */
export function given(cellOf: CellOf, column: string): string | undefined {
  const text = cellOf(column)?.trim()
  return text === '' || text === 'NULL' ? undefined : text
}

export function required(cellOf: CellOf, column: string): string {
  const text = given(cellOf, column)
  if (text === undefined) throw new RowFault(column, 'FL914', 'It is missing.')
  return text
}

const notValid = (column: string, reason: string) => new RowFault(column, 'FL915', reason)

/** Ours begin at 10^12, so a shop's own number is below. */
export function shopNumber(cellOf: CellOf, column: string): bigint {
  const text = required(cellOf, column)
  if (!/^0*[1-9]\d{0,11}$/.test(text)) {
    throw notValid(column, 'It is no number from 1 to 999999999999.')
  }
  return BigInt(text)
}

/** -1 is how the seeds write that there is none. */
export function channelNumber(cellOf: CellOf, column: string): number | null {
  const text = given(cellOf, column)
  if (text === undefined || text === '-1') return null
  const value = Number(text)
  if (!/^\d{1,10}$/.test(text) || value > 2_147_483_647) {
    throw notValid(column, 'It is no number from 0 to 2147483647, and not -1 for none.')
  }
  return value
}

/** In the one form that is no guess. */
export function day(cellOf: CellOf, column: string): string {
  const text = required(cellOf, column)
  const moment = /^\d{4}-\d{2}-\d{2}$/.test(text) ? new Date(`${text}T00:00:00Z`) : undefined
  const isDay =
    moment !== undefined &&
    !Number.isNaN(moment.getTime()) &&
    moment.toISOString().startsWith(text) &&
    text >= '1900-01-01'
  if (!isDay) throw notValid(column, 'It is no day from 1900 on, written as 2024-02-29.')
  return text
}

const answers: Readonly<Record<string, boolean>> = {
  true: true,
  t: true,
  yes: true,
  y: true,
  '1': true,
  false: false,
  f: false,
  no: false,
  n: false,
  '0': false,
}

export function yesOrNo(cellOf: CellOf, column: string): boolean {
  const text = required(cellOf, column).toLowerCase()
  const answer = Object.hasOwn(answers, text) ? answers[text] : undefined
  if (answer === undefined) throw notValid(column, 'It is neither true nor false.')
  return answer
}
