import type { Express } from 'express'

/** Why the server is not ready, or undefined if it is. */
export type Readiness = () => Promise<string | undefined>

export function installHealth(app: Express, readiness: Readiness): void {
  app.get('/healthz', (_request, response) => {
    response.json({ status: 'ok' })
  })
  app.get('/readyz', async (_request, response) => {
    const reason = await readiness()
    if (reason === undefined) response.json({ status: 'ready' })
    else response.status(503).json({ status: 'not ready', reason })
  })
}
