import crypto from 'node:crypto'
import type { ServerResponse } from 'node:http'
import type { Log } from '../log.ts'
import { isAway } from '../postgres/unavailable.ts'
import { currentRequest, noteRefusal } from './request.ts'

/** Every way in which HTTP says no, by a name that programs can rely on. */
export const refusals = {
  malformed_request: [400, 'The request cannot be read.'],
  malformed_json: [400, 'The body is not valid JSON.'],
  token_required: [401, 'Send the token as "Authorization: Bearer ...".'],
  https_required: [403, 'This address is served over HTTPS only.'],
  local_only: [403, 'This is for the machine of the server only.'],
  origin_not_allowed: [403, 'Pages of this origin may not do this here.'],
  not_found: [404, 'There is nothing at this address.'],
  method_not_allowed: [405, 'This address does not know this method; see the header Allow.'],
  request_timeout: [408, 'The request took too long to arrive.'],
  body_too_large: [413, 'The body is too large.'],
  unsupported_media_type: [415, 'The body is of a type that is not understood here.'],
  headers_too_large: [431, 'The headers are too large.'],
  internal_error: [500, 'Something went wrong on our side.'],
  unavailable: [503, 'The service is not available. Try again.'],
} as const satisfies Record<string, readonly [number, string]>

export type RefusalCode = keyof typeof refusals

/** What is thrown to refuse a request. */
export class HttpRefusal extends Error {
  readonly code: RefusalCode

  constructor(code: RefusalCode) {
    super(refusals[code][1])
    this.name = 'HttpRefusal'
    this.code = code
  }
}

/** What a caller can quote, and the log can be searched for. */
export const newReference = () => crypto.randomBytes(8).toString('hex')

const byStatus: Record<number, RefusalCode> = {
  408: 'request_timeout',
  413: 'body_too_large',
  415: 'unsupported_media_type',
  431: 'headers_too_large',
}

/** As what an error is told; of one that is not the caller's nothing is told. */
export function codeOf(error: unknown): RefusalCode {
  if (error instanceof HttpRefusal) return error.code
  const { type, status } = Object(error) as Record<string, unknown>
  if (type === 'entity.parse.failed') return 'malformed_json'
  if (typeof status === 'number' && status >= 400 && status < 500) {
    return byStatus[status] ?? 'malformed_request'
  }
  if (isAway(error)) return 'unavailable'
  return 'internal_error'
}

/** Answers an error: to the caller a code, a sentence and a reference; to the log what it was. */
export function answerError(error: unknown, response: ServerResponse, log: Log): void {
  const { code, status, body } = describe(error, log)
  if (response.headersSent) {
    // What was begun cannot be taken back; cut off, it is at least not taken for whole.
    response.destroy()
    return
  }
  response.statusCode = status
  for (const [name, value] of Object.entries(headersOf(code))) response.setHeader(name, value)
  response.setHeader('content-length', Buffer.byteLength(body))
  response.end(response.req.method === 'HEAD' ? undefined : body)
}

/** The same for a connection on which there is no answer to write to yet. */
export function rawAnswer(error: unknown, log: Log): string {
  const { code, status, body } = describe(error, log)
  const headers = {
    ...headersOf(code),
    'content-length': Buffer.byteLength(body),
    connection: 'close',
    'x-request-id': currentRequest()?.id,
  }
  const lines = Object.entries(headers).flatMap(([name, value]) =>
    value === undefined ? [] : `${name}: ${value}\r\n`,
  )
  return `HTTP/1.1 ${status} ${code}\r\n${lines.join('')}\r\n${body}`
}

function describe(error: unknown, log: Log) {
  const code = codeOf(error)
  const [status, message] = refusals[code]
  const reference = newReference()
  noteRefusal(code, reference)
  if (status >= 500) log.error('A request failed.', { code, reference, error })
  else if (currentRequest() === undefined)
    log.info('A request could not be read.', { code, reference })
  return { code, status, reference, body: JSON.stringify({ error: { code, message, reference } }) }
}

function headersOf(code: RefusalCode): Record<string, string> {
  return {
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-store',
    ...(code === 'unavailable' && { 'retry-after': '5' }),
    ...(code === 'token_required' && { 'www-authenticate': 'Bearer' }),
  }
}
