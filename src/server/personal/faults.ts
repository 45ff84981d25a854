import { Problem } from '../../problem.ts'

/** What is wrong with keys or sealed values, with a code of the register, for both doors. */
export class PersonalDataFault extends Problem {
  readonly code: string

  constructor(code: string, what: string, advice: string) {
    super(what, advice)
    this.name = 'PersonalDataFault'
    this.code = code
  }

  get hint(): string {
    return this.advice
  }
}

/** A value that was damaged, or put where it was not sealed. Says nothing of what stands in it. */
export class Unreadable extends PersonalDataFault {
  constructor() {
    super(
      'FL909',
      'A sealed value does not open: it is damaged, or stands where it was not sealed.',
      'Restore the row from a backup; the audit log tells who wrote it.',
    )
    this.name = 'Unreadable'
  }
}

export class MasterKeyMissing extends PersonalDataFault {
  constructor(what: string, advice: string) {
    super('FL006', what, advice)
    this.name = 'MasterKeyMissing'
  }
}
