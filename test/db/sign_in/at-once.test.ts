import type pg from 'pg'
import { describe, expect } from 'vitest'
import { pause } from '../../../src/server/postgres/processes.ts'
import {
  admin,
  digest,
  enrol,
  giveCode,
  logIn,
  member,
  one,
  passwordHash,
  person,
  random,
  register,
} from '../../harness/people.ts'
import { type Crowd, test } from '../../harness/test.ts'

const codesOf = (answers: readonly PromiseSettledResult<unknown>[]) =>
  answers.map((a) => (a.status === 'rejected' ? String(a.reason.code) : 'done')).toSorted()

/** Each of several connections does the same, all at the same time; what became of each. */
const together = (
  crowd: Crowd,
  login: 'fluence_server' | 'fluence_authenticator',
  many: number,
  work: (client: pg.Client, i: number) => Promise<unknown>,
) => crowd.as(login, many, (clients) => Promise.allSettled(clients.map(work)))

const server = <T>(crowd: Crowd, work: (client: pg.Client) => Promise<T>) =>
  crowd.as('fluence_server', 1, ([client]) => work(client as pg.Client))

const begin = 'select * from app_private.login_begin($1, $2)'

describe('fifty attempts at once', () => {
  for (const known of [true, false]) {
    test(`on ${known ? 'a known' : 'an unknown'} account: five go through`, async ({ crowd }) => {
      const mail = `fifty-${known}@example.com`
      if (known) await server(crowd, (client) => person(client, mail))
      const answers = await together(crowd, 'fluence_server', 10, async (client, i) => {
        const codes: string[] = []
        for (let k = 0; k < 5; k += 1) {
          codes.push(
            await client.query(begin, [mail, `address ${i}`]).then(
              () => 'done',
              (error: pg.DatabaseError) => String(error.code),
            ),
          )
        }
        return codes
      })
      const codes = answers.flatMap((a) => (a.status === 'fulfilled' ? (a.value as string[]) : []))
      expect(codes.filter((code) => code === 'done')).toHaveLength(5)
      expect(codes.filter((code) => code === 'FL110')).toHaveLength(45)
    })
  }
})

test('an attempt waits for the one before it to be counted', async ({ crowd }) => {
  const mail = 'in-turn@example.com'
  await crowd.as('fluence_server', 2, async ([first, second]) => {
    for (let i = 0; i < 4; i += 1) await first!.query(begin, [mail, 'one'])
    await first!.query('begin')
    await first!.query(begin, [mail, 'one'])
    const waiting = second!.query(begin, [mail, 'another']).then(
      () => 'done',
      (error: pg.DatabaseError) => error.code,
    )
    await waitsForLock(crowd)
    await first!.query('commit')
    expect(await waiting).toBe('FL110')
  })
})

test('a session for a brand that is opened while the grant ends is none', async ({ crowd }) => {
  const mail = 'grant@example.com'
  await crowd.as('postgres', 1, async ([root]) => {
    const { agency, brand } = await one<{ agency: string; brand: string }>(
      root!,
      `select a.id as agency, b.id as brand
       from app_private.create_organization('agency', 'late-agency', 'A', 'UTC', 'EUR') as a,
            app_private.create_organization('brand', 'late-brand', 'B', 'UTC', 'EUR') as b`,
    )
    await server(crowd, async (client) => {
      const user = await person(client, mail)
      const membership = await member(client, user, agency, 'agency_manager')
      const { handle } = await logIn(client, mail)
      const { id } = await one<{ id: string }>(
        root!,
        `insert into app_public.agency_grants (for_brand_id, agency_id, role, granted_by)
         values ($1, $2, 'analyst', $3) returning id`,
        [brand, agency, user],
      )
      await root!.query('begin')
      await root!.query('update app_public.agency_grants set ended_at = now() where id = $1', [id])
      const opened = client
        .query('select * from app_private.switch_session($1, $2, $3, $4, $5)', [
          digest(handle),
          membership,
          id,
          digest(random()),
          digest(random()),
        ])
        .then(
          () => 'done',
          (error: pg.DatabaseError) => error.code,
        )
      await waitsForLock(crowd)
      await root!.query('commit')
      expect(await opened).toBe('FL002')
    })
  })
})

