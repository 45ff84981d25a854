import { describe, expect } from 'vitest'
import { admin, digest, logIn, member, person, random } from '../../harness/people.ts'
import { signIn } from '../../harness/sign-in.ts'
import { type Story, test } from '../../harness/test.ts'

const mail = 'ann@example.com'
const check = 'select role, acting_brand_id, kind from app_private.check_session($1)'

async function annInTwoBrands(story: Story) {
  const acme = await story.organization('acme')
  const globex = await story.organization('globex')
  await story.product(acme)
  const product = await story.product(globex)
  await story.atDoor('fluence_server')
  const ann = await person(story.client, mail)
  const here = await member(story.client, ann, acme, 'analyst')
  const there = await member(story.client, ann, globex, 'product_manager')
  return { acme, globex, product, ann, here, there }
}

async function switchTo(story: Story, from: string, membership: string) {
  await story.atDoor('fluence_server')
  const handle = random()
  await story.rows('select * from app_private.switch_session($1, $2, null, $3, $4)', [
    digest(from),
    membership,
    digest(handle),
    digest(random()),
  ])
  return handle
}

describe('a person in two brands', () => {
  test('switches, and each session sees its own brand', async ({ story }) => {
    const { acme, globex, product, there } = await annInTwoBrands(story)
    const { handle } = await logIn(story.client, mail)
    const other = await switchTo(story, handle, there)
    expect(await story.one(check, [handle])).toMatchObject({ acting_brand_id: acme })
    expect(await story.one(check, [other])).toMatchObject({ acting_brand_id: globex })
    await story.through(other, 'product_manager')
    expect(await story.rows('select id from app_public.products')).toEqual([{ id: product }])
    // The role of one brand is none in the other.
    await story.through(handle, 'product_manager')
    expect(await story.rows('select id from app_public.products')).toEqual([])
  })

  test('switches nowhere else', async ({ story }) => {
    await annInTwoBrands(story)
    const bob = await person(story.client, 'bob@example.com')
    await story.as(null)
    const third = await story.organization('third')
    await story.atDoor('fluence_server')
    const bobs = await member(story.client, bob, third, 'analyst')
    const { handle } = await logIn(story.client, mail)
    const sql = 'select * from app_private.switch_session($1, $2, null, $3, $4)'
    await story.rejects('FL002', sql, [digest(handle), bobs, digest('a'), digest('b')])
    await story.rejects('FL102', sql, [digest('nobody'), bobs, digest('a'), digest('b')])
  })

  test('is signed in for 90 days at most, however often they switch', async ({ story }) => {
    const { here, there } = await annInTwoBrands(story)
    const { handle } = await logIn(story.client, mail)
    const first = await switchTo(story, handle, there)
    await story.as(null)
    await story.rows(
      `update app_private.sessions
       set created_at = created_at - interval '89 days', expires_at = now() + interval '1 day'
       where session_hash = $1`,
      [digest(handle)],
    )
    const second = await switchTo(story, first, here)
    await story.as(null)
    expect(
      await story.rows(
        `select s.expires_at = now() + interval '1 day' as so, t.expires_at = s.expires_at as token
         from app_private.sessions as s
         join app_private.refresh_tokens as t on t.session_id = s.id
         where s.session_hash = $1`,
        [digest(second)],
      ),
    ).toEqual([{ so: true, token: true }])
    // Nor by refreshing what was switched to.
    await story.rows(
      `update app_private.sessions set expires_at = now() + interval '1 hour'
       where session_hash = $1`,
      [digest(second)],
    )
    await story.rows(
      `insert into app_private.refresh_tokens (token_hash, session_id, expires_at)
       select $2, s.id, now() + interval '1 hour' from app_private.sessions as s
       where s.session_hash = $1`,
      [digest(second), digest('a token')],
    )
    await story.atDoor('fluence_server')
    await story.rows('select from app_private.refresh_session($1, $2)', [
      digest('a token'),
      digest('another'),
    ])
    await story.as(null)
    expect(
      await story.one(
        `select s.expires_at = now() + interval '1 day' as so
         from app_private.sessions as s where s.session_hash = $1`,
        [digest(second)],
      ),
    ).toEqual({ so: true })
  })

  test('signs out here: all sessions of this sign-in end, no other', async ({ story }) => {
    const { there } = await annInTwoBrands(story)
    const { handle } = await logIn(story.client, mail)
    const elsewhere = await logIn(story.client, mail)
    const other = await switchTo(story, handle, there)
    await story.rows('select app_private.logout($1)', [digest(other)])
    await story.rows('select app_private.logout($1)', [digest('unknown')])
    expect(await story.rows(check, [handle])).toEqual([])
    expect(await story.rows(check, [other])).toEqual([])
    expect(await story.rows(check, [elsewhere.handle])).toHaveLength(1)
    const refresh = 'select * from app_private.refresh_session($1, $2)'
    expect(await story.rows(refresh, [digest(other), digest('x')])).toEqual([])
  })

  test('signs out everywhere', async ({ story }) => {
    await annInTwoBrands(story)
    const [one, two] = [await logIn(story.client, mail), await logIn(story.client, mail)]
    await story.through(one.handle, 'analyst')
    await story.rows('select app_public.end_all_sessions()')
    await story.rejects('FL102', 'select app_public.end_all_sessions()')
    await story.atDoor('fluence_server')
    for (const { handle } of [one, two]) expect(await story.rows(check, [handle])).toEqual([])
  })

  test('lists the own sessions and ends one', async ({ story }) => {
    await annInTwoBrands(story)
    await person(story.client, 'bob@example.com')
    const bob = await logIn(story.client, 'bob@example.com')
    const phone = await logIn(story.client, mail, { device: 'Safari on iOS' })
    const desk = await logIn(story.client, mail)
    await story.through(desk.handle, 'analyst')
    const list = 'select id, device, is_current from app_public.own_sessions order by id'
    expect(await story.rows(list)).toEqual([
      { id: phone.session_id, device: 'Safari on iOS', is_current: false },
      { id: desk.session_id, device: 'Firefox on Linux', is_current: true },
    ])
    await story.rows('select app_public.end_session($1)', [phone.session_id])
    await story.rejects('FL002', 'select app_public.end_session($1)', [phone.session_id])
    await story.rejects('FL002', 'select app_public.end_session($1)', [bob.session_id])
    expect(await story.rows(list)).toHaveLength(1)
    await story.atDoor('fluence_server')
    expect(await story.rows(check, [phone.handle])).toEqual([])
  })
})

