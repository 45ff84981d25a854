import { Problem } from '../../../problem.ts'

/** A moment in time as PostgreSQL takes it, exact to the microsecond, and as JavaScript has it. */
export interface Moment {
  readonly text: string
  readonly date: Date
}

const form =
  /^(\d{4}-\d\d-(\d\d))[T ](\d\d:\d\d)(?::(\d\d)(?:\.(\d{1,6}))?)?\s?(Z|[+-]\d\d)(?::?(\d\d))?$/i

/** Reads '2026-03-01T14:05:00+03:00' and its like: with a zone, because it must mean one moment. */
export function readMoment(text: string): Moment {
  const [
    ,
    day,
    dayOfMonth,
    minutes,
    seconds = '00',
    fraction = '0',
    zone = '',
    zoneMinutes = '00',
  ] = form.exec(text.trim()) ?? []
  const offset = zone.toUpperCase() === 'Z' ? '+00:00' : `${zone}:${zoneMinutes}`
  const date = new Date(
    `${day}T${minutes}:${seconds}.${fraction.padEnd(3, '0').slice(0, 3)}${offset}`,
  )
  // JavaScript takes February 30 for March 2.
  const exists = new Date(`${day}T00:00:00Z`).getUTCDate() === Number(dayOfMonth)
  if (Number.isNaN(date.getTime()) || !exists) {
    throw new Problem(
      `"${text}" is not a moment.`,
      'Write date, time and zone, for example 2026-03-01T14:05:00+03:00 or 2026-03-01T11:05:00Z; or latest.',
    )
  }
  return { text: `${day} ${minutes}:${seconds}.${fraction}${offset}`, date }
}
