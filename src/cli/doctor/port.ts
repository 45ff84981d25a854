import http from 'node:http'
import { Problem } from '../../problem.ts'
import type { Env } from '../../server/env.ts'
import { close, listen } from '../../server/http/listen.ts'
import { type Finding, findingsOf } from './finding.ts'

const { ok, problem } = findingsOf('port')

/** Whether a start would get its port; it may be Fluence itself that has it. */
export async function checkPort(env: Env): Promise<Finding[]> {
  const server = http.createServer()
  try {
    const port = await listen(server, env.host, env.port)
    await close(server)
    return [ok(`${port} is free`)]
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    return [
      (await isFluence(env))
        ? ok(`Fluence answers on ${env.port}`)
        : problem(error.message, error.advice),
    ]
  }
}

async function isFluence({ host, port }: Env): Promise<boolean> {
  try {
    const answer = await fetch(
      `http://${host.includes(':') ? `[${host}]` : host}:${port}/healthz`,
      {
        signal: AbortSignal.timeout(2000),
      },
    )
    return ((await answer.json()) as { status?: string }).status === 'ok'
  } catch {
    return false
  }
}