describe('the second factor', () => {
  for (const code of [{ step: 200 }, { recovery: 'second-code' }]) {
    test(`given twice at once, ${Object.keys(code).join()}, lets one in`, async ({ crowd }) => {
      const mail = `${Object.keys(code).join()}@example.com`
      const challenges = await server(crowd, async (client) => {
        await person(client, mail)
        await enrol(client, (await logIn(client, mail)).handle)
        return [(await logIn(client, mail)).challenge, (await logIn(client, mail)).challenge]
      })
      const answers = await together(crowd, 'fluence_server', 2, (client, i) =>
        giveCode(client, challenges[i] ?? '', code),
      )
      expect(codesOf(answers)).toEqual(['FL114', 'done'])
    })
  }

  test('a challenge opens one session, whoever holds it', async ({ crowd }) => {
    const mail = 'one-challenge@example.com'
    const challenge = await server(crowd, async (client) => {
      await person(client, mail)
      await enrol(client, (await logIn(client, mail)).handle)
      return (await logIn(client, mail)).challenge
    })
    const answers = await together(crowd, 'fluence_server', 2, (client, i) =>
      giveCode(client, challenge, i === 0 ? { step: 300 } : { recovery: 'first-code' }),
    )
    expect(codesOf(answers)).toEqual(['FL102', 'done'])
  })
})

describe('refreshing', () => {
  const refresh = 'select * from app_private.refresh_session($1, $2)'

  test('by two tabs at once keeps both signed in', async ({ crowd }) => {
    const mail = 'tabs@example.com'
    const session = await server(crowd, async (client) => {
      await person(client, mail)
      return logIn(client, mail)
    })
    const next = ['left', 'right']
    const answers = await together(crowd, 'fluence_server', 2, async (client, i) => {
      return (await client.query(refresh, [digest(session.refresh), digest(next[i] ?? '')]))
        .rowCount
    })
    expect(answers).toEqual([
      { status: 'fulfilled', value: 1 },
      { status: 'fulfilled', value: 1 },
    ])
    await server(crowd, async (client) => {
      for (const token of next) {
        expect((await client.query(refresh, [digest(token), digest(random())])).rowCount).toBe(1)
      }
    })
  })

  test('with a token used before ends the whole sign-in', async ({ crowd }) => {
    const mail = 'thief@example.com'
    await server(crowd, async (client) => {
      await person(client, mail)
      const session = await logIn(client, mail)
      const [first, second] = [session.refresh, random()]
      await client.query(refresh, [digest(first), digest(second)])
      await crowd.as('postgres', 1, ([root]) =>
        root!.query(`update app_private.refresh_tokens set used_at = used_at - interval '31 s'`),
      )
      expect((await client.query(refresh, [digest(first), digest(random())])).rowCount).toBe(0)
      expect((await client.query(refresh, [digest(second), digest(random())])).rowCount).toBe(0)
      const check = 'select from app_private.check_session($1)'
      expect((await client.query(check, [session.handle])).rowCount).toBe(0)
    })
  })
})

