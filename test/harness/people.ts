import crypto from 'node:crypto'
import type pg from 'pg'

/** The server's own connection, or a story at the server's door. */
type Server = Pick<pg.ClientBase, 'query'>

export const digest = (text: string) => crypto.createHash('sha256').update(text).digest()
export const random = () => crypto.randomBytes(20).toString('hex')

/** Looks like bcrypt and costs nothing: what is compared is the server's business. */
export const passwordHash = (password: string) =>
  `$2b$12$${digest(password).toString('hex').slice(0, 53)}`

export const password = 'Correct-Horse-7'

/** Both steps of registering: with a mail, a name and the hash of a password. */
export const register = `select app_private.register_account(
  app_private.register_begin($1, $2, 'en', 'x'), $1, $2, 'en', $3)`

export async function one<T extends object>(
  client: Server,
  sql: string,
  values: unknown[] = [],
): Promise<T> {
  const { rows } = await client.query(sql, values)
  if (rows.length !== 1) throw new Error(`${rows.length} rows: ${sql}`)
  return rows[0] as T
}

export interface SignedIn {
  readonly outcome: string
  readonly session_id: string | null
  readonly role: string | null
  readonly acting_brand_id: string | null
  readonly handle: string
  readonly refresh: string
  readonly challenge: string
}

/** A person with a confirmed address; the number. */
export async function person(server: Server, mail: string, name = 'Ann'): Promise<string> {
  const { id } = await one<{ id: string }>(
    server,
    `select app_private.create_account($1, $2, 'en', $3) as id`,
    [mail, name, passwordHash(password)],
  )
  return id
}

/** That person as a member of an organization; the number of the membership. */
export async function member(
  server: Server,
  userId: string,
  organization: string,
  role: string,
): Promise<string> {
  const { id } = await one<{ id: string }>(
    server,
    'select app_private.add_member($1, $2, $3) as id',
    [organization, userId, role],
  )
  return id
}

/** Both steps with a password, as the server takes them. */
export async function logIn(
  server: Server,
  mail: string,
  options: { password?: string; device?: string; address?: string } = {},
): Promise<SignedIn> {
  const begun = await one<{ attempt_id: string; password_hash: string | null }>(
    server,
    'select * from app_private.login_begin($1, $2)',
    [mail, options.address ?? '192.0.2.7'],
  )
  const [handle, refresh, challenge] = [random(), random(), random()]
  const answer = await one<Omit<SignedIn, 'handle' | 'refresh' | 'challenge'>>(
    server,
    'select * from app_private.login_finish($1, $2, $3, $4, $5, $6)',
    [
      begun.attempt_id,
      begun.password_hash === passwordHash(options.password ?? password),
      digest(handle),
      digest(refresh),
      digest(challenge),
      options.device ?? 'Firefox on Linux',
    ],
  )
  return { ...answer, handle, refresh, challenge }
}

export const secret = crypto.createHash('sha1').update('secret').digest()
export const recoveryCodes = ['first-code', 'second-code']

/** Sets up a second factor whose first code was that of step 100. */
export async function enrol(server: Server, handle: string, step = 100): Promise<void> {
  await server.query('select app_private.second_factor_enrol($1, $2)', [digest(handle), secret])
  const { attempt_id } = await one<{ attempt_id: string }>(
    server,
    `select * from app_private.second_factor_wanted($1, '192.0.2.7')`,
    [digest(handle)],
  )
  await server.query('select app_private.second_factor_confirm($1, $2, $3, $4)', [
    attempt_id,
    digest(handle),
    step,
    recoveryCodes.map(digest),
  ])
}

/** Gives a code, by its step, or a recovery code, to a challenge or within a session. */
export async function giveCode(
  server: Server,
  proof: string,
  code: { step: number } | { recovery: string } | null,
): Promise<SignedIn> {
  const { attempt_id } = await one<{ attempt_id: string }>(
    server,
    `select * from app_private.second_factor_begin($1, '192.0.2.7')`,
    [digest(proof)],
  )
  const [handle, refresh] = [random(), random()]
  const answer = await one<Omit<SignedIn, 'handle' | 'refresh' | 'challenge'>>(
    server,
    'select * from app_private.second_factor_finish($1, $2, $3, $4, $5, $6)',
    [
      attempt_id,
      digest(proof),
      code !== null && 'step' in code ? code.step : null,
      code !== null && 'recovery' in code ? digest(code.recovery) : null,
      digest(handle),
      digest(refresh),
    ],
  )
  return { ...answer, handle, refresh, challenge: '' }
}

/** A person who is an admin, signed in with a second factor. */
export async function admin(server: Server, mail: string, organization: string) {
  const userId = await person(server, mail, 'Admin')
  const membershipId = await member(server, userId, organization, 'admin')
  const session = await logIn(server, mail)
  await enrol(server, session.handle)
  return { userId, membershipId, handle: session.handle, mail }
}
