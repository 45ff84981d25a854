import { explain } from '../../problem.ts'

export type Status = 'ok' | 'warning' | 'problem'

/** One thing that the doctor looked at. */
export interface Finding {
  readonly area: 'machine' | 'settings' | 'database' | 'hardening' | 'keys' | 'backup' | 'port'
  readonly status: Status
  readonly says: string
  /** How to mend it. */
  readonly mend?: string
}

export type Area = Finding['area']

/** Findings of one area; what is not well has to say how to mend it. */
export const findingsOf = (area: Area) => ({
  ok: (says: string): Finding => ({ area, status: 'ok', says }),
  warning: (says: string, mend: string): Finding => ({ area, status: 'warning', says, mend }),
  problem: (says: string, mend: string): Finding => ({ area, status: 'problem', says, mend }),
  /** What went wrong while looking. */
  failure: (error: unknown): Finding => {
    const known = explain(error)
    const says = (known ?? (error as Error)).message.replace(/\s+/g, ' ')
    return {
      area,
      status: 'problem',
      says,
      mend: known?.advice ?? 'This should not happen: report it.',
    }
  },
})
