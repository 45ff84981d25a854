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

const policy = (directives: Record<string, string[]>) =>
  helmet.contentSecurityPolicy({ useDefaults: false, directives })

/** The headers that every answer has; one that is made to be kept or framed says so itself. */
export function securityHeaders(): RequestHandler[] {
  const programs = policy(forPrograms)
  const graphiQL = policy(forGraphiQL)
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
      const page = request.path === '/graphiql' || request.path.startsWith('/ruru-static/')
      const set = page ? graphiQL : programs
      set(request, response, (error) => {
        if (error !== undefined || factsOf(request)?.secure !== true) return next(error)
        hsts(request, response, () => next())
      })
    },
  ]
}
