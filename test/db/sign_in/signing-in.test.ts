import { describe, expect } from 'vitest'
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
  secret,
} from '../../harness/people.ts'
import { type Story, test } from '../../harness/test.ts'

const mail = 'ann@example.com'

/** A brand with Ann in it, and the story at the server's door. */
async function shop(story: Story, role = 'analyst') {
  const acme = await story.organization('acme')
  await story.atDoor('fluence_server')
  const ann = await person(story.client, mail)
  const membership = await member(story.client, ann, acme, role)
  return { acme, ann, membership }
}

const begin = 'select * from app_private.login_begin($1, $2)'
const finish = 'select * from app_private.login_finish($1, $2, $3, $4, $5)'
const hashes = () => [digest(random()), digest(random()), digest(random())]

describe('somebody with the right password', () => {
  test('gets a session in the role of the membership', async ({ story }) => {
    const { acme, ann } = await shop(story)
    const session = await logIn(story.client, mail)
    expect(session).toMatchObject({ outcome: 'signed_in', role: 'analyst', acting_brand_id: acme })
    await story.through(session.handle, 'analyst')
    expect(
      await story.one(
        `select app_public.current_user_id() as user, app_public.current_user_role() as role,
                app_public.current_brand_id() as brand`,
      ),
    ).toEqual({ user: ann, role: 'analyst', brand: acme })
  })

  test('may write the address otherwise', async ({ story }) => {
    await shop(story)
    expect(await logIn(story.client, ' ANN@Example.com ')).toMatchObject({ outcome: 'signed_in' })
  })

  test('comes back to where they were last', async ({ story }) => {
    const { ann } = await shop(story)
    await story.as(null)
    const globex = await story.organization('globex')
    await story.atDoor('fluence_server')
    const there = await member(story.client, ann, globex, 'product_manager')
    const first = await logIn(story.client, mail)
    expect(first.role).toBe('analyst')
    await story.rows('select * from app_private.switch_session($1, $2, null, $3, $4)', [
      digest(first.handle),
      there,
      digest(random()),
      digest(random()),
    ])
    await story.as(null)
    await story.rows(`update app_private.sessions set created_at = created_at - interval '1 hour'
                      where role = 'analyst'`)
    await story.atDoor('fluence_server')
    expect((await logIn(story.client, mail)).role).toBe('product_manager')
  })

  test('but without a membership has a session for the own account alone', async ({ story }) => {
    const acme = await story.organization('acme')
    await story.product(acme)
    await story.atDoor('fluence_server')
    await person(story.client, mail)
    const session = await logIn(story.client, mail)
    expect(session).toMatchObject({ outcome: 'signed_in', role: 'visitor', acting_brand_id: null })
    await story.through(session.handle, 'visitor')
    expect(await story.rows('select display_name from app_public.users')).toEqual([
      { display_name: 'Ann' },
    ])
    expect(await story.rows('select * from app_public.own_workplaces')).toEqual([])
    await story.rejects('42501', 'select id from app_public.products')
    await story.through(session.handle, 'analyst')
    expect(await story.rows('select id from app_public.products')).toEqual([])
  })

  test('is refused after deactivation', async ({ story }) => {
    const { ann } = await shop(story)
    const attempt = async () => {
      await story.atDoor('fluence_server')
      return (await one<{ attempt_id: string }>(story.client, begin, [mail, 'x'])).attempt_id
    }
    await story.as(null)
    await story.rows('update app_public.users set deactivated_at = now() where id = $1', [ann])
    await story.rejects('FL113', finish, [await attempt(), true, ...hashes()])
    // Only to who knows the password.
    await story.rejects('FL111', finish, [await attempt(), false, ...hashes()])
  })

  test('gets a better hash of the same password', async ({ story }) => {
    await shop(story)
    const { attempt_id } = await one<{ attempt_id: string }>(story.client, begin, [mail, 'x'])
    const better = passwordHash('costs more')
    await story.rows('select * from app_private.login_finish($1, true, $2, $3, $4, null, $5)', [
      attempt_id,
      ...hashes(),
      better,
    ])
    const again = await one<{ password_hash: string }>(story.client, begin, [mail, 'x'])
    expect(again.password_hash).toBe(better)
  })
})

