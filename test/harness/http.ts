import http from 'node:http'
import https from 'node:https'
import net, { type AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import { type App, type AppOptions, makeApp } from '../../src/server/app.ts'
import type { Readiness } from '../../src/server/http/health.ts'
import { close } from '../../src/server/http/listen.ts'
import { makeLog } from '../../src/server/log.ts'

export type Line = Record<string, unknown> & { readonly level: string; readonly msg: string }

export interface RunningApp extends App {
  readonly url: string
  readonly port: number
  /** What the log has so far. */
  readonly lines: Line[]
}

/** The HTTP side for one test, without a database. */
export async function startApp(
  options: AppOptions & { readiness?: Readiness; prepare?: (app: App) => void } = {},
): Promise<RunningApp> {
  const lines: Line[] = []
  const stream = { write: (text: string) => lines.push(JSON.parse(text) as Line) }
  const { readiness = async () => undefined, prepare, ...rest } = options
  const app = makeApp(readiness, { log: await makeLog({ level: 'debug', stream }), ...rest })
  prepare?.(app)
  await new Promise<void>((resolve) => app.server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => close(app.server, 0))
  const { port } = app.server.address() as AddressInfo
  const scheme = options.credentials === undefined ? 'http' : 'https'
  return { ...app, url: `${scheme}://127.0.0.1:${port}`, port, lines }
}

export interface Reply {
  readonly status: number
  readonly headers: http.IncomingHttpHeaders
  readonly text: string
  readonly json: unknown
}

export interface Asking extends https.RequestOptions {
  readonly body?: string
}

/** One request on a connection of its own, with exactly these headers. */
export function ask(url: string, { body, ...options }: Asking = {}): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const { request } = url.startsWith('https:') ? https : http
    const asking = request(url, { agent: false, ...options }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (piece: string) => {
        text += piece
      })
      response.on('end', () => {
        const json = response.headers['content-type']?.includes('json') && text !== ''
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text,
          json: json ? JSON.parse(text) : undefined,
        })
      })
    })
    asking.on('error', reject)
    asking.on('upgrade', (response, socket) => {
      socket.destroy()
      resolve({
        status: response.statusCode ?? 0,
        headers: response.headers,
        text: '',
        json: undefined,
      })
    })
    asking.end(body)
  })
}

/** Sends bytes and answers what comes back until the other side hangs up. */
export function send(port: number, bytes: string | Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = ''
    const socket = net.connect(port, '127.0.0.1', () => socket.write(bytes))
    socket.setEncoding('utf8').on('data', (piece: string) => {
      answer += piece
    })
    socket.on('end', () => socket.end())
    socket.on('close', () => resolve(answer))
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ECONNRESET' && error.code !== 'EPIPE') reject(error)
    })
  })
}

/** The headers with which a browser asks for a WebSocket. */
export const upgrade = {
  connection: 'Upgrade',
  upgrade: 'websocket',
  'sec-websocket-version': '13',
  'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
} as const
