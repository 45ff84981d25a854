import { describe, expect } from 'vitest'
import { admin, digest, logIn, member, person, random } from '../../harness/people.ts'
import { type Story, test } from '../../harness/test.ts'

interface Line {
  readonly organization_id: string
  readonly holder: string
  readonly holder_name: string
  readonly role: string
  readonly login_name: string
  readonly data_class: string
  readonly reads: string[]
  readonly since: Date
  readonly last_used_at: Date | null
}

const review = 'select * from reporting.access_review as r order by r.holder, r.data_class'

/** What the admin of acme finds in the review: of each holder, the classes of data. */
async function holders(story: Story, handle: string): Promise<Record<string, string[]>> {
  await story.through(handle, 'admin')
  const rows = await story.rows<Line>(review)
  const byHolder = Object.groupBy(rows, ({ holder }) => holder)
  return Object.fromEntries(
    Object.entries(byHolder).map(([holder, lines = []]) => [
      holder,
      lines.map(({ data_class: kind }) => kind),
    ]),
  )
}

/** A brand with an admin, an analyst, an API key, a database login and an agency; and another brand. */
async function acmeAndOthers(story: Story) {
  const acme = await story.organization('acme')
  const globex = await story.organization('globex')
  const helpers = await story.organization('helpers', 'agency')
  await story.atDoor('fluence_server')
  const boss = await admin(story.client, 'boss@example.com', acme)
  const rival = await admin(story.client, 'rival@example.com', globex)
  const annId = await person(story.client, 'ann@example.com', 'Ann')
  const ann = await member(story.client, annId, acme, 'analyst')
  const kimId = await person(story.client, 'kim@example.com', 'Kim')
  const kim = await member(story.client, kimId, helpers, 'agency_manager')
  const { id: key } = await story.one<{ id: string }>(
    `select app_private.create_api_key($1, 'Shop', 'analyst', now() + interval '1 day', $2) as id`,
    [digest(boss.handle), digest('key')],
  )
  await story.as(null)
  await story.rows('create role t_review login in role fluence_auditor')
  await story.atDoor('fluence_server')
  const { id: login } = await story.one<{ id: string }>(
    `select app_private.register_database_login(
       't_review', $1, 'auditor', 'bi_audit', expires_at => now() + interval '1 day') as id`,
    [acme],
  )
  await story.through(boss.handle, 'admin')
  const { id: grant } = await story.one<{ id: string }>(
    `select (app_public.grant_agency('helpers', 'analyst')).id`,
  )
  return { acme, globex, helpers, boss, rival, annId, ann, kimId, kim, key, login, grant }
}

const analyst = ['money', 'personal_clear', 'personal_masked']