describe('somebody without it', () => {
  test('is told the same for a known and an unknown account', async ({ story }) => {
    await shop(story)
    const messages: unknown[] = []
    for (const address of [mail, 'nobody@example.com', 'no mail at all \u{1F600}', '']) {
      const { attempt_id } = await one<{ attempt_id: string }>(story.client, begin, [address, 'x'])
      const error = await story.rejects('FL111', finish, [attempt_id, false, ...hashes()])
      messages.push([error.message, error.hint, error.detail])
    }
    expect(new Set(messages.map(String)).size).toBe(1)
    // No match can be claimed for an account that is not there.
    const { attempt_id } = await one<{ attempt_id: string }>(story.client, begin, ['a@b', 'x'])
    await story.rejects('FL111', finish, [attempt_id, true, ...hashes()])
  })

  for (const address of [mail, 'nobody@example.com']) {
    test(`waits longer and longer, also for ${address}`, async ({ story }) => {
      await shop(story)
      for (let i = 0; i < 5; i += 1) await story.rows(begin, [address, `address ${i}`])
      const first = await story.rejects('FL110', begin, [address, 'another'])
      expect(first.hint).toMatch(/^Try again in [1-5] seconds\.$/)
      await story.as(null)
      const later = `update app_private.login_attempts set created_at = created_at - interval '6 s'`
      await story.rows(later)
      await story.atDoor('fluence_server')
      await story.rows(begin, [address, 'another'])
      await story.as(null)
      await story.rows(later)
      await story.atDoor('fluence_server')
      await story.rejects('FL110', begin, [address, 'another'])
    })
  }

  test('is slowed down by address, whatever the accounts', async ({ story }) => {
    await shop(story)
    for (let i = 0; i < 100; i += 1) await story.rows(begin, [`no-${i}@example.com`, '203.0.113.9'])
    await story.rejects('FL110', begin, ['another@example.com', '203.0.113.9'])
    await story.rows(begin, ['another@example.com', '203.0.113.10'])
  })

  test('begins anew after the right password', async ({ story }) => {
    await shop(story)
    for (let round = 0; round < 3; round += 1) {
      for (let i = 0; i < 4; i += 1) await story.rows(begin, [mail, 'x'])
      await logIn(story.client, mail)
    }
  })

  test('cannot finish an attempt twice, nor late, nor as another kind', async ({ story }) => {
    await shop(story)
    const { attempt_id } = await one<{ attempt_id: string }>(story.client, begin, [mail, 'x'])
    await story.rows(finish, [attempt_id, true, ...hashes()])
    await story.rejects('FL111', finish, [attempt_id, true, ...hashes()])
    const late = await one<{ attempt_id: string }>(story.client, begin, [mail, 'x'])
    await story.as(null)
    await story.rows(`update app_private.login_attempts set created_at = now() - interval '3 min'
                      where finished_at is null`)
    await story.atDoor('fluence_server')
    await story.rejects('FL111', finish, [late.attempt_id, true, ...hashes()])
  })
})

