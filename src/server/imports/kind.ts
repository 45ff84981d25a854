import type { CopyRow, CopyTypes } from './copy.ts'
import type { Column } from './header.ts'

/** Why a row is not taken: a code of the register, the column at fault or null for the whole row. */
export interface Fault {
  readonly field: string | null
  readonly code: string
  /** In words that quote nothing. */
  readonly reason: string
}

/** The cell of a row in a column; undefined where the file has no such column. */
export type CellOf = (column: string) => string | undefined

/** Makes of a row what is staged; throws a RowFault for one that cannot be. */
export type Prepare = (cellOf: CellOf) => CopyRow

export class RowFault extends Error {
  readonly fault: Fault

  constructor(field: string | null, code: string, reason: string) {
    super(reason)
    this.name = 'RowFault'
    this.fault = { field, code, reason }
  }
}

/** What can be imported. `Context` is what its rows are prepared with. */
export interface ImportKind<Context> {
  /** As the seeds call the table. */
  readonly name: string
  readonly columns: readonly Column[]
  /** The function in app_private that makes the table to copy to, and that table. */
  readonly stage: string
  readonly table: string
  readonly types: CopyTypes
  /** The function in app_private that merges what is in the table. */
  readonly merge: string
  /** Asked once for each batch, so that a key that was changed meanwhile is the new one. */
  prepareFor(context: Context): Promise<Prepare>
  /** Why SQL has not taken a row, in words. */
  reason(field: string | null, code: string): string
}
