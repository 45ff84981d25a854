/**
 * A fault that a person can mend: one clear line that says what is wrong and what to do. Anything
 * else that is thrown is a defect of ours and keeps its stack.
 */
export class Problem extends Error {
  readonly advice: string

  constructor(what: string, advice: string, options?: { cause?: unknown }) {
    super(what, options)
    this.name = 'Problem'
    this.advice = advice
  }

  get line(): string {
    return `${this.message.replace(/\s+/g, ' ').trim()} ${this.advice}`
  }
}

/** What we know how to explain of the errors of Node and PostgreSQL, else undefined. */
export function explain(error: unknown): Problem | undefined {
  if (error instanceof Problem) return error
  const { code, path, message } = error as { code?: string; path?: string; message?: string }
  const where = path === undefined ? '' : ` (${path})`
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return new Problem(`The disk is full${where}.`, 'Free some space and start again.')
    case 'EROFS':
      return new Problem(
        `The file system is read-only${where}.`,
        'Set FLUENCE_DATA_DIR to a folder that can be written.',
      )
    case 'EACCES':
    case 'EPERM':
      return new Problem(
        `Permission denied${where}.`,
        'Give this user the right to write there, or set FLUENCE_DATA_DIR to another folder.',
      )
    case 'ENOTDIR':
    case 'EEXIST':
      return new Problem(
        `There is something else where a folder is needed${where}.`,
        'Set FLUENCE_DATA_DIR to a folder, or to one that can be made.',
      )
    case '53100':
      return new Problem(
        "The database's disk is full.",
        'Free some space there and start again; nothing that was committed is lost.',
      )
    case '53300':
      return new Problem(
        'The database has no connection left.',
        'Close other programs that use it, or raise its max_connections.',
      )
    case '57P01':
    case '57P02':
    case '57P03':
    case 'ECONNRESET':
    case 'EPIPE':
      return new Problem(
        `The database broke off: ${message || code}.`,
        'It is starting, ending, or was restarted: wait until it runs, then start again.',
      )
    case '25006':
      return new Problem(
        `The database takes no changes: ${message}.`,
        'Name the primary in DATABASE_URL, not a standby.',
      )
    case '28P01':
    case '28000':
      return new Problem(
        `The database refused the login: ${message}.`,
        'Check user and password in DATABASE_URL.',
      )
    case '3D000':
      return new Problem(
        `The database does not exist: ${message}.`,
        'Create it (createdb), or name another in DATABASE_URL.',
      )
    case 'ECONNREFUSED':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'ETIMEDOUT':
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return new Problem(
        `The database cannot be reached: ${message || code}.`,
        'Check host and port in DATABASE_URL and that PostgreSQL runs; or unset it to use the embedded one.',
      )
    default:
      return message === 'Connection terminated unexpectedly'
        ? explain({ code: 'ECONNRESET', message })
        : undefined
  }
}
