import express, { type Express, type Request, type Response } from 'express'
import { HttpRefusal } from './errors.ts'
import { currentRequest } from './request.ts'

/** A JSON schema, as OpenAPI 3.1 has them. */
export type Schema = { readonly [keyword: string]: unknown }

export interface Answer {
  readonly about: string
  readonly type?: string
  readonly schema?: Schema
}

/** One operation that is not GraphQL: what it is called by, what it answers, and what it does. */
export interface Route {
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete'
  /** As OpenAPI writes it: /things/{id}. */
  readonly path: string
  /** Names the operation in the document, in the metrics and in the log. */
  readonly operation: string
  readonly about: string
  readonly body?: { readonly schema: Schema; readonly maxBytes?: number }
  readonly answers: Readonly<Record<number, Answer>>
  /** Whether it wants the token of the metrics. */
  readonly token?: boolean
  handle(request: Request, response: Response): unknown
}

/** Adds routes to the app. A path that is asked with another method says which ones it knows. */
export function installRoutes(app: Express, routes: readonly Route[]): void {
  for (const path of new Set(routes.map((route) => route.path))) {
    const mine = routes.filter((route) => route.path === path)
    const address = app.route(path.replaceAll(/\{(\w+)\}/g, ':$1'))
    for (const { method, body, operation, handle } of mine) {
      if (body !== undefined) {
        address[method](refuseOtherTypes, express.json({ limit: body.maxBytes ?? 100_000 }))
      }
      address[method]((request, response) => {
        const facts = currentRequest()
        if (facts !== undefined) facts.operation = operation
        return handle(request, response)
      })
    }
    address.all((request, response) => {
      response.setHeader('allow', allowed(mine))
      if (request.method !== 'OPTIONS') throw new HttpRefusal('method_not_allowed')
      response.status(204).end()
    })
  }
}

const allowed = (routes: readonly Route[]) =>
  routes
    .flatMap(({ method }) => (method === 'get' ? ['GET', 'HEAD'] : method.toUpperCase()))
    .join(', ')

/** What a form sends needs no preflight; so only JSON is read. */
function refuseOtherTypes(request: Request, _response: Response, next: () => void): void {
  if (request.is('application/json') === false) throw new HttpRefusal('unsupported_media_type')
  next()
}