describe('refreshing', () => {
  const refresh = 'select * from app_private.refresh_session($1, $2)'

  test('prolongs the session, 90 days at most, and each token is followed by another', async ({
    story,
  }) => {
    await annInTwoBrands(story)
    const session = await logIn(story.client, mail)
    await story.as(null)
    await story.rows(`update app_private.sessions set created_at = now() - interval '80 days'`)
    await story.atDoor('fluence_server')
    const token = digest(random())
    const [answer] = await story.rows<{ left: boolean }>(
      `select expires_at < now() + interval '14 days 1 second' as left
       from app_private.refresh_session($1, $2)`,
      [digest(session.refresh), token],
    )
    expect(answer).toEqual({ left: true })
    expect(await story.rows(refresh, [token, digest(random())])).toHaveLength(1)
    expect(await story.rows(refresh, [digest('unknown'), digest(random())])).toEqual([])
  })

  test('ends with the session', async ({ story }) => {
    await annInTwoBrands(story)
    const session = await logIn(story.client, mail)
    await story.through(session.handle, 'analyst')
    await story.rows('select app_public.end_session($1)', [session.session_id])
    await story.atDoor('fluence_server')
    expect(await story.rows(refresh, [digest(session.refresh), digest('next')])).toEqual([])
  })
})

