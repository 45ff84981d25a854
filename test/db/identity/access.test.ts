import type pg from 'pg'
import { describe, expect } from 'vitest'
import { pause } from '../../../src/server/postgres/processes.ts'
import { admin, digest, logIn, member, one, person, random } from '../../harness/people.ts'
import { type Crowd, test } from '../../harness/test.ts'

const products = 'select id from app_public.products'

type Door = 'postgres' | 'fluence_server' | 'fluence_authenticator'

const alone = <T>(crowd: Crowd, login: Door, work: (client: pg.Client) => Promise<T>) =>
  crowd.as(login, 1, ([client]) => work(client as pg.Client))

async function organization(root: pg.Client, slug: string, kind = 'brand') {
  const { id } = await one<{ id: string }>(
    root,
    `select o.id from app_private.create_organization($1, $2, $2, 'UTC', 'EUR') as o`,
    [kind, slug],
  )
  return id
}

async function enter(client: pg.Client, handle: string, role: string) {
  await client.query(
    `select set_config('role', $1, false), set_config('fluence.session_id', $2, false)`,
    [`fluence_${role}`, handle],
  )
}

describe('access of a transaction that is open ends at its next statement', () => {
  for (const [what, end] of [
    ['session', 'update app_private.sessions set revoked_at = now() where user_id = $1'],
    ['membership', 'update app_public.memberships set ended_at = now() where user_id = $1'],
    ['person', 'update app_public.users set deactivated_at = now() where id = $1'],
    [
      'grant',
      `update app_public.agency_grants as g set ended_at = now()
       from app_private.sessions as s where s.agency_grant_id = g.id and s.user_id = $1`,
    ],
  ] as const) {
    test(`with the ${what}; what was written stays`, async ({ crowd }) => {
      await alone(crowd, 'postgres', async (root) => {
        const brand = await organization(root, `brand-${what}`)
        const agency = await organization(root, `agency-${what}`, 'agency')
        const { user, handle } = await alone(crowd, 'fluence_server', async (server) => {
          const mail = `${what}@example.com`
          const userId = await person(server, mail)
          const home = what === 'grant' ? agency : brand
          const role = what === 'grant' ? 'agency_manager' : 'product_manager'
          const membership = await member(server, userId, home, role)
          const session = await logIn(server, mail)
          if (what !== 'grant') return { user: userId, handle: session.handle }
          const { id } = await one<{ id: string }>(
            root,
            `insert into app_public.agency_grants (for_brand_id, agency_id, role, granted_by)
             values ($1, $2, 'product_manager', $3) returning id`,
            [brand, agency, userId],
          )
          const other = random()
          await server.query('select * from app_private.switch_session($1, $2, $3, $4, $5)', [
            digest(session.handle),
            membership,
            id,
            digest(other),
            digest(random()),
          ])
          return { user: userId, handle: other }
        })
        await alone(crowd, 'fluence_authenticator', async (client) => {
          await enter(client, handle, 'product_manager')
          await client.query(
            `insert into app_public.products (title, category, product_price, currency)
             values ('Apron', 'Kitchen', 1, 'EUR')`,
          )
          await client.query('begin')
          expect((await client.query(products)).rowCount).toBe(1)
          await root.query(end, [user])
          expect((await client.query(products)).rowCount).toBe(0)
          await client.query('commit')
          expect((await client.query(products)).rowCount).toBe(0)
        })
        const { rowCount } = await root.query(
          'select from app_public.products where brand_id = $1',
          [brand],
        )
        expect(rowCount).toBe(1)
        const memberships = 'select from app_public.memberships where user_id = $1'
        expect((await root.query(memberships, [user])).rowCount).toBe(1)
      })
    })
  }
})

describe('two admins at once', () => {
  const attempts = [
    ['demote each other', `select app_public.change_role($1, 'analyst')`, 'other'],
    ['remove each other', 'select app_public.remove_member($1)', 'other'],
    ['leave', 'select app_public.leave_organization() where $1 <> 0', 'own'],
  ] as const
  for (const [what, sql, whom] of attempts) {
    test(`${what}: one succeeds, and an admin is left`, async ({ crowd }) => {
      await alone(crowd, 'postgres', async (root) => {
        const slug = what.replaceAll(' ', '-')
        const brand = await organization(root, slug)
        const both = await alone(crowd, 'fluence_server', async (server) => [
          await admin(server, `${slug}-1@example.com`, brand),
          await admin(server, `${slug}-2@example.com`, brand),
        ])
        const answers = await crowd.as('fluence_authenticator', 2, async (clients) => {
          // The first holds its locks until the second waits for them, so that they do overlap.
          const [first, second] = clients as [pg.Client, pg.Client]
          const target = (i: number) => both[whom === 'other' ? 1 - i : i]?.membershipId ?? ''
          for (const [i, client] of clients.entries()) {
            await enter(client, both[i]?.handle ?? '', 'admin')
          }
          await first.query('begin')
          await first.query(sql, [target(0)])
          const waiting = second.query(sql, [target(1)]).then(
            () => 'done',
            (error: pg.DatabaseError) => error.code,
          )
          await waitsForLock(root)
          await first.query('commit')
          return waiting
        })
        // Either it was no admin any more, or it would have been the last one.
        expect(answers).toBe(whom === 'other' ? 'FL102' : 'FL120')
        const { count } = await one<{ count: string }>(
          root,
          `select count(*) from app_public.memberships
           where organization_id = $1 and role = 'admin' and ended_at is null`,
          [brand],
        )
        expect(count).toBe('1')
      })
    })
  }

  test('deactivated both: one stays', async ({ crowd }) => {
    await alone(crowd, 'postgres', async (root) => {
      const brand = await organization(root, 'deactivated')
      const both = await alone(crowd, 'fluence_server', async (server) => [
        await admin(server, 'd1@example.com', brand),
        await admin(server, 'd2@example.com', brand),
      ])
      const sql = 'update app_public.users set deactivated_at = now() where id = $1'
      const answer = await crowd.as('postgres', 2, async (clients) => {
        const [first, second] = clients as [pg.Client, pg.Client]
        await first.query('begin')
        await first.query(sql, [both[0]?.userId])
        const waiting = second.query(sql, [both[1]?.userId]).then(
          () => 'done',
          (error: pg.DatabaseError) => error.code,
        )
        await waitsForLock(root)
        await first.query('commit')
        return waiting
      })
      expect(answer).toBe('FL120')
    })
  })
})

async function waitsForLock(root: pg.Client): Promise<void> {
  for (;;) {
    const { rowCount } = await root.query(
      `select from pg_stat_activity
       where datname = current_database() and wait_event_type = 'Lock'`,
    )
    if (rowCount !== null && rowCount > 0) return
    await pause(10)
  }
}
