import { findFaults, listSettings } from '../../server/env.ts'
import { type Finding, findingsOf } from './finding.ts'

const { ok, problem } = findingsOf('settings')

export function checkSettings(): Finding[] {
  const faults = [...findFaults().values()]
  if (faults.length > 0) return faults.map(({ message, advice }) => problem(message, advice))
  const set = listSettings().flatMap(({ name, value }) => (value === null ? [] : [name]))
  return [ok(`all valid; set: ${set.join(', ') || 'none'}`)]
}