describe('the access review', () => {
  test('names every way in, and what can be read by it', async ({ story }) => {
    const { boss, ann, kim, key, login, grant } = await acmeAndOthers(story)
    const found = await holders(story, boss.handle)
    expect(Object.keys(found).toSorted()).toEqual(
      [
        `agency_grant:${grant}:${kim}`,
        `api_key:${key}`,
        `database_login:${login}`,
        `membership:${ann}`,
        `membership:${boss.membershipId}`,
      ].toSorted(),
    )
    expect(found[`membership:${ann}`]).toEqual(analyst)
    expect(found[`membership:${boss.membershipId}`]).toEqual(
      expect.arrayContaining(['access', 'money', 'personal_clear']),
    )
    // The names of the agency's own people are the agency's, not the brand's.
    expect(found[`agency_grant:${grant}:${kim}`]).toContain('money')
    expect(found[`agency_grant:${grant}:${kim}`]).not.toContain('personal_clear')
    const lines = await story.rows<Line>(review)
    const of = (holder: string) => lines.find((line) => line.holder === holder)
    expect(of(`database_login:${login}`)).toMatchObject({
      holder_name: 'bi_audit',
      role: 'auditor',
      login_name: 't_review',
    })
    expect(of(`agency_grant:${grant}:${kim}`)).toMatchObject({
      holder_name: 'Kim',
      role: 'analyst',
      login_name: 'fluence_authenticator',
      reads: expect.arrayContaining(['app_public.products.cost']),
    })
    expect(JSON.stringify(lines)).not.toContain('@')
  })

  test('says of an agency what its people read of the agency itself by a grant', async ({
    story,
  }) => {
    const { helpers, kim, grant, acme } = await acmeAndOthers(story)
    await story.as(null)
    const rows = await story.rows<Line>(
      `select * from app_private.access_rights as r where r.holder = $1`,
      [`agency_grant:${grant}:${kim}`],
    )
    const of = (organization: string, kind: string) =>
      rows.some((row) => row.organization_id === organization && row.data_class === kind)
    expect([of(acme, 'money'), of(helpers, 'money')]).toEqual([true, false])
    expect([of(acme, 'personal_clear'), of(helpers, 'personal_clear')]).toEqual([false, true])
  })

  test("says that by a grant as auditor one reads the brand's audit log, not the agency's", async ({
    story,
  }) => {
    const { boss, acme, kim } = await acmeAndOthers(story)
    await story.through(boss.handle, 'admin')
    const { id } = await story.one<{ id: string }>(
      `select (app_public.grant_agency('helpers', 'auditor')).id`,
    )
    await story.as(null)
    const rows = await story.rows<Line>(
      `select r.organization_id from app_private.access_rights as r
       where r.holder = $1 and 'app_public.audit_log' = any (r.reads)`,
      [`agency_grant:${id}:${kim}`],
    )
    expect(rows).toEqual([{ organization_id: acme }])
  })

  test('is read by admin and auditor of the organization, through both doors', async ({
    story,
  }) => {
    const { acme, boss, rival, login } = await acmeAndOthers(story)
    const mine = await holders(story, boss.handle)
    const theirs = await holders(story, rival.handle)
    expect(Object.keys(theirs)).toEqual([`membership:${rival.membershipId}`])
    await story.as(null)
    await story.rows('set local session authorization t_review')
    const bySql = await story.rows<Line>(
      'select distinct r.holder, r.organization_id from reporting.access_review as r',
    )
    expect(bySql.map(({ holder }) => holder).toSorted()).toEqual(Object.keys(mine).toSorted())
    expect(new Set(bySql.map((row) => row.organization_id))).toEqual(new Set([acme]))
    await story.as({ role: 'auditor', organization: acme })
    expect((await story.rows<Line>(review)).map(({ holder }) => holder)).toContain(
      `database_login:${login}`,
    )
    for (const role of ['analyst', 'finance_manager', 'support_agent', 'report_reader']) {
      await story.as({ role, organization: acme })
      await story.rejects('42501', review)
      await story.rejects('42501', 'select app_private.list_access_rights()')
    }
  })

  const ends: Record<
    string,
    [
      holder: (all: Awaited<ReturnType<typeof acmeAndOthers>>) => string,
      end: (story: Story, all: Awaited<ReturnType<typeof acmeAndOthers>>) => Promise<unknown>,
    ]
  > = {
    'a membership that was ended': [
      ({ ann }) => `membership:${ann}`,
      async (story, { boss, ann }) => {
        await story.through(boss.handle, 'admin')
        await story.rows('select app_public.remove_member($1)', [ann])
      },
    ],
    'a person who was deactivated': [
      ({ ann }) => `membership:${ann}`,
      async (story, { annId }) => {
        await story.as(null)
        await story.rows('update app_public.users set deactivated_at = now() where id = $1', [
          annId,
        ])
      },
    ],
    'a grant that was ended': [
      ({ grant, kim }) => `agency_grant:${grant}:${kim}`,
      async (story, { boss, grant }) => {
        await story.through(boss.handle, 'admin')
        await story.rows('select app_public.end_agency_grant($1)', [grant])
      },
    ],
    'a grant whose agency let the person go': [
      ({ grant, kim }) => `agency_grant:${grant}:${kim}`,
      async (story, { kim }) => {
        await story.as(null)
        await story.rows('update app_public.memberships set ended_at = now() where id = $1', [kim])
      },
    ],
    'a grant to somebody who was deactivated': [
      ({ grant, kim }) => `agency_grant:${grant}:${kim}`,
      async (story, { kimId }) => {
        await story.as(null)
        await story.rows('update app_public.users set deactivated_at = now() where id = $1', [
          kimId,
        ])
      },
    ],
    'an API key that was revoked': [
      ({ key }) => `api_key:${key}`,
      async (story, { boss, key }) => {
        await story.through(boss.handle, 'admin')
        await story.rows('select app_public.revoke_api_key($1)', [key])
      },
    ],
    'an API key that is over': [
      ({ key }) => `api_key:${key}`,
      async (story, { key }) => {
        await story.as(null)
        await story.rows(
          `update app_private.sessions
           set created_at = now() - interval '2 days', expires_at = now() - interval '1 second'
           where id = $1`,
          [key],
        )
      },
    ],
    'a database login that was revoked': [
      ({ login }) => `database_login:${login}`,
      async (story, { acme }) => {
        await story.atDoor('fluence_server')
        await story.rows(`select app_private.revoke_database_login($1, 'bi_audit')`, [acme])
      },
    ],
    'a database login that is over': [
      ({ login }) => `database_login:${login}`,
      async (story, { login }) => {
        await story.as(null)
        await story.rows(
          `update app_private.database_logins
           set created_at = now() - interval '2 days', expires_at = now() - interval '1 second'
           where id = $1`,
          [login],
        )
      },
    ],
  }
  for (const [what, [holderOf, end]] of Object.entries(ends)) {
    test(`loses ${what} at once`, async ({ story }) => {
      const all = await acmeAndOthers(story)
      const before = await holders(story, all.boss.handle)
      const holder = holderOf(all)
      expect(before).toHaveProperty([holder])
      await end(story, all)
      const { [holder]: gone, ...others } = before
      expect(gone).toBeDefined()
      expect(await holders(story, all.boss.handle)).toEqual(others)
    })
  }

  test('tells since when, and when last', async ({ story }) => {
    const { boss, ann, key, login, grant, kim } = await acmeAndOthers(story)
    const line = async (holder: string) => {
      await story.through(boss.handle, 'admin')
      const rows = await story.rows<Line>(
        'select * from reporting.access_review as r where r.holder = $1 limit 1',
        [holder],
      )
      return rows[0]
    }
    expect(await line(`membership:${ann}`)).toMatchObject({ last_used_at: null })
    await story.atDoor('fluence_server')
    await logIn(story.client, 'ann@example.com')
    expect((await line(`membership:${ann}`))?.last_used_at).toBeInstanceOf(Date)
    await story.as(null)
    const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000)
    const times = { since: daysAgo(300), used: daysAgo(200) }
    await story.rows(
      `update app_private.sessions
       set created_at = $2::timestamptz, last_used_at = $3, expires_at = $2::timestamptz + interval '700 days'
       where id = $1`,
      [key, times.since, times.used],
    )
    await story.rows(
      'update app_private.database_logins set created_at = $2, last_used_at = $3 where id = $1',
      [login, times.since, times.used],
    )
    const told = { since: times.since, last_used_at: times.used }
    expect(await line(`api_key:${key}`)).toMatchObject(told)
    expect(await line(`database_login:${login}`)).toMatchObject(told)
    // By a grant since both were there, and used only by a session that went over.
    await story.as(null)
    await story.rows('update app_public.memberships set created_at = $2 where id = $1', [
      kim,
      times.since,
    ])
    await story.rows('update app_public.agency_grants set created_at = $2 where id = $1', [
      grant,
      times.used,
    ])
    await story.atDoor('fluence_server')
    const session = await logIn(story.client, 'kim@example.com')
    const byGrant = `agency_grant:${grant}:${kim}`
    expect(await line(byGrant)).toMatchObject({ since: times.used, last_used_at: null })
    await story.atDoor('fluence_server')
    await story.rows('select app_private.switch_session($1, $2, $3, $4, $5)', [
      digest(session.handle),
      kim,
      grant,
      digest(random()),
      digest(random()),
    ])
    expect((await line(byGrant))?.last_used_at).toBeInstanceOf(Date)
  })

  test('of all organizations is for whoever runs Fluence alone', async ({ story }) => {
    await acmeAndOthers(story)
    await story.atDoor('fluence_server')
    const rows = await story.rows<{ organization: string }>(
      'select distinct l.organization from app_private.list_access_rights() as l order by 1',
    )
    expect(rows.map(({ organization }) => organization)).toEqual(['acme', 'globex', 'helpers'])
  })
})
