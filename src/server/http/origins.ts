import type { IncomingMessage } from 'node:http'
import type { RequestHandler } from 'express'
import { HttpRefusal } from './errors.ts'
import type { Transport } from './transport.ts'

/** Where the page that asks comes from: no page at all, our own, one that is listed, another. */
export type Origin = 'none' | 'own' | 'listed' | 'foreign'

export type OriginOf = (request: IncomingMessage) => Origin

export function makeOriginOf(
  transport: Transport,
  listed: readonly string[],
  publicUrl: string | undefined,
): OriginOf {
  return (request) => {
    const origin = request.headers.origin
    if (origin === undefined) return 'none'
    if (listed.includes(origin)) return 'listed'
    return origin === publicUrl || origin === transport.originOf(request) ? 'own' : 'foreign'
  }
}

const methods = 'GET, HEAD, POST, PUT, PATCH, DELETE'
const headers = 'authorization, content-type, x-request-id'
const readable = 'x-request-id, retry-after'
const reading = new Set(['GET', 'HEAD', 'OPTIONS'])

/**
 * Lets pages of listed origins ask and read, with cookies. Others may not read, which browsers see
 * to, and may not change anything either, which we see to: a form or a script can always send.
 */
export function allowOrigins(originOf: OriginOf): RequestHandler {
  return (request, response, next) => {
    response.vary('Origin')
    const origin = originOf(request)
    const preflight =
      request.method === 'OPTIONS' && request.headers['access-control-request-method'] !== undefined
    if (origin === 'foreign' && (preflight || !reading.has(request.method))) {
      throw new HttpRefusal('origin_not_allowed')
    }
    if (origin === 'listed') {
      response.setHeader('access-control-allow-origin', request.headers.origin ?? '')
      response.setHeader('access-control-allow-credentials', 'true')
      response.setHeader('access-control-expose-headers', readable)
    }
    if (!preflight || origin !== 'listed') return next()
    response.setHeader('access-control-allow-methods', methods)
    response.setHeader('access-control-allow-headers', headers)
    response.setHeader('access-control-max-age', '600')
    response.status(204).end()
  }
}