describe('recovery', () => {
  test('by one mail, twice at once, sets one password', async ({ crowd }) => {
    const mail = 'recover@example.com'
    await server(crowd, async (client) => {
      await person(client, mail)
      await client.query(`select app_private.recover_begin($1, 'x')`, [mail])
    })
    await crowd.as('postgres', 1, async ([root]) => {
      const { id } = await one<{ id: string }>(
        root!,
        `select m.id from app_private.mails as m where m.purpose = 'recover'`,
      )
      await root!.query('select * from app_private.take_mail($1, $2)', [id, digest('token')])
    })
    const answers = await together(crowd, 'fluence_server', 2, (client, i) =>
      client.query('select app_private.recover_finish($1, $2)', [
        digest('token'),
        passwordHash(`new ${i}`),
      ]),
    )
    expect(codesOf(answers)).toEqual(['FL115', 'done'])
  })

  test('by two mails at once sets one password, and nobody waits in a circle', async ({
    crowd,
  }) => {
    const mail = 'two-mails@example.com'
    const user = await server(crowd, (client) => person(client, mail))
    const tokens = [digest('of the first mail'), digest('of the second mail')]
    await crowd.as('postgres', 1, async ([root]) => {
      for (const token of tokens) {
        await root!.query(
          `with m as (
             insert into app_private.mails (template, purpose, user_id)
             values ('recover-password', 'recover', $1) returning id
           )
           insert into app_private.mail_tokens (token_hash, mail_id, expires_at)
           select $2, m.id, now() + interval '1 minute' from m`,
          [user, token],
        )
      }
      await root!.query('begin')
      await root!.query('select from app_public.users where id = $1 for update', [user])
      const both = together(crowd, 'fluence_server', 2, (client, i) =>
        client.query('select app_private.recover_finish($1, $2)', [tokens[i], passwordHash('new')]),
      )
      await waitsForLock(crowd, 2)
      await root!.query('rollback')
      expect(codesOf(await both)).toEqual(['FL115', 'done'])
    })
  })

  test('while somebody signs in with the old password: that one stays out', async ({ crowd }) => {
    const mail = 'old-password@example.com'
    const user = await server(crowd, (client) => person(client, mail))
    await crowd.as('fluence_server', 2, async ([thief, owner]) => {
      const { attempt_id } = await one<{ attempt_id: string }>(thief!, begin, [mail, 'x'])
      await crowd.as('postgres', 1, async ([root]) => {
        await root!.query(
          `with m as (
             insert into app_private.mails (template, purpose, user_id)
             values ('recover-password', 'recover', $1) returning id
           )
           insert into app_private.mail_tokens (token_hash, mail_id, expires_at)
           select $2, m.id, now() + interval '1 minute' from m`,
          [user, digest('late token')],
        )
      })
      await owner!.query('begin')
      await owner!.query('select app_private.recover_finish($1, $2)', [
        digest('late token'),
        passwordHash('new'),
      ])
      // Waits for the owner, whose transaction holds the person.
      const finished = thief!
        .query('select * from app_private.login_finish($1, true, $2, $3, $4)', [
          attempt_id,
          digest(random()),
          digest(random()),
          digest(random()),
        ])
        .then(
          () => 'done',
          (error: pg.DatabaseError) => error.code,
        )
      await waitsForLock(crowd)
      await owner!.query('commit')
      expect(await finished).toBe('FL111')
    })
  })
})

describe('confirming one address', () => {
  /** Registrations of several people with one address, and the tokens of their mails. */
  async function registered(crowd: Crowd, mail: string, names: readonly string[]) {
    await server(crowd, async (client) => {
      for (const name of names) {
        await client.query(register, [mail, name, passwordHash(name)])
      }
    })
    return crowd.as('postgres', 1, async ([root]) => {
      const { rows } = await root!.query<{ id: string; name: string }>(
        `select m.id, r.display_name as name
         from app_private.mails as m
         join app_private.registrations as r on r.id = m.registration_id
         where r.mail = $1 order by r.id`,
        [mail],
      )
      for (const { id, name } of rows) {
        await root!.query('select app_private.take_mail($1, $2)', [id, digest(`${mail} ${name}`)])
      }
      return rows.map(({ name }) => digest(`${mail} ${name}`))
    })
  }

  const confirm = 'select app_private.confirm_mail($1)'
  const nameOf = async (client: pg.Client, mail: string, names: readonly string[]) => {
    const { password_hash } = await one<{ password_hash: string }>(client, begin, [mail, 'x'])
    return names.find((name) => passwordHash(name) === password_hash)
  }

  test('by two mails at once makes one account, of one of the two', async ({ crowd }) => {
    const names = ['Ann', 'Eve']
    for (let n = 0; n < 5; n += 1) {
      const mail = `two-mails-${n}@example.com`
      const tokens = await registered(crowd, mail, names)
      const answers = await together(crowd, 'fluence_server', 2, (client, i) =>
        client.query(confirm, [tokens[i]]),
      )
      expect(codesOf(answers)).toEqual(['FL115', 'done'])
      const winner = names[answers.findIndex(({ status }) => status === 'fulfilled')]
      expect(await server(crowd, (client) => nameOf(client, mail, names))).toBe(winner)
    }
  })

  test('by one mail twice at once makes one account', async ({ crowd }) => {
    const mail = 'one-mail@example.com'
    const [token] = await registered(crowd, mail, ['Ann'])
    const answers = await together(crowd, 'fluence_server', 3, (client) =>
      client.query(confirm, [token]),
    )
    expect(codesOf(answers)).toEqual(['FL115', 'FL115', 'done'])
  })

  test('waits for who confirms it at this moment, and then comes too late', async ({ crowd }) => {
    const mail = 'waits@example.com'
    const names = ['Ann', 'Eve']
    const [anns, eves] = await registered(crowd, mail, names)
    await crowd.as('fluence_server', 3, async ([ann, eve, late]) => {
      await ann!.query('begin')
      await ann!.query(confirm, [anns])
      const second = eve!.query(confirm, [eves]).then(
        () => 'done',
        (error: pg.DatabaseError) => error.code,
      )
      await waitsForLock(crowd)
      // Who registers meanwhile waits for nobody, and comes too late as well.
      await late!.query(register, [mail, 'Late', passwordHash('Late')])
      await ann!.query('commit')
      expect(await second).toBe('FL115')
      expect(await nameOf(late!, mail, names)).toBe('Ann')
      const token = digest('late registration')
      await crowd.as('postgres', 1, async ([root]) => {
        const { rows } = await root!.query<{ id: string }>(
          `select m.id from app_private.mails as m where m.registration_id is not null
           order by m.id desc limit 1`,
        )
        await root!.query('select app_private.take_mail($1, $2)', [rows[0]?.id, token])
      })
      await expect(late!.query(confirm, [token])).rejects.toMatchObject({ code: 'FL115' })
      expect(await nameOf(late!, mail, names)).toBe('Ann')
    })
  })

  test('by a mail and by an invitation at once makes one account', async ({ crowd }) => {
    const mail = 'invited@example.com'
    const [token] = await registered(crowd, mail, ['Eve'])
    const invited = digest('to an invited one')
    await crowd.as('postgres', 1, ([root]) => invite(root!, 'inviting', mail, invited))
    await crowd.as('fluence_server', 2, async ([eve, ann]) => {
      await ann!.query('begin')
      await ann!.query(`select app_private.accept_invitation($1, 'Ann', 'en', $2)`, [
        invited,
        passwordHash('Ann'),
      ])
      const second = eve!.query(confirm, [token]).then(
        () => 'done',
        (error: pg.DatabaseError) => error.code,
      )
      await waitsForLock(crowd)
      await ann!.query('commit')
      expect(await second).toBe('FL115')
      expect(await nameOf(ann!, mail, ['Ann', 'Eve'])).toBe('Ann')
    })
  })
})

