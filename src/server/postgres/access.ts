import crypto from 'node:crypto'

/** The logins of the house, each a door of its own (sql/roles.sql). */
export const serviceLogins = [
  'fluence_migrator',
  'fluence_server',
  'fluence_authenticator',
  'fluence_worker',
] as const
export type ServiceLogin = (typeof serviceLogins)[number]

/** How to reach one database through each door. */
export interface Access {
  /** As the login that may create roles. */
  readonly root: string
  as(login: ServiceLogin): string
  passwordOf(login: ServiceLogin): string
  /** A secret of its own for each purpose, the same for every server of the database. */
  secretFor(purpose: string): string
}

/**
 * The service logins' passwords follow from one secret, so that every server of one database knows
 * them and nobody has to store or hand them on. A new secret takes effect at the next start.
 */
export function accessThrough(root: string, secret: string): Access {
  const secretFor = (purpose: string) =>
    crypto.createHmac('sha256', secret).update(purpose).digest('base64url')
  const passwordOf = (login: ServiceLogin) => secretFor(`login ${login}`)
  return {
    root,
    passwordOf,
    secretFor,
    as(login) {
      const url = new URL(root)
      url.username = login
      url.password = passwordOf(login)
      return url.href
    },
  }
}

export function inDatabase(url: string, database: string): string {
  const changed = new URL(url)
  changed.pathname = `/${encodeURIComponent(database)}`
  return changed.href
}

export const databaseIn = (url: string) => decodeURIComponent(new URL(url).pathname.slice(1))

/**
 * What PostgreSQL stores of a password (RFC 5802). Computed here, so that the password itself is
 * never in a statement, nor in a log of statements.
 */
export function scramVerifier(password: string): string {
  const iterations = 4096
  const salt = crypto.randomBytes(16)
  const salted = crypto.pbkdf2Sync(password, salt, iterations, 32, 'sha256')
  const hmac = (text: string) => crypto.createHmac('sha256', salted).update(text).digest()
  const stored = crypto.createHash('sha256').update(hmac('Client Key')).digest('base64')
  const server = hmac('Server Key').toString('base64')
  return `SCRAM-SHA-256$${iterations}:${salt.toString('base64')}$${stored}:${server}`
}
