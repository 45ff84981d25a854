import type http from 'node:http'
import express, { type Express, type NextFunction, type Request, type Response } from 'express'
import { accountPage } from './http/account-page.ts'
import { answerError, HttpRefusal } from './http/errors.ts'
import { healthRoutes, type Readiness } from './http/health.ts'
import { type Metrics, makeMetrics, metricsRoute } from './http/metrics.ts'
import { openApi } from './http/openapi.ts'
import { allowOrigins, makeOriginOf, type OriginOf } from './http/origins.ts'
import { currentRequest, forThisRequest, unread } from './http/request.ts'
import { installRoutes, type Route } from './http/route.ts'
import { securityHeaders } from './http/security.ts'
import { makeServer, type patience } from './http/server.ts'
import type { Credentials } from './http/tls.ts'
import { makeTransport, requireSecure } from './http/transport.ts'
import { type Log, noLog } from './log.ts'

export interface AppOptions {
  readonly log?: Log
  readonly metrics?: Metrics
  readonly production?: boolean
  readonly credentials?: Credentials
  readonly publicUrl?: string
  readonly origins?: readonly string[]
  readonly trustedProxies?: readonly string[]
  readonly metricsToken?: string
  readonly patience?: Partial<typeof patience>
  /** Routes beside those of the house. */
  readonly routes?: readonly Route[]
}

export interface App {
  /** Where further doors are added, once what they open to is there. */
  readonly app: Express
  readonly server: http.Server
  readonly routes: readonly Route[]
  readonly originOf: OriginOf
}

/** The HTTP side. What no route and no door answers is refused, and what they throw is told here. */
export function makeApp(readiness: Readiness, options: AppOptions = {}): App {
  const { log = noLog, production = false, publicUrl, metrics = makeMetrics() } = options
  const transport = makeTransport(options.trustedProxies ?? [])
  const originOf = makeOriginOf(transport, options.origins ?? [], publicUrl)
  const routes: Route[] = [
    ...healthRoutes(readiness),
    metricsRoute(metrics, options.metricsToken),
    ...accountPage,
    ...(options.routes ?? []),
    {
      method: 'get',
      path: '/openapi.json',
      operation: 'readOpenApi',
      about: 'This document.',
      answers: { 200: { about: 'OpenAPI 3.1.', schema: { type: 'object' } } },
      handle: (_request, response) => response.json(document),
    },
  ]
  const document = openApi(routes, publicUrl)

  const app = express()
  app.disable('x-powered-by').disable('etag')
  app.set('trust proxy', transport.trusts)
  app.use(...securityHeaders())
  if (production) app.use(requireSecure(publicUrl))
  app.use(allowOrigins(originOf))
  app.use(['/graphql', '/graphiql', '/ruru-static'], nameDoor)
  installRoutes(app, routes)

  const server = makeServer(
    (request, response) => {
      watch(response, log, metrics)
      const done = (error: unknown) =>
        answerError(error ?? new HttpRefusal('not_found'), response, log)
      app(request as Request, response as Response, done)
    },
    { ...options, transport, originOf, log, production },
  )
  return { app, server, routes, originOf }
}

function nameDoor(request: Request, _response: Response, next: NextFunction): void {
  const facts = currentRequest()
  if (facts !== undefined) {
    facts.operation = request.baseUrl === '/graphql' ? unread : 'graphiql'
  }
  next()
}

/** What comes every few seconds or by the dozen, and would drown the rest. */
const frequent = new Set(['readHealth', 'readReadiness', 'readMetrics', 'graphiql'])

/** One line and one observation for each request, when it is over. */
function watch(response: http.ServerResponse, log: Log, metrics: Metrics): void {
  const began = performance.now()
  const facts = currentRequest()
  if (facts === undefined) return
  response.setHeader('x-request-id', facts.id)
  const over = () => {
    const { operation, code, reference } = facts
    const { statusCode: status, writableFinished: whole } = response
    const ms = Math.round((performance.now() - began) * 10) / 10
    metrics.answered(operation, whole ? `${Math.floor(status / 100)}xx` : 'aborted', ms / 1000)
    const write = frequent.has(operation) && status < 400 ? log.debug : log.info
    write('Request.', {
      method: response.req.method,
      operation,
      status,
      ms,
      code,
      reference,
      aborted: whole ? undefined : true,
    })
  }
  response.once('close', forThisRequest(over))
}
