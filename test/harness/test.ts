import pg from 'pg'
import { expect, test as base } from 'vitest'
import type { ServiceLogin } from '../../src/server/postgres/access.ts'
import { cloneDatabase, type TestDatabase } from './database.ts'
import { signIn } from './sign-in.ts'

/** Who acts: a role of an organization, through the server's door unless a login is named. */
export interface Persona {
  readonly role: string
  readonly organization?: string
}

type Row = Record<string, unknown>

const exactly = (code: string | RegExp) =>
  typeof code === 'string' ? new RegExp(`^${code}$`) : code

/** One test's transaction. Whatever it does is rolled back. */
export class Story {
  readonly client: pg.Client

  constructor(client: pg.Client) {
    this.client = client
  }

  async rows<T extends object = Row>(sql: string, values: unknown[] = []): Promise<T[]> {
    return (await this.client.query(sql, values)).rows as T[]
  }

  async one<T extends object = Row>(sql: string, values: unknown[] = []): Promise<T> {
    const found = await this.rows<T>(sql, values)
    expect(found).toHaveLength(1)
    return found[0] as T
  }

  /** How many rows a statement touched: a refused update is one that touches none. */
  async touched(sql: string, values: unknown[] = []): Promise<number> {
    return (await this.client.query(sql, values)).rowCount ?? 0
  }

  /** Expects a statement to fail with an error code, and goes on as if it had not been tried. */
  async rejects(
    code: string | RegExp,
    sql: string,
    values: unknown[] = [],
  ): Promise<pg.DatabaseError> {
    await this.client.query('savepoint attempt')
    try {
      await this.client.query(sql, values)
    } catch (error) {
      await this.client.query('rollback to savepoint attempt')
      expect((error as pg.DatabaseError).code).toMatch(exactly(code))
      return error as pg.DatabaseError
    }
    throw new Error(`expected ${code}, but it went through: ${sql}`)
  }

  /** From here on acts as that persona, with a session of its own; null is the superuser. */
  async as(persona: Persona | null): Promise<void> {
    await this.client.query('reset session authorization')
    await this.client.query(`select set_config('fluence.session_id', '', true)`)
    if (persona === null) return
    const { role, organization } = persona
    const handle = organization === undefined ? '' : await signIn(this.client, organization, role)
    await this.through(handle, role)
  }

  /** From here on acts through the server, with the handle of a session and in that role. */
  async through(handle: string, role: string): Promise<void> {
    await this.client.query('reset session authorization')
    await this.client.query('set local session authorization fluence_authenticator')
    await this.client.query(
      `select set_config('role', $1, true), set_config('fluence.session_id', $2, true)`,
      [`fluence_${role}`, handle],
    )
  }

  /** From here on acts as a service login of the house. */
  async atDoor(login: 'fluence_server' | 'fluence_worker'): Promise<void> {
    await this.as(null)
    await this.client.query(`set local session authorization ${login}`)
  }

  /** From here on acts as a new database login of that role, bound to the organization. */
  async asLogin(persona: Required<Persona>): Promise<string> {
    await this.as(null)
    const name = `bi_${persona.role}_${persona.organization}`
    await this.client.query(`create role ${name} login in role fluence_${persona.role}`)
    await this.client.query(
      `insert into app_private.database_logins
         (login_oid, login_name, organization_id, acting_brand_id, role)
       values ($1::regrole, $1, $2, $2, $3::app_public.user_role_enum)`,
      [name, persona.organization, persona.role],
    )
    await this.client.query(`set local session authorization ${name}`)
    return name
  }

  /** From here on acts as a login of that role that somebody made by hand, bound to nothing. */
  async asStray(role: string): Promise<void> {
    await this.as(null)
    await this.client.query(`create role stray_${role} login in role fluence_${role}`)
    await this.client.query(`set local session authorization stray_${role}`)
  }

  /** A new organization; its id. */
  async organization(slug: string, kind = 'brand', currency = 'EUR'): Promise<string> {
    const { id } = await this.one<{ id: string }>(
      `select o.id
       from app_private.create_organization(
         $1::app_public.organization_kind, $2, initcap($2), 'Europe/Berlin', $3
       ) as o`,
      [kind, slug, currency],
    )
    return id
  }

  /** A new product of a brand, as its product manager adds it; its id. Acts as that one afterwards. */
  async product(organization: string, values: Row = {}): Promise<string> {
    await this.as({ role: 'product_manager', organization })
    const row = {
      title: 'Apron',
      category: 'Kitchen',
      product_price: '39.90',
      currency: 'EUR',
      ...values,
    }
    const names = Object.keys(row)
    const { id } = await this.one<{ id: string }>(
      `insert into app_public.products (${names.join(', ')})
       values (${names.map((_, i) => `$${i + 1}`).join(', ')}) returning id`,
      Object.values(row),
    )
    return id
  }
}

/** Several real connections at once, for what only shows between transactions. */
export interface Crowd {
  /** That many connections as a login, closed afterwards. */
  as<T>(
    login: ServiceLogin | 'postgres',
    many: number,
    work: (clients: pg.Client[]) => Promise<T>,
  ): Promise<T>
}

/**
 * `test` with a database of its own for the file, and in each test a story in a transaction that is
 * rolled back. Constraints that wait for the commit are asked before.
 */
export const test = base.extend<{ database: TestDatabase; crowd: Crowd; story: Story }>({
  database: [
    // oxlint-disable-next-line no-empty-pattern -- vitest reads the fixtures from this pattern
    async ({}, use) => {
      const database = await cloneDatabase()
      await use(database)
      await database.drop()
    },
    { scope: 'file' },
  ],
  crowd: async ({ database }, use) => {
    await use({
      async as(login, many, work) {
        const connectionString =
          login === 'postgres' ? database.superuserUrl : database.access.as(login)
        const clients = Array.from({ length: many }, () => new pg.Client({ connectionString }))
        try {
          await Promise.all(clients.map((client) => client.connect()))
          return await work(clients)
        } finally {
          await Promise.all(clients.map((client) => client.end()))
        }
      },
    })
  },
  story: async ({ database }, use) => {
    const client = new pg.Client({ connectionString: database.superuserUrl })
    await client.connect()
    await client.query('begin')
    try {
      await use(new Story(client))
      await client.query('set constraints all immediate')
    } finally {
      await client.query('rollback')
      await client.end()
    }
  },
})
