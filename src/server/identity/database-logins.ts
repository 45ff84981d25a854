import crypto from 'node:crypto'
import os from 'node:os'
import type pg from 'pg'
import type { Env } from '../env.ts'
import { applicationName } from '../http/request.ts'
import { inTransaction, withClient } from '../postgres/connect.ts'
import { createRole, endWhatIsOver, freeName, oneByOne } from './login-roles.ts'

export interface LoginWanted {
  readonly role: string
  /** Its name within the organization. */
  readonly name: string
  readonly expiresAt?: string | null
  readonly connections?: number | null
  /** Whose it is: it ends with that membership. */
  readonly membershipId?: string | null
  /** For an agency: by which grant it acts for a brand, and with which it ends. */
  readonly agencyGrantId?: string | null
}

export interface NewLogin {
  readonly id: string
  readonly loginName: string
  /** Shown once, and stored nowhere. */
  readonly password: string
  readonly connectionString: string
}

/** Who has a login made: the session of an admin, or whoever runs Fluence, for an organization. */
export type Manager = { readonly session: Buffer } | { readonly organizationId: string }

interface Managed {
  readonly organization_id: string
  readonly user_id: string | null
}

/**
 * Logins of people and BI tools. SQL decides who may have one and knows for whom it acts; here its
 * role in PostgreSQL is made and taken away, by the login that may create roles.
 */
export class DatabaseLogins {
  readonly #rootUrl: string
  readonly #peopleUrl: string

  /** The address of the database, as its installing login reaches it and as people do. */
  constructor(rootUrl: string, addressForPeople = rootUrl) {
    this.#rootUrl = rootUrl
    this.#peopleUrl = addressForPeople
  }

  /** All in one transaction: no half of a login is ever there. */
  create(manager: Manager, wanted: LoginWanted): Promise<NewLogin> {
    return this.#asRoot((client) =>
      inTransaction(client, async () => {
        await oneByOne(client)
        const { organization_id, user_id } = await managed(client, manager)
        // The name of one that has expired is free again.
        await client.query('select app_private.watch_logins()')
        const { name, role } = wanted
        const connections = wanted.connections ?? 5
        const expiresAt = await understood(client, wanted)
        const password = crypto.randomBytes(24).toString('base64url')
        const loginName = await freeName(client, organization_id, name)
        await createRole(client, { loginName, role, password, connections, expiresAt })
        const { rows } = await client.query<{ id: string }>(
          `select app_private.register_database_login(
             $1, $2, $3, $4, $5, $6, created_by => $7, membership_id => $8, agency_grant_id => $9
           ) as id`,
          [
            loginName,
            organization_id,
            role,
            name,
            expiresAt,
            connections,
            user_id,
            wanted.membershipId ?? null,
            wanted.agencyGrantId ?? null,
          ],
        )
        const connectionString = this.#addressFor(loginName, password)
        return { id: rows[0]?.id ?? '', loginName, password, connectionString }
      }),
    )
  }

  /** From the next statement on it is nobody; when this returns its connections are gone. */
  revoke(manager: Manager, name: string): Promise<void> {
    return this.#asRoot(async (client) => {
      let mine: string | undefined
      try {
        // One transaction: who asked is known to the audit log until its end.
        mine = await inTransaction(client, async () => {
          const { organization_id } = await managed(client, manager)
          const { rows } = await client.query<{ login: string }>(
            'select app_private.revoke_database_login($1, $2) as login',
            [organization_id, name],
          )
          return rows[0]?.login
        })
      } finally {
        // Also what an earlier attempt left, that was broken off.
        await endWhatIsOver(client, (login, error) => {
          if (login === mine) throw error
        })
      }
    })
  }

  #asRoot<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
    return withClient(
      this.#rootUrl,
      async (client) => {
        await becomeServer(client)
        return work(client)
      },
      applicationName(),
    )
  }

  #addressFor(loginName: string, password: string): string {
    const url = new URL(this.#peopleUrl)
    url.username = loginName
    url.password = password
    return url.href
  }
}

/** The admin of a session (asked with the second factor again), or whoever runs Fluence. */
async function managed(client: pg.ClientBase, manager: Manager): Promise<Managed> {
  if ('organizationId' in manager) {
    return { organization_id: manager.organizationId, user_id: null }
  }
  const { rows } = await client.query<Managed>(
    'select m.organization_id, m.user_id from app_private.login_manager($1) as m',
    [manager.session],
  )
  return rows[0] as Managed
}

/** PostgreSQL reads the moment; a name or role that cannot be is refused before a role is made. */
async function understood(
  client: pg.ClientBase,
  { role, name, expiresAt }: LoginWanted,
): Promise<string | null> {
  const { rows } = await client.query<{ moment: string | null }>(
    `select $1::app_public.user_role_enum, $2::app_private.database_login_name,
       $3::timestamptz::text as moment`,
    [role, name, expiresAt ?? null],
  )
  return rows[0]?.moment ?? null
}

/**
 * So that a role is created and registered in one transaction. A login that may create roles and made
 * ours has the server's rights from PostgreSQL 16 on; before that it gives them to itself.
 */
export async function becomeServer(client: pg.ClientBase): Promise<void> {
  const { rows } = await client.query<{ is: boolean }>(
    `select pg_has_role(current_user, 'fluence_server', 'usage') as is`,
  )
  if (rows[0]?.is) return
  await client.query('grant fluence_server to current_user').catch((error: pg.DatabaseError) => {
    // Somebody else did so this moment.
    if (error.code !== 'XX000' && error.code !== '23505') throw error
  })
}

/** Where people reach the database: from other machines, where FLUENCE_PG_LISTEN lets them in. */
export function peopleUrl({ pgListen, publicUrl }: Env, rootUrl: string): string {
  const url = new URL(rootUrl)
  const [first] = pgListen
  if (first === undefined) return url.href
  const everywhere = first.address === '0.0.0.0' || first.address === '::'
  const host = publicUrl === undefined ? os.hostname() : new URL(publicUrl).hostname
  url.hostname = everywhere ? host : inUrl(first.address)
  url.searchParams.set('sslmode', 'require')
  return url.href
}

const inUrl = (address: string) => (address.includes(':') ? `[${address}]` : address)
