import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import http from 'node:http'
import path from 'node:path'
import { projectDir } from '../src/server/env.ts'
import { pause } from '../src/server/postgres/processes.ts'

export interface Started {
  readonly port: number
  readonly pid: number
}

/** Node's own options, for example to write a profile: FLUENCE_BENCH_NODE=--cpu-prof. */
const nodeOptions = (process.env['FLUENCE_BENCH_NODE'] ?? '').split(' ').filter(Boolean)

/** The server as it is started in production, without the worker. */
export async function startServer(
  url: string,
  secret: string,
  children: ChildProcess[],
): Promise<Started> {
  const port = 5988
  const { PATH, HOME } = process.env
  const server = spawn(
    process.execPath,
    [...nodeOptions, path.join(projectDir, 'src/server/main.ts')],
    {
      cwd: projectDir,
      env: {
        PATH,
        HOME,
        DATABASE_URL: url,
        FLUENCE_SECRET: secret,
        PORT: String(port),
        NODE_ENV: 'production',
        FLUENCE_WORKER: 'off',
      },
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  )
  children.push(server)
  const ready = () =>
    fetch(`http://127.0.0.1:${port}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    )
  while (!(await ready())) {
    if (server.exitCode !== null) throw new Error('the server ended before it answered')
    await pause(50)
  }
  return { port, pid: server.pid ?? 0 }
}

export type Ask = () => Promise<string>

/** Asks again and again, on connections that stay open. */
export function asker(
  port: number,
  route: string,
  handle: string | undefined,
  bodyOf: () => object,
  connections = 16,
): Ask {
  const agent = new http.Agent({ keepAlive: true, maxSockets: connections })
  const authorization = handle === undefined ? {} : { authorization: `Bearer ${handle}` }
  return async () => {
    const request = http.request({
      agent,
      port,
      host: '127.0.0.1',
      path: route,
      method: 'POST',
      headers: { 'content-type': 'application/json', ...authorization },
    })
    request.end(JSON.stringify(bodyOf()))
    const [response] = (await once(request, 'response')) as [http.IncomingMessage]
    let text = ''
    for await (const chunk of response.setEncoding('utf8')) text += chunk
    if (response.statusCode !== 200) throw new Error(`answered ${response.statusCode}: ${text}`)
    return text
  }
}