describe('a second factor', () => {
  const role = 'finance_manager'

  test('is asked for before there is a role', async ({ story }) => {
    const { acme } = await shop(story, role)
    await story.product(acme)
    await story.atDoor('fluence_server')
    const session = await logIn(story.client, mail)
    expect(session).toMatchObject({ outcome: 'enrol', role: 'visitor', acting_brand_id: null })
    for (const as of ['visitor', role, 'admin']) {
      await story.through(session.handle, as)
      expect(
        await story.one(
          `select app_public.current_brand_id() as b, app_public.current_organization_id() as o`,
        ),
      ).toEqual({ b: null, o: null })
    }
    await story.through(session.handle, 'visitor')
    await story.rejects('FL002', 'select app_public.leave_organization()')
    await story.atDoor('fluence_server')
    await enrol(story.client, session.handle)
    const checked = await story.one('select * from app_private.check_session($1)', [session.handle])
    expect(checked).toMatchObject({ role, acting_brand_id: acme })
    await story.through(session.handle, role)
    expect(await story.rows('select id from app_public.products')).toHaveLength(1)
  })

  test('no session can have such a role without it, however it is written', async ({ story }) => {
    const { ann, acme, membership } = await shop(story, role)
    await story.as(null)
    const error = await story.rejects(
      '23514',
      `insert into app_private.sessions
         (session_hash, user_id, membership_id, organization_id, role, expires_at)
       values (sha256('x'), $1, $2, $3, 'finance_manager', now() + interval '1 hour')`,
      [ann, membership, acme],
    )
    expect(error.constraint).toBe('sessions_second_factor_check')
  })

  test('once set up, is asked for at each sign-in', async ({ story }) => {
    await shop(story, role)
    await enrol(story.client, (await logIn(story.client, mail)).handle)
    const halfway = await logIn(story.client, mail)
    expect(halfway).toMatchObject({ outcome: 'second_factor', session_id: null })
    const check = 'select * from app_private.check_session($1)'
    for (const handle of [halfway.handle, halfway.challenge]) {
      expect(await story.rows(check, [handle])).toEqual([])
    }
    const session = await giveCode(story.client, halfway.challenge, { step: 101 })
    expect(session).toMatchObject({ outcome: 'signed_in', role })
    // The challenge is used up.
    await story.rejects('FL102', `select * from app_private.second_factor_begin($1, 'x')`, [
      digest(halfway.challenge),
    ])
  })

  test('gives its secret to the challenge, and to no guess', async ({ story }) => {
    await shop(story, role)
    await enrol(story.client, (await logIn(story.client, mail)).handle)
    const { challenge } = await logIn(story.client, mail)
    const sql = `select * from app_private.second_factor_begin($1, 'x')`
    expect(await story.one(sql, [digest(challenge)])).toMatchObject({ secret, last_step: '100' })
    await story.rejects('FL102', sql, [digest('a guess')])
  })

  const give = 'select * from app_private.second_factor_finish($1, $2, $3, $4, $5, $6)'

  async function halfIn(story: Story) {
    await shop(story, role)
    await enrol(story.client, (await logIn(story.client, mail)).handle)
    const { challenge } = await logIn(story.client, mail)
    const attempt = async () =>
      (
        await one<{ attempt_id: string }>(
          story.client,
          `select * from app_private.second_factor_begin($1, 'x')`,
          [digest(challenge)],
        )
      ).attempt_id
    return { challenge: digest(challenge), attempt }
  }

  test('a code works once, and none that is older', async ({ story }) => {
    const { challenge, attempt } = await halfIn(story)
    for (const step of [null, 99, 100]) {
      await story.rejects('FL114', give, [
        await attempt(),
        challenge,
        step,
        null,
        digest('h'),
        digest('r'),
      ])
    }
    await story.rows(give, [await attempt(), challenge, 101, null, digest('h'), digest('r')])
  })

  test('a code of the device that was replaced meanwhile opens nothing', async ({ story }) => {
    await shop(story)
    const { handle } = await logIn(story.client, mail)
    await enrol(story.client, handle)
    const { challenge } = await logIn(story.client, mail)
    const attempt = () =>
      one<{ attempt_id: string }>(
        story.client,
        `select * from app_private.second_factor_begin($1, 'x')`,
        [digest(challenge)],
      )
    const stale = await attempt()
    const enrolment = 'select app_private.second_factor_enrol($1, $2) as mail'
    const other = digest('another device').subarray(0, 20)
    expect(await story.one(enrolment, [digest(handle), other])).toEqual({ mail })
    const wanted = await one<{ attempt_id: string }>(
      story.client,
      `select * from app_private.second_factor_wanted($1, 'x')`,
      [digest(handle)],
    )
    await story.rows('select app_private.second_factor_confirm($1, $2, 200, $3)', [
      wanted.attempt_id,
      digest(handle),
      [digest('a code')],
    ])
    const rest = [digest(challenge), 300, null, digest('h'), digest('r')]
    await story.rejects('FL114', give, [stale.attempt_id, ...rest])
    await story.rows(give, [(await attempt()).attempt_id, ...rest])
  })

  test('its first code must be of the secret that waits in the end', async ({ story }) => {
    await shop(story)
    const { handle } = await logIn(story.client, mail)
    const enrolment = 'select app_private.second_factor_enrol($1, $2)'
    await story.rows(enrolment, [digest(handle), secret])
    const { attempt_id } = await one<{ attempt_id: string }>(
      story.client,
      `select * from app_private.second_factor_wanted($1, 'x')`,
      [digest(handle)],
    )
    await story.rows(enrolment, [digest(handle), digest('another').subarray(0, 20)])
    await story.rejects('FL114', 'select app_private.second_factor_confirm($1, $2, 200, $3)', [
      attempt_id,
      digest(handle),
      [digest('a code')],
    ])
  })

  test('a recovery code stands in for it, once', async ({ story }) => {
    await shop(story, role)
    await enrol(story.client, (await logIn(story.client, mail)).handle)
    const first = await logIn(story.client, mail)
    const recovery = { recovery: 'first-code' }
    expect(await giveCode(story.client, first.challenge, recovery)).toMatchObject({ role })
    const { challenge } = await logIn(story.client, mail)
    const { attempt_id } = await one<{ attempt_id: string }>(
      story.client,
      `select * from app_private.second_factor_begin($1, 'x')`,
      [digest(challenge)],
    )
    await story.rejects('FL114', give, [
      attempt_id,
      digest(challenge),
      null,
      digest('first-code'),
      digest('h'),
      digest('r'),
    ])
  })

  test('wrong codes are slowed down, across challenges and sessions', async ({ story }) => {
    await shop(story, role)
    const { handle } = await logIn(story.client, mail)
    await enrol(story.client, handle)
    const { challenge } = await logIn(story.client, mail)
    const sql = `select * from app_private.second_factor_begin($1, 'x')`
    for (const proof of [challenge, handle, challenge, handle, challenge]) {
      await story.rows(sql, [digest(proof)])
    }
    await story.rejects('FL110', sql, [digest(challenge)])
    await story.rejects('FL110', sql, [digest(handle)])
    const other = await logIn(story.client, mail)
    await story.rejects('FL110', sql, [digest(other.challenge)])
  })

  test('the challenge is over after five minutes, and when the password changes', async ({
    story,
  }) => {
    const { challenge, attempt } = await halfIn(story)
    const begun = await attempt()
    await story.as(null)
    await story.rows(`update app_private.user_accounts set password_changed_at = clock_timestamp()`)
    await story.atDoor('fluence_server')
    await story.rejects('FL102', give, [begun, challenge, 101, null, digest('h'), digest('r')])
    await story.as(null)
    await story.rows(`update app_private.login_attempts
                      set created_at = created_at - interval '6 minutes'`)
    await story.atDoor('fluence_server')
    await story.rejects('FL102', `select * from app_private.second_factor_begin($1, 'x')`, [
      challenge,
    ])
  })

  test('cannot be changed or taken away without giving it again', async ({ story }) => {
    await shop(story)
    const { handle } = await logIn(story.client, mail)
    await enrol(story.client, handle)
    await story.as(null)
    await story.rows(`update app_private.sessions
                      set second_factor_at = now() - interval '6 minutes'`)
    await story.atDoor('fluence_server')
    const replace = 'select app_private.second_factor_enrol($1, $2)'
    const remove = 'select app_private.second_factor_remove($1)'
    await story.rejects('FL117', replace, [digest(handle), secret])
    await story.rejects('FL117', remove, [digest(handle)])
    await giveCode(story.client, handle, { step: 101 })
    await story.rows(replace, [digest(handle), secret])
    await story.rows(remove, [digest(handle)])
    expect(await logIn(story.client, mail)).toMatchObject({ outcome: 'signed_in' })
  })

  test('stays with who must have it', async ({ story }) => {
    const acme = await story.organization('acme')
    await story.atDoor('fluence_server')
    const { handle } = await admin(story.client, mail, acme)
    await story.rejects('FL118', 'select app_private.second_factor_remove($1)', [digest(handle)])
  })

  describe('that is lost', () => {
    const reset = 'select app_public.reset_second_factor($1)'

    /** Ann, who has one, and an admin of the platform. */
    async function lost(story: Story) {
      const { acme, ann } = await shop(story, role)
      const session = await logIn(story.client, mail)
      await enrol(story.client, session.handle)
      await story.as(null)
      const platform = await story.organization('platform', 'platform')
      await story.rows('delete from app_private.mails')
      await story.atDoor('fluence_server')
      const boss = await admin(story.client, 'boss@example.com', platform)
      return { acme, ann, session, boss }
    }

    async function expectGone(story: Story, handle: string) {
      expect(await story.rows('select from app_private.check_session($1)', [handle])).toEqual([])
      // The password is asked for as ever, and the role waits for another factor.
      expect(await logIn(story.client, mail)).toMatchObject({ outcome: 'enrol', role: 'visitor' })
      await story.as(null)
      expect(
        await story.rows(
          `select m.template from app_private.mails as m
           join app_private.user_accounts as a on a.user_id = m.user_id where a.mail = $1`,
          [mail],
        ),
      ).toContainEqual({ template: 'second-factor-removed' })
      expect(
        await story.rows(
          `select from app_private.recovery_codes as c
           join app_private.user_accounts as a on a.user_id = c.user_id where a.mail = $1`,
          [mail],
        ),
      ).toEqual([])
    }

    test('is taken away by who runs Fluence, with all sessions, and told by mail', async ({
      story,
    }) => {
      const { session } = await lost(story)
      const byMail = 'select app_private.reset_second_factor_of($1)'
      const { challenge } = await logIn(story.client, mail)
      await story.rows(byMail, [mail.toUpperCase()])
      await story.rejects('FL002', byMail, [mail])
      await story.rejects('FL002', byMail, ['nobody@example.com'])
      // What was under way ends with it.
      const { attempt_id } = await one<{ attempt_id: string }>(
        story.client,
        `select * from app_private.second_factor_begin($1, 'x')`,
        [digest(challenge)],
      )
      await story.rejects('FL114', give, [
        attempt_id,
        digest(challenge),
        999,
        null,
        digest('h'),
        digest('r'),
      ])
      await expectGone(story, session.handle)
    })

    test('is taken away by an admin of the platform, who has just given the own', async ({
      story,
    }) => {
      const { ann, session, boss } = await lost(story)
      await story.as(null)
      const given = (ago: string) =>
        story.rows(
          `update app_private.sessions set second_factor_at = now() - $2::interval
           where session_hash = $1`,
          [digest(boss.handle), ago],
        )
      await given('6 minutes')
      await story.through(boss.handle, 'admin')
      await story.rejects('FL117', reset, [ann])
      await story.as(null)
      await given('1 minute')
      await story.through(boss.handle, 'admin')
      await story.rejects('FL118', reset, [boss.userId])
      await story.rows(reset, [ann])
      await story.atDoor('fluence_server')
      await expectGone(story, session.handle)
    })

    test('is not taken away by other admins: the person may work elsewhere', async ({ story }) => {
      const { acme, ann, session } = await lost(story)
      await story.as({ role: 'admin', organization: acme })
      await story.rejects('FL103', reset, [ann])
      await story.as({ role: 'finance_manager', organization: acme })
      await story.rejects('42501', reset, [ann])
      await story.atDoor('fluence_server')
      expect(
        await story.rows('select role from app_private.check_session($1)', [session.handle]),
      ).toEqual([{ role }])
    })
  })

  test('a new one ends the sessions elsewhere and the old recovery codes', async ({ story }) => {
    await shop(story)
    const elsewhere = await logIn(story.client, mail)
    const { handle } = await logIn(story.client, mail)
    await enrol(story.client, handle)
    const check = 'select role from app_private.check_session($1)'
    expect(await story.rows(check, [elsewhere.handle])).toEqual([])
    expect(await story.rows(check, [handle])).toHaveLength(1)
    await enrol(story.client, handle, 102)
    await story.as(null)
    expect(await story.one('select count(*) from app_private.recovery_codes')).toEqual({
      count: '2',
    })
  })
})

test('a sign-in with something new is told by mail, once', async ({ story }) => {
  await shop(story)
  await logIn(story.client, mail, { device: 'Firefox on Linux' })
  await logIn(story.client, mail, { device: 'Safari on iOS' })
  await logIn(story.client, mail, { device: 'Safari on iOS' })
  await story.as(null)
  expect(await story.rows('select template from app_private.mails')).toEqual([
    { template: 'new-login-notice' },
  ])
})