describe('an API key', () => {
  const create = `select app_private.create_api_key($1, $2, $3, now() + interval '1 year', $4) as id`

  async function acmeWithAdmin(story: Story) {
    const acme = await story.organization('acme')
    const product = await story.product(acme)
    await story.product(await (story.as(null), story.organization('globex')))
    await story.atDoor('fluence_server')
    const boss = await admin(story.client, 'boss@example.com', acme)
    return { acme, product, boss: digest(boss.handle), handle: boss.handle }
  }

  test('acts for its brand in its role and is no person', async ({ story }) => {
    const { acme, product, boss } = await acmeWithAdmin(story)
    await story.rows(create, [boss, 'Warehouse', 'product_manager', digest('key')])
    expect(await story.one(check, ['key'])).toEqual({
      role: 'product_manager',
      acting_brand_id: acme,
      kind: 'api_key',
    })
    await story.through('key', 'product_manager')
    expect(await story.rows('select id from app_public.products')).toEqual([{ id: product }])
    expect(await story.one('select app_public.current_user_id() as user')).toEqual({ user: null })
    expect(await story.rows('select id from app_public.own_sessions')).toEqual([])
    await story.rejects('FL102', 'select app_public.end_all_sessions()')
    await story.rejects('FL102', 'select app_public.end_session(1)')
    await story.rejects('FL102', 'select app_public.leave_organization()')
    await story.atDoor('fluence_server')
    for (const sql of [
      `select * from app_private.password_begin($1, 'x')`,
      `select * from app_private.second_factor_begin($1, 'x')`,
      `select app_private.login_manager($1)`,
    ]) {
      await story.rejects('FL102', sql, [digest('key')])
    }
  })

  test('lives for two years at most', async ({ story }) => {
    const { boss } = await acmeWithAdmin(story)
    const until = (moment: string) =>
      `select app_private.create_api_key($1, 'k', 'analyst', ${moment}, $2)`
    for (const moment of [`now() + interval '17545 hours'`, `'9999-12-31Z'`]) {
      const error = await story.rejects('23514', until(moment), [boss, digest('key')])
      expect(error.constraint).toBe('sessions_keys_end_within_two_years_check')
    }
    await story.rows(until(`now() + interval '17544 hours'`), [boss, digest('key')])
  })

  test('is listed and revoked by the own admins', async ({ story }) => {
    const { acme, boss, handle } = await acmeWithAdmin(story)
    const [made] = await story.rows<{ id: string }>(create, [boss, 'BI', 'analyst', digest('key')])
    await story.through(handle, 'admin')
    expect(await story.one('select id, name, role, last_used_at from app_public.api_keys')).toEqual(
      { id: made?.id, name: 'BI', role: 'analyst', last_used_at: null },
    )
    await story.as(null)
    const other = await story.organization('other')
    const revoke = 'select app_public.revoke_api_key($1)'
    await story.as({ role: 'admin', organization: other })
    expect(await story.rows('select id from app_public.api_keys')).toEqual([])
    await story.rejects('FL002', revoke, [made?.id])
    await story.as({ role: 'analyst', organization: acme })
    await story.rejects('42501', revoke, [made?.id])
    await story.rejects('42501', 'select id from app_public.api_keys')
    await story.through(handle, 'admin')
    await story.rows(revoke, [made?.id])
    await story.rejects('FL002', revoke, [made?.id])
    await story.atDoor('fluence_server')
    expect(await story.rows(check, ['key'])).toEqual([])
  })

  test('gets no role that asks for a second factor', async ({ story }) => {
    const { acme, boss } = await acmeWithAdmin(story)
    for (const role of ['admin', 'finance_manager']) {
      await story.rejects('FL122', create, [boss, 'BI', role, digest('key')])
    }
    await story.as(null)
    await story.rejects(
      '23514',
      `insert into app_private.sessions
         (session_hash, kind, name, created_by, organization_id, role, second_factor_at, expires_at)
       select sha256('k'), 'api_key', 'k', u.id, $1, 'admin', now(), now() + interval '1 hour'
       from app_public.users as u limit 1`,
      [acme],
    )
  })

  test('is made by an admin who has just given the second factor', async ({ story }) => {
    const { acme, boss } = await acmeWithAdmin(story)
    const ann = await person(story.client, mail)
    await member(story.client, ann, acme, 'analyst')
    const session = await logIn(story.client, mail)
    await story.rejects('FL103', create, [digest(session.handle), 'BI', 'analyst', digest('k')])
    await story.as(null)
    await story.rows(`update app_private.sessions
                      set second_factor_at = now() - interval '6 minutes' where role = 'admin'`)
    await story.atDoor('fluence_server')
    await story.rejects('FL117', create, [boss, 'BI', 'analyst', digest('k')])
  })

  test('notes its use once a minute', async ({ story }) => {
    const { boss } = await acmeWithAdmin(story)
    await story.rows(create, [boss, 'BI', 'analyst', digest('key')])
    const due = 'select use_is_due from app_private.check_session($1)'
    expect(await story.one(due, ['key'])).toEqual({ use_is_due: true })
    await story.rows('select app_private.note_key_use($1)', ['key'])
    expect(await story.one(due, ['key'])).toEqual({ use_is_due: false })
    await story.as(null)
    await story.rows(`update app_private.sessions
                      set last_used_at = last_used_at - interval '61 s' where kind = 'api_key'`)
    await story.atDoor('fluence_server')
    expect(await story.one(due, ['key'])).toEqual({ use_is_due: true })
  })
})

test('an approval asks for the second factor of the last five minutes', async ({ story }) => {
  const acme = await story.organization('acme')
  await story.rows(`
    create function app_public.approve() returns void language plpgsql security definer
    as 'begin perform app_private.require_recent_second_factor(); end';
    alter function app_public.approve() owner to fluence_definer;
    grant execute on function app_public.approve() to fluence_finance_manager`)
  const approve = 'select app_public.approve()'
  const handle = await signIn(story.client, acme, 'finance_manager')
  await story.through(handle, 'finance_manager')
  await story.rows(approve)
  await story.as(null)
  await story.rows(`update app_private.sessions set second_factor_at = now() - interval '6 min'`)
  await story.through(handle, 'finance_manager')
  await story.rejects('FL117', approve)
  // A login of the database may calculate and read; it has no second factor.
  await story.asLogin({ role: 'finance_manager', organization: acme })
  await story.rejects('FL102', approve)
})