describe('invitations of two organizations to one new address', () => {
  test('accepted at once make one account, which is a member of both', async ({ crowd }) => {
    const mail = 'wanted@example.com'
    const tokens = [digest('of one'), digest('of the other')]
    await crowd.as('postgres', 1, async ([root]) => {
      for (const [i, token] of tokens.entries()) {
        await invite(root!, `wanting-${i}`, mail, token)
      }
      // Both are stopped where they would make the account.
      await root!.query('begin')
      await root!.query('lock table app_public.users in share row exclusive mode')
      const both = together(crowd, 'fluence_server', 2, (client, i) =>
        client.query(`select app_private.accept_invitation($1, 'Ann', 'en', $2)`, [
          tokens[i],
          passwordHash('Ann'),
        ]),
      )
      await waitsForLock(crowd, 2)
      await root!.query('rollback')
      expect(codesOf(await both)).toEqual(['done', 'done'])
      const { rows } = await root!.query(
        `select count(*)::integer as memberships, count(distinct m.user_id)::integer as people
         from app_private.user_accounts as a
         join app_public.memberships as m on m.user_id = a.user_id
         where a.mail = $1`,
        [mail],
      )
      expect(rows).toEqual([{ memberships: 2, people: 1 }])
    })
  })
})

describe('a session that is opened while its ground ends', () => {
  for (const [what, sql] of [
    ['membership', 'update app_public.memberships set ended_at = now() where user_id = $1'],
    ['person', 'update app_public.users set deactivated_at = now() where id = $1'],
  ] as const) {
    test(`is none: ${what} first`, async ({ crowd }) => {
      const mail = `${what}-first@example.com`
      const { user, session } = await settle(crowd, mail)
      await crowd.as('postgres', 1, async ([root]) => {
        await root!.query('begin')
        await root!.query(sql, [user])
        await server(crowd, async (client) => {
          const opened = logIn(client, mail).then(
            ({ role }) => role,
            (error: pg.DatabaseError) => error.code,
          )
          await waitsForLock(crowd)
          await root!.query('commit')
          // Without the membership it is a session for the own account only.
          expect(await opened).toBe(what === 'membership' ? 'visitor' : 'FL113')
        })
      })
      expect(await liveRoles(crowd, user)).toEqual(what === 'membership' ? [null] : [])
      expect(session.role).toBe('analyst')
    })

    test(`is ended: session first, ${what} waits`, async ({ crowd }) => {
      const mail = `session-before-${what}@example.com`
      const { user } = await settle(crowd, mail)
      await server(crowd, async (client) => {
        const { attempt_id } = await one<{ attempt_id: string }>(client, begin, [mail, 'x'])
        await client.query('begin')
        await client.query('select * from app_private.login_finish($1, true, $2, $3, $4)', [
          attempt_id,
          digest(random()),
          digest(random()),
          digest(random()),
        ])
        await crowd.as('postgres', 1, async ([root]) => {
          const ended = root!.query(sql, [user])
          await waitsForLock(crowd)
          await client.query('commit')
          await ended
        })
      })
      expect(await liveRoles(crowd, user)).toEqual([])
    })
  }
})

