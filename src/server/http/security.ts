import type { RequestHandler } from 'express'
import helmet from 'helmet'
import { factsOf } from './request.ts'

const nothing = ["'none'"]
const closed = { frameAncestors: nothing, baseUri: nothing, formAction: nothing }

/** An answer for programs has nothing to load and nothing to run. */
const forPrograms = { defaultSrc: nothing, ...closed }

/** GraphiQL brings its scripts and workers along, some of them inline; nothing comes from elsewhere. */
const forGraphiQL = {
  defaultSrc: nothing,
  ...closed,
  scriptSrc: ["'self'", "'unsafe-inline'"],
  styleSrc: ["'self'", "'unsafe-inline'"],
  imgSrc: ["'self'", 'data:'],
  fontSrc: ["'self'", 'data:'],
  connectSrc: ["'self'"],
  workerSrc: ["'self'"],
}

/** A page of ours: files of its own, and questions to this server. */
const forOwnPages = {
  defaultSrc: nothing,
  ...closed,
  scriptSrc: ["'self'"],
  styleSrc: ["'self'"],
  connectSrc: ["'self'"],
}

const policy = (directives: Record<string, string[]>) =>
  helmet.contentSecurityPolicy({ useDefaults: false, directives })

/** The headers that every answer has; one that is made to be kept or framed says so itself. */
export function securityHeaders(): RequestHandler[] {
  const programs = policy(forPrograms)
  const graphiQL = policy(forGraphiQL)
  const ownPages = policy(forOwnPages)
  const hsts = helmet.strictTransportSecurity({ maxAge: 31_536_000, includeSubDomains: false })
  return [
    helmet({
      contentSecurityPolicy: false,
      strictTransportSecurity: false,
      referrerPolicy: { policy: 'no-referrer' },
      xFrameOptions: { action: 'deny' },
      xPoweredBy: false,
    }),
    (request, response, next) => {
      response.setHeader('cache-control', 'no-store')
      response.setHeader(
        'permissions-policy',
        'camera=(), geolocation=(), microphone=(), payment=()',
      )
      const set = /^\/(graphiql$|ruru-static\/)/.test(request.path)
        ? graphiQL
        : /^\/account\/?$/i.test(request.path)
          ? ownPages
          : programs
      set(request, response, (error) => {
        if (error !== undefined || factsOf(request)?.secure !== true) return next(error)
        hsts(request, response, () => next())
      })
    },
  ]
}
