import './mode.ts'
import crypto from 'node:crypto'
import { isSafeError } from 'postgraphile/grafast'
import { GraphQLError } from 'postgraphile/graphql'
import { isAway } from '../postgres/unavailable.ts'

/** What a caller is told of an error: a code of the register, a sentence, and how bad it is. */
export interface Told {
  readonly code: string
  readonly message: string
  readonly status: number
  /** The rule that was broken, by the name of its constraint. */
  readonly rule?: string
  readonly hint?: string
}

/** Codes of PostgreSQL that are the caller's to mend, or to wait for. The register explains each. */
const ofDatabase: readonly [RegExp, code: string, message: string, status: number][] = [
  [/^23505$/, 'FL911', 'There is such a row already.', 409],
  [
    /^23(503|001)$/,
    'FL912',
    'Another row refers to this one, or the one referred to is missing.',
    409,
  ],
  [/^23514$/, 'FL913', 'A value breaks a rule.', 400],
  [/^23502$/, 'FL914', 'A value is missing.', 400],
  [/^22|^428C9$/, 'FL915', 'A value is not valid.', 400],
  [/^42501$/, 'FL916', 'You may not do this.', 403],
  [/^40/, 'FL917', 'Somebody else changed the same rows at the same time. Try again.', 409],
  [/^57014$/, 'FL918', 'It took too long.', 400],
]

/** Our own codes that are not simply a bad request. */
const statusOfOurs: Readonly<Record<string, number>> = {
  FL002: 404,
  FL102: 401,
  FL103: 403,
  FL110: 429,
  FL111: 401,
  FL114: 401,
  FL117: 403,
  FL909: 500,
}

/** What PostGraphile says without a code of a request that it cannot answer. */
const ofPlanner: readonly [RegExp, code: string, message: string, status: number][] = [
  [/^Invalid cursor/, 'FL915', 'This is no cursor of an earlier answer.', 400],
  [/^Cannot use '\w+' with '\w+'/, 'FL901', 'These arguments do not go together.', 400],
  [/^Null literals are forbidden/, 'FL901', 'A filter compares with a value, not with null.', 400],
  [/selection set cannot be empty$/, 'FL901', 'A subscription follows one field.', 400],
  [/no new values were specified/, 'FL914', 'There is nothing to change.', 400],
  [/^No values were deleted /, 'FL002', 'There is no such row.', 404],
]

const away: Told = {
  code: 'FL905',
  message: 'The database is not available. Try again.',
  status: 503,
}

/** Which key, and where it should be, is for whoever runs the server: the log has it. */
const keyless: Told = {
  code: 'FL006',
  message: 'The master key of personal data is missing.',
  hint: 'Tell whoever runs the server; its log says which one.',
  status: 500,
}

/** Whether it is the database that is away, so that the same may well work in a moment. */
export const isUnavailable = (error: unknown): boolean => tell(error)?.code === 'FL905'

/** An error that we raise ourselves at the door. */
export class Refusal extends Error {
  readonly told: Told

  constructor(code: string, message: string, status: number) {
    super(message)
    this.name = 'Refusal'
    this.told = { code, message, status }
  }
}

/** What may be told of an error; undefined for a defect of ours, of which nothing is told. */
export function tell(error: unknown): Told | undefined {
  if (error instanceof Refusal) return error.told
  if (isAway(error)) return away
  const {
    code,
    message = '',
    hint,
    constraint,
  } = error as {
    code?: unknown
    message?: string
    hint?: string
    constraint?: string
  }
  if (code === keyless.code) return keyless
  if (typeof code === 'string' && /^FL\d{3}$/.test(code)) {
    return { code, message, hint, status: statusOfOurs[code] ?? 400 }
  }
  const known =
    typeof code === 'string' ? ofDatabase.find(([pattern]) => pattern.test(code)) : undefined
  if (known !== undefined) {
    const [, ours, text, status] = known
    return { code: ours, message: text, status, rule: constraint }
  }
  if (error instanceof Error && isSafeError(error)) {
    return /time|long/i.test(message)
      ? { code: 'FL918', message: 'It took too long. Ask for less.', status: 400 }
      : { code: 'FL901', message, status: 400 }
  }
  const planned = ofPlanner.find(([pattern]) => pattern.test(message))
  if (planned !== undefined) {
    const [, ours, text, status] = planned
    return { code: ours, message: text, status }
  }
  return undefined
}

const internal: Told = { code: 'FL906', message: 'Something went wrong on our side.', status: 500 }

/** Writes to the log what is not told: under the reference that the caller gets. */
export type Report = (reference: string, told: Told, error: unknown) => void

export interface Masked {
  readonly told: Told
  readonly extensions: { code: string; reference: string; rule?: string; hint?: string }
}

/**
 * Turns any error into what may be told, with a random reference under which the log has the rest.
 * Errors of the document itself (a missing variable, say) are the caller's and pass.
 */
export function mask(error: unknown, report: Report, hints = true): Masked {
  const cause = error instanceof GraphQLError ? error.originalError : error
  const ofDocument = cause == null || cause instanceof GraphQLError
  const told = ofDocument
    ? { code: 'FL901', message: inWords(error as Error, hints), status: 400 }
    : (tell(cause) ?? internal)
  const reference = crypto.randomBytes(8).toString('hex')
  report(reference, told, cause ?? error)
  const { code, rule, hint } = told
  return { told, extensions: { code, reference, ...(rule && { rule }), ...(hint && { hint }) } }
}

/** In production nobody is told what else there is. */
export function inWords(error: Error, hints: boolean): string {
  const message = withoutValue(error)
  return hints ? message : message.replace(/ Did you mean .*$/s, '')
}

/** What may be wrong with a variable, as far as it can be told without what the variable holds. */
const faultsOfVariables = [
  /^\w+ cannot represent [\w -]+ value/,
  /^Field "\w+" (of required type "[\w![\]]+" was not provided|is not defined by type "\w+")/,
  /^Expected (?:non-nullable )?type "[\w![\]]+"( not to be null| to be an object)?/,
  /^Exactly one key must be specified/,
  /(?<= )does not exist in "\w+" enum/,
]

/** A variable may hold what is personal, and answers end up in logs of those who ask. */
function withoutValue(error: Error): string {
  const { message } = error
  const name = /^Variable "(\$\w+)" got invalid value /.exec(message)?.[1]
  if (name === undefined) return message
  const fault = error instanceof GraphQLError ? (error.originalError?.message ?? '') : ''
  const before = message.slice(0, message.length - fault.length - '; '.length)
  const place = / at "([\w.[\]]+)"$/.exec(before)?.[1] ?? name
  const found = faultsOfVariables.map((form) => form.exec(fault)?.[0]).find((text) => text)
  return `The value at "${place}" is not valid${found === undefined ? '' : `: ${found}`}.`
}
