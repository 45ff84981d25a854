/** Classes of SQLSTATE: no connection, no room, being stopped, its disk failing. */
const states = /^(08\w{3}|53\w{3}|57P\w{2}|58\w{3})$/

/** What Node says of a socket. */
const ofSocket =
  /^(ECONN\w+|EPIPE|ETIMEDOUT|EHOST\w+|ENET\w+|EAI_\w+|ERR_STREAM_\w+|ERR_SOCKET_\w+)$/

/** What pg says by itself: of a pool that is exhausted or ended, of a connection that broke. */
const ofDriver =
  /^timeout exceeded when trying to connect$|^Connection terminated|is not queryable$|after calling end/

/** Whether it is the database that is away, so that the same may well work in a moment. */
export function isAway(error: unknown): boolean {
  const { code, message } = Object(error) as { code?: unknown; message?: unknown }
  const text = typeof code === 'string' ? code : ''
  return states.test(text) || ofSocket.test(text) || ofDriver.test(String(message))
}
