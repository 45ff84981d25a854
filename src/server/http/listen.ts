import type http from 'node:http'
import { Problem } from '../../problem.ts'
import { socketsOf } from './server.ts'

const defaultPort = 5050
const tries = 50

/**
 * Listens and answers with the port. A port that was asked for must be free; without one the next
 * free one after the default is taken, so that two checkouts run side by side.
 */
export async function listen(
  server: http.Server,
  host: string,
  wanted: number | undefined,
): Promise<number> {
  const first = wanted ?? defaultPort
  const last = wanted ?? defaultPort + tries
  for (let port = first; port <= last; port += 1) {
    const error = await tryPort(server, host, port)
    if (error === undefined) return port
    if (error.code === 'EACCES') {
      throw new Problem(
        `This user may not listen on port ${port}.`,
        'Set PORT to one above 1023, for example PORT=5050.',
      )
    }
    if (['EADDRNOTAVAIL', 'ENOTFOUND', 'EAI_AGAIN'].includes(error.code ?? '')) {
      throw new Problem(
        `This machine has no address ${host}.`,
        'Set HOST to one that it has, for example HOST=127.0.0.1.',
      )
    }
    if (error.code !== 'EADDRINUSE') throw error
  }
  throw new Problem(
    `Port ${first} is taken by another program.`,
    `Stop that program, or choose another port: PORT=${first + 1} npm start.`,
  )
}

function tryPort(server: http.Server, host: string, port: number) {
  return new Promise<NodeJS.ErrnoException | undefined>((resolve) => {
    const failed = (error: NodeJS.ErrnoException) => resolve(error)
    server.once('error', failed)
    server.listen(port, host, () => {
      server.off('error', failed)
      resolve(undefined)
    })
  })
}

/** The frame in which a WebSocket says that its server goes away. */
const goingAway = Buffer.from([0x88, 0x02, 0x03, 0xe9])

/** Takes no new request, lets those at work finish, and cuts off what still hangs after a while. */
export function close(server: http.Server, graceMs = 3000): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeIdleConnections()
    for (const socket of socketsOf(server)) socket.end(goingAway)
    setTimeout(() => {
      server.closeAllConnections()
      for (const socket of socketsOf(server)) socket.destroy()
    }, graceMs).unref()
  })
}
