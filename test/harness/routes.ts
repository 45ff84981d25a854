import type { Request, Response } from 'express'
import type { Route } from '../../src/server/http/route.ts'

/** A route that exists for one test. */
export const byHand = (
  path: string,
  handle: (request: Request, response: Response) => unknown,
  more: Partial<Route> = {},
): Route => ({
  method: 'get',
  path,
  operation: `test ${path}`,
  about: 'Made for a test.',
  answers: { 200: { about: 'Fine.', schema: {} } },
  handle,
  ...more,
})