test('an API key that is made while its maker is removed is none', async ({ crowd }) => {
  await crowd.as('postgres', 1, async ([root]) => {
    const { id } = await one<{ id: string }>(
      root!,
      `select o.id from app_private.create_organization('brand', 'late', 'L', 'UTC', 'EUR') as o`,
    )
    await server(crowd, async (client) => {
      await admin(client, 'stays@example.com', id)
      const goes = await admin(client, 'goes@example.com', id)
      await root!.query('begin')
      await root!.query('update app_public.memberships set ended_at = now() where id = $1', [
        goes.membershipId,
      ])
      const made = client
        .query(
          `select app_private.create_api_key($1, 'late', 'analyst', now() + interval '1 day', $2)`,
          [digest(goes.handle), digest('late key')],
        )
        .then(
          () => 'done',
          (error: pg.DatabaseError) => error.code,
        )
      await waitsForLock(crowd)
      await root!.query('commit')
      expect(await made).toBe('FL102')
    })
  })
})

async function settle(crowd: Crowd, mail: string) {
  const organization = await crowd.as('postgres', 1, async ([root]) => {
    const { id } = await one<{ id: string }>(
      root!,
      `select o.id from app_private.create_organization('brand', $1, 'B', 'UTC', 'EUR') as o`,
      [mail.replace(/@.*/, '')],
    )
    return id
  })
  return server(crowd, async (client) => {
    const user = await person(client, mail)
    await member(client, user, organization, 'analyst')
    return { user, session: await logIn(client, mail) }
  })
}

const liveRoles = (crowd: Crowd, user: string) =>
  crowd.as('postgres', 1, async ([root]) => {
    const { rows } = await root!.query<{ role: string | null }>(
      `select role from app_private.sessions where user_id = $1 and revoked_at is null`,
      [user],
    )
    return rows.map(({ role }) => role)
  })

/** An open invitation of a new brand, whose mail brought that token. */
const invite = (root: pg.Client, slug: string, mail: string, token: Buffer) =>
  root.query(
    `with inviter as (
       insert into app_public.users (display_name) values ('Boss') returning id
     ),
     i as (
       insert into app_public.invitations (organization_id, role, invited_by, expires_at)
       select o.id, 'analyst', u.id, now() + interval '1 day'
       from inviter as u, app_private.create_organization('brand', $1, 'I', 'UTC', 'EUR') as o
       returning id
     ),
     k as (
       insert into app_private.invitation_mails (invitation_id, mail, mail_key)
       select i.id, $2::text, $2::text from i
     ),
     m as (
       insert into app_private.mails (template, purpose, invitation_id)
       select 'invitation', 'invite', i.id from i returning id
     )
     insert into app_private.mail_tokens (token_hash, mail_id, expires_at)
     select $3, m.id, now() + interval '1 day' from m`,
    [slug, mail, token],
  )

/** Until some connections of this database wait for a lock. */
const waitsForLock = (crowd: Crowd, many = 1) =>
  crowd.as('postgres', 1, async ([root]) => {
    for (;;) {
      const { rowCount } = await root!.query(
        `select from pg_stat_activity
         where datname = current_database() and wait_event_type = 'Lock'`,
      )
      if (rowCount !== null && rowCount >= many) return
      await pause(10)
    }
  })
