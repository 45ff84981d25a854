import { describe, expect } from 'vitest'
import {
  admin,
  digest,
  enrol,
  logIn,
  one,
  password,
  passwordHash,
  person,
  random,
  register,
} from '../../harness/people.ts'
import { type Story, test } from '../../harness/test.ts'

const mail = 'ann@example.com'
const confirm = 'select app_private.confirm_mail($1)'
const begin = 'select * from app_private.login_begin($1, $2)'
const finish = 'select * from app_private.login_finish($1, $2, $3, $4, $5)'
const check = 'select * from app_private.check_session($1)'

interface Sent {
  readonly address: string
  readonly name: string
  readonly template: string
  readonly token: string
}

/** What the worker sends now; the story is at the server's door afterwards. */
async function post(story: Story): Promise<Sent[]> {
  await story.as(null)
  const mails = await story.rows<{ id: string }>(
    'select id from app_private.mails where sent_at is null order by id',
  )
  const sent: Sent[] = []
  await story.atDoor('fluence_worker')
  for (const { id } of mails) {
    const token = random()
    const [found] = await story.rows<Sent>('select * from app_private.take_mail($1, $2)', [
      id,
      digest(token),
    ])
    if (found !== undefined) sent.push({ ...found, token })
  }
  await story.as(null)
  await story.rows('update app_private.mails set sent_at = now() where sent_at is null')
  await story.atDoor('fluence_server')
  return sent
}

const tokenOf = (sent: readonly Sent[]) => digest(sent.at(-1)?.token ?? '')

async function again(story: Story, handle: string): Promise<string> {
  const { attempt_id, password_hash } = await one<{ attempt_id: string; password_hash: string }>(
    story.client,
    `select * from app_private.password_begin($1, 'x')`,
    [digest(handle)],
  )
  expect(password_hash).toBe(passwordHash(password))
  return attempt_id
}

describe('registration', () => {
  test('of a new address: a mail, a confirmation, a sign-in', async ({ story }) => {
    await story.atDoor('fluence_server')
    await story.rows(register, [mail, 'Ann', passwordHash(password)])
    // There is nothing to sign in to, nor to recover.
    const begun = await one<{ attempt_id: string; password_hash: null }>(story.client, begin, [
      mail,
      'x',
    ])
    expect(begun.password_hash).toBeNull()
    const hashes = [digest('a'), digest('b'), digest('c')]
    await story.rejects('FL111', finish, [begun.attempt_id, true, ...hashes])
    await story.rows(`select app_private.recover_begin($1, 'x')`, [mail])

    const sent = await post(story)
    expect(sent).toMatchObject([{ address: mail, name: 'Ann', template: 'confirm-mail' }])
    await story.rejects('FL115', confirm, [digest('a guess')])
    await story.rows(confirm, [tokenOf(sent)])
    await story.rejects('FL115', confirm, [tokenOf(sent)])
    expect(await logIn(story.client, mail)).toMatchObject({ outcome: 'signed_in' })
  })

  test('of a known address looks the same; its owner is told', async ({ story }) => {
    await story.atDoor('fluence_server')
    await person(story.client, mail)
    const answers = [
      await story.rows(register, ['Ann@EXAMPLE.com', 'Eve', passwordHash('other')]),
      await story.rows(register, ['new@example.com', 'Eve', passwordHash('other')]),
    ]
    expect(answers[0]).toEqual(answers[1])
    expect(await post(story)).toMatchObject([
      { address: mail, name: 'Ann', template: 'mail-in-use' },
      { address: 'new@example.com', name: 'Eve', template: 'confirm-mail' },
    ])
    expect(await logIn(story.client, mail)).toMatchObject({ outcome: 'signed_in' })
  })

  test('is refused alike for known and unknown addresses', async ({ story }) => {
    await story.atDoor('fluence_server')
    await person(story.client, mail)
    for (const address of [mail, 'new@example.com']) {
      for (const name of ['', ' ', 'Ann\nBcc: x', 'x'.repeat(101)]) {
        await story.rejects('23514', register, [address, name, passwordHash('other')])
      }
      await story.rejects('23514', register, [address, 'Ann', 'not bcrypt'])
    }
    for (const address of ['nobody', 'a@b@c', 'a b@c', 'a@b\nc', `${'x'.repeat(251)}@b.c`]) {
      await story.rejects('23514', register, [address, 'Ann', passwordHash('other')])
    }
  })

  test('of one address by two: each mail confirms its own, whichever came last', async ({
    story,
  }) => {
    for (const [first, second] of [
      ['Eve', 'Ann'],
      ['Ann', 'Eve'],
    ] as const) {
      const address = `${first}-first@example.com`
      await story.atDoor('fluence_server')
      await story.rows(register, [address, first, passwordHash(`of ${first}`)])
      await story.rows(register, [address.toUpperCase(), second, passwordHash(`of ${second}`)])
      const sent = await post(story)
      expect(sent.map(({ name }) => name)).toEqual([first, second])
      const [anns, eves] = ['Ann', 'Eve'].map((n) => sent.filter(({ name }) => name === n))
      await story.rows(confirm, [tokenOf(anns ?? [])])
      await story.rejects('FL115', confirm, [tokenOf(eves ?? [])])
      await story.rejects('FL115', confirm, [tokenOf(anns ?? [])])
      const signedIn = await logIn(story.client, address, { password: 'of Ann' })
      expect(signedIn).toMatchObject({ outcome: 'signed_in' })
      await story.through(signedIn.handle, 'visitor')
      expect(await story.one('select display_name from app_public.users')).toEqual({
        display_name: 'Ann',
      })
    }
    await story.as(null)
    expect(await story.rows('select from app_private.registrations')).toEqual([])
  })

  test('again: the mail before works on, until it is over by itself', async ({ story }) => {
    await story.atDoor('fluence_server')
    await story.rows(register, [mail, 'Ann', passwordHash(password)])
    const first = await post(story)
    await story.rows(register, [mail, 'Ann', passwordHash('another')])
    const second = await post(story)
    await story.as(null)
    expect(
      await story.rows(
        `select distinct t.expires_at = now() + interval '2 days' as so
         from app_private.mail_tokens as t`,
      ),
    ).toEqual([{ so: true }])
    await story.rows(
      `update app_private.mail_tokens as t set expires_at = now() where t.token_hash = $1`,
      [tokenOf(second)],
    )
    await story.atDoor('fluence_server')
    await story.rejects('FL115', confirm, [tokenOf(second)])
    await story.rows(confirm, [tokenOf(first)])
    expect(await logIn(story.client, mail)).toMatchObject({ outcome: 'signed_in' })
  })

  test('that waits to be confirmed keeps nobody from the address', async ({ story }) => {
    const taken = ['moved@example.com', 'vouched@example.com']
    await story.atDoor('fluence_server')
    for (const address of taken) await story.rows(register, [address, 'Eve', passwordHash('x')])
    const eves = await post(story)
    // An account moves to it, or somebody vouches for it.
    await person(story.client, mail)
    const { handle } = await logIn(story.client, mail)
    await story.rows('select app_private.change_mail($1, $2, true, $3)', [
      await again(story, handle),
      digest(handle),
      taken[0],
    ])
    await story.rows(confirm, [tokenOf(await post(story))])
    await person(story.client, taken[1] ?? '')
    for (const address of taken) {
      expect(await logIn(story.client, address)).toMatchObject({ outcome: 'signed_in' })
    }
    for (const { token } of eves) await story.rejects('FL115', confirm, [digest(token)])
  })

  test('comes too late where the address has an account meanwhile', async ({ story }) => {
    await story.atDoor('fluence_server')
    await story.rows(register, [mail, 'Eve', passwordHash('hers')])
    const sent = await post(story)
    // As one that was made in the moment of the confirmation: nobody saw it, so nobody took it back.
    await story.as(null)
    await story.rows('create temporary table kept as select * from app_private.registrations')
    await story.rows('create temporary table kept_mails as select * from app_private.mails')
    await story.rows('create temporary table kept_tokens as select * from app_private.mail_tokens')
    await story.atDoor('fluence_server')
    await person(story.client, mail)
    await story.as(null)
    await story.rows('insert into app_private.registrations overriding system value table kept')
    await story.rows('insert into app_private.mails overriding system value table kept_mails')
    await story.rows('insert into app_private.mail_tokens table kept_tokens')
    await story.atDoor('fluence_server')
    await story.rejects('FL115', confirm, [tokenOf(sent)])
    expect(await logIn(story.client, mail)).toMatchObject({ outcome: 'signed_in' })
  })

  test('is counted by address of mail and of network', async ({ story }) => {
    await story.atDoor('fluence_server')
    await person(story.client, mail)
    for (const address of [mail, 'new@example.com']) {
      for (let i = 0; i < 3; i += 1) await story.rows(register, [address, 'Ann', passwordHash('x')])
      await story.rejects('FL110', register, [address, 'Ann', passwordHash('x')])
    }
  })
})

describe('recovery', () => {
  const start = `select app_private.recover_begin($1, 'x')`
  const end = 'select app_private.recover_finish($1, $2)'

  test('sets a password, ends all sessions and signs nobody in', async ({ story }) => {
    await story.atDoor('fluence_server')
    await person(story.client, mail)
    const { handle } = await logIn(story.client, mail)
    await story.rows(start, [mail])
    const sent = await post(story)
    expect(sent).toMatchObject([{ address: mail, template: 'recover-password' }])
    await story.rows(end, [tokenOf(sent), passwordHash('Another-Horse-8')])
    expect(await story.rows(check, [handle])).toEqual([])
    expect(await logIn(story.client, mail, { password: 'Another-Horse-8' })).toMatchObject({
      outcome: 'signed_in',
    })
    await story.rejects('FL115', end, [tokenOf(sent), passwordHash('Third-Horse-9')])
    expect(await post(story)).toMatchObject([{ template: 'password-changed' }])
  })

  test('does not skip the second factor', async ({ story }) => {
    await story.atDoor('fluence_server')
    await person(story.client, mail)
    await enrol(story.client, (await logIn(story.client, mail)).handle)
    await story.rows(start, [mail])
    const sent = await post(story)
    await story.rows(end, [tokenOf(sent), passwordHash('Another-Horse-8')])
    const session = await logIn(story.client, mail, { password: 'Another-Horse-8' })
    expect(session).toMatchObject({ outcome: 'second_factor', session_id: null })
  })

  test('is over after 30 minutes', async ({ story }) => {
    await story.atDoor('fluence_server')
    await person(story.client, mail)
    await story.rows(start, [mail])
    const token = tokenOf(await post(story))
    await story.as(null)
    expect(
      await story.one(`select expires_at = now() + interval '30 minutes' as so
                       from app_private.mail_tokens`),
    ).toEqual({ so: true })
    await story.rows(`update app_private.mail_tokens set expires_at = now()`)
    await story.atDoor('fluence_server')
    await story.rejects('FL115', end, [token, passwordHash('x')])
  })

  test('does not tell whether an address is known', async ({ story }) => {
    await story.atDoor('fluence_server')
    await person(story.client, mail)
    const answers: unknown[] = []
    for (const address of [mail, 'nobody@example.com', 'no mail', '']) {
      answers.push(await story.rows(start, [address]))
    }
    for (const answer of answers) expect(answer).toEqual(answers[0])
    expect(await post(story)).toHaveLength(1)
    for (const address of [mail, 'nobody@example.com']) {
      await story.rows(start, [address])
      await story.rows(start, [address])
      await story.rejects('FL110', start, [address])
    }
  })

  test('a token is good for its own purpose only', async ({ story }) => {
    await story.atDoor('fluence_server')
    await person(story.client, mail)
    await story.rows(start, [mail])
    const token = tokenOf(await post(story))
    await story.rejects('FL115', confirm, [token])
    await story.rejects('FL115', 'select app_private.accept_invitation($1)', [token])
    await story.rejects('FL115', 'select * from app_private.look_at_invitation($1)', [token])
    await story.rows(end, [token, passwordHash('x')])
  })
})

describe('somebody signed in', () => {
  const changePassword = 'select app_private.change_password($1, $2, $3, $4)'
  const changeMail = 'select app_private.change_mail($1, $2, $3, $4)'
  const remove = 'select app_private.delete_account($1, $2, $3)'

  test('changes the password, which ends the sessions elsewhere', async ({ story }) => {
    await story.atDoor('fluence_server')
    await person(story.client, mail)
    const elsewhere = await logIn(story.client, mail)
    const { handle } = await logIn(story.client, mail)
    const h = digest(handle)
    await story.rejects('FL111', changePassword, [
      await again(story, handle),
      h,
      false,
      passwordHash('y'),
    ])
    await story.rows(changePassword, [await again(story, handle), h, true, passwordHash('y')])
    expect(await story.rows(check, [elsewhere.handle])).toEqual([])
    expect(await story.rows(check, [handle])).toHaveLength(1)
    expect(await post(story)).toMatchObject([{ template: 'password-changed' }])
  })

  test('cannot use an attempt of somebody else, nor of another session', async ({ story }) => {
    await story.atDoor('fluence_server')
    await person(story.client, mail)
    await person(story.client, 'eve@example.com')
    const ann = await logIn(story.client, mail)
    const eve = await logIn(story.client, 'eve@example.com')
    const attempt = await again(story, eve.handle)
    await story.rejects('FL102', changePassword, [
      attempt,
      digest(ann.handle),
      true,
      passwordHash('y'),
    ])
    await story.rejects('FL102', changePassword, [
      attempt,
      digest('nobody'),
      true,
      passwordHash('y'),
    ])
  })

  test('moves to a new address when that is confirmed, and not before', async ({ story }) => {
    await story.atDoor('fluence_server')
    await person(story.client, mail)
    const { handle } = await logIn(story.client, mail)
    const attempt = await again(story, handle)
    await story.rows(changeMail, [attempt, digest(handle), true, 'new@example.com'])
    const sent = await post(story)
    expect(sent).toMatchObject([{ address: 'new@example.com', template: 'confirm-mail' }])
    expect(await logIn(story.client, mail)).toMatchObject({ outcome: 'signed_in' })
    await story.rows(confirm, [tokenOf(sent)])
    expect(await logIn(story.client, 'new@example.com')).toMatchObject({ outcome: 'signed_in' })
    expect(await post(story)).toMatchObject([{ address: mail, template: 'mail-changed' }])
    await story.as(null)
    expect(
      await story.rows(`select from app_private.mails where address = 'new@example.com'`),
    ).toEqual([])
  })

  test('cannot confirm one address by the mail to another', async ({ story }) => {
    await story.atDoor('fluence_server')
    await person(story.client, mail)
    const { handle } = await logIn(story.client, mail)
    const wish = async (address: string) =>
      story.rows(changeMail, [await again(story, handle), digest(handle), true, address])
    await wish('mine@example.com')
    const mine = await post(story)
    await wish('victim@example.com')
    await story.rejects('FL115', confirm, [tokenOf(mine)])
  })

  test('cannot take an address that somebody has, and is not told', async ({ story }) => {
    await story.atDoor('fluence_server')
    await person(story.client, mail)
    await person(story.client, 'bob@example.com', 'Bob')
    const { handle } = await logIn(story.client, mail)
    const wish = async (address: string) =>
      story.rows(changeMail, [await again(story, handle), digest(handle), true, address])
    expect(await wish('bob@example.com')).toEqual(await wish('free@example.com'))
    expect(await post(story)).toMatchObject([
      { address: 'bob@example.com', template: 'mail-in-use' },
      { address: 'free@example.com', template: 'confirm-mail' },
    ])
  })

  test('cannot make us send mail to somebody without end', async ({ story }) => {
    await story.atDoor('fluence_server')
    await person(story.client, mail)
    const { handle } = await logIn(story.client, mail)
    const wish = async () =>
      [await again(story, handle), digest(handle), true, 'victim@example.com'] as const
    for (let i = 0; i < 3; i += 1) await story.rows(changeMail, [...(await wish())])
    await story.rejects('FL110', changeMail, [...(await wish())])
  })

  test('loses the race for an address without an error that tells', async ({ story }) => {
    await story.atDoor('fluence_server')
    await person(story.client, mail)
    const { handle } = await logIn(story.client, mail)
    const attempt = await again(story, handle)
    await story.rows(changeMail, [attempt, digest(handle), true, 'both@example.com'])
    const sent = await post(story)
    await person(story.client, 'both@example.com')
    await story.rejects('FL115', confirm, [tokenOf(sent)])
  })

  test('deletes the account: the identity goes, what was done stays', async ({ story }) => {
    const acme = await story.organization('acme')
    await story.atDoor('fluence_server')
    await admin(story.client, 'boss@example.com', acme)
    const ann = await person(story.client, mail)
    await story.rows(`select app_private.add_member($1, $2, 'analyst')`, [acme, ann])
    const { handle } = await logIn(story.client, mail)
    await enrol(story.client, handle)
    await post(story)
    await story.rejects('FL111', remove, [await again(story, handle), digest(handle), false])
    await story.rows(remove, [await again(story, handle), digest(handle), true])
    expect(await story.rows(check, [handle])).toEqual([])
    expect(await post(story)).toMatchObject([{ address: mail, template: 'account-deleted' }])
    await story.as(null)
    expect(
      await story.one(
        `select u.display_name, u.deleted_at is not null as deleted, m.role, m.ended_at is not null as over
         from app_public.users as u join app_public.memberships as m on m.user_id = u.id
         where u.id = $1`,
        [ann],
      ),
    ).toEqual({ display_name: null, deleted: true, role: 'analyst', over: true })
    for (const table of ['user_accounts', 'second_factors', 'recovery_codes']) {
      const sql = `select from app_private.${table} where user_id = $1`
      expect(await story.rows(sql, [ann])).toEqual([])
    }
    // The address is free again.
    await story.atDoor('fluence_server')
    await person(story.client, mail)
  })

  test('deletes it only with the second factor, where there is one', async ({ story }) => {
    await story.atDoor('fluence_server')
    await person(story.client, mail)
    const { handle } = await logIn(story.client, mail)
    await enrol(story.client, handle)
    const given = async (ago: string | null) => {
      await story.as(null)
      await story.rows(`update app_private.sessions set second_factor_at = now() - $1::interval`, [
        ago,
      ])
      await story.atDoor('fluence_server')
    }
    for (const ago of ['6 minutes', null]) {
      await given(ago)
      await story.rejects('FL117', remove, [await again(story, handle), digest(handle), true])
    }
    await given('4 minutes')
    await story.rows(remove, [await again(story, handle), digest(handle), true])
  })

  test('cannot, as the last admin', async ({ story }) => {
    const acme = await story.organization('acme')
    await story.atDoor('fluence_server')
    const { handle } = await admin(story.client, mail, acme)
    await story.rejects('FL120', remove, [await again(story, handle), digest(handle), true])
  })
})

describe('a mail', () => {
  test('leaves neither address nor token in its event', async ({ story }) => {
    await story.atDoor('fluence_server')
    await story.rows(register, [mail, 'Ann', passwordHash(password)])
    await story.as(null)
    const { id } = await story.one<{ id: string }>('select id from app_private.mails')
    expect(await story.one(`select organization_id, key, payload from app_private.outbox`)).toEqual(
      {
        organization_id: null,
        key: `mail:${id}`,
        payload: { mail_id: id, template: 'confirm-mail' },
      },
    )
  })

  test('may be taken again when sending failed, and is settled once', async ({ story }) => {
    await story.atDoor('fluence_server')
    await story.rows(register, [mail, 'Ann', passwordHash(password)])
    await story.as(null)
    const { id } = await story.one<{ id: string }>('select id from app_private.mails')
    await story.rows(
      `insert into app_private.outbox_deliveries
         (id, topic, key, payload, task, created_at)
       values (1, 'mail.wanted', 'mail:1', '{}', 'sign_in__send_mail', now())`,
    )
    await story.atDoor('fluence_worker')
    const take = 'select template from app_private.take_mail($1, $2)'
    expect(await story.rows(take, [id, digest('first')])).toHaveLength(1)
    expect(await story.rows(take, [id, digest('second')])).toHaveLength(1)
    const settle = 'select app_private.settle_mail(1, $1) as done'
    expect(await story.one(settle, [id])).toEqual({ done: true })
    expect(await story.one(settle, [id])).toEqual({ done: false })
    expect(await story.rows(take, [id, digest('third')])).toEqual([])
    await story.atDoor('fluence_server')
    await story.rows(confirm, [digest('first')])
    await story.rejects('FL115', confirm, [digest('second')])
  })

  test('that can never be delivered is settled with the reason', async ({ story }) => {
    await story.atDoor('fluence_server')
    await story.rows(register, [mail, 'Ann', passwordHash(password)])
    await story.as(null)
    const { id } = await story.one<{ id: string }>('select id from app_private.mails')
    await story.rows(
      `insert into app_private.outbox_deliveries
         (id, topic, key, payload, task, created_at)
       values (1, 'mail.wanted', 'mail:1', '{}', 'sign_in__send_mail', now())`,
    )
    await story.atDoor('fluence_worker')
    await story.rejects('23514', 'select app_private.settle_mail(1, $1, $2)', [id, `to ${mail}`])
    await story.rows(`select app_private.settle_mail(1, $1, 'smtp_550')`, [id])
    expect(
      await story.rows('select * from app_private.take_mail($1, $2)', [id, digest('x')]),
    ).toEqual([])
    await story.as(null)
    expect(
      await story.one('select sent_at is not null as over, failure from app_private.mails'),
    ).toEqual({ over: true, failure: 'smtp_550' })
  })

  test('for what is confirmed already is not sent any more', async ({ story }) => {
    await story.atDoor('fluence_server')
    await story.rows(register, [mail, 'Ann', passwordHash(password)])
    await story.as(null)
    const { id } = await story.one<{ id: string }>('select id from app_private.mails')
    await story.atDoor('fluence_server')
    await person(story.client, mail)
    await story.atDoor('fluence_worker')
    expect(
      await story.rows('select * from app_private.take_mail($1, $2)', [id, digest('x')]),
    ).toEqual([])
  })
})

test('what is over is swept away, what is not stays', async ({ story }) => {
  await story.atDoor('fluence_server')
  await person(story.client, mail)
  await logIn(story.client, mail)
  const count = async () => {
    await story.as(null)
    return story.one(
      `select (select count(*) from app_private.login_attempts) as attempts,
              (select count(*) from app_private.sessions) as sessions,
              (select count(*) from app_private.refresh_tokens) as tokens,
              (select count(*) from app_private.mails) as mails`,
    )
  }
  const sweep = async () => {
    await story.atDoor('fluence_worker')
    await story.rows('select app_private.sweep_sign_in()')
  }
  // One that was sent, and one that waits.
  await story.rows(`select app_private.recover_begin($1, 'x')`, [mail])
  await post(story)
  await story.rows(`select app_private.recover_begin($1, 'x')`, [mail])
  await sweep()
  expect(await count()).toEqual({ attempts: '3', sessions: '1', tokens: '1', mails: '2' })
  await story.rows(`update app_private.login_attempts set created_at = now() - interval '25 hours'`)
  await story.rows(`update app_private.sessions
    set created_at = now() - interval '1 year', expires_at = now() - interval '91 days'`)
  await story.rows(`update app_private.mails set created_at = now() - interval '31 days'`)
  await sweep()
  expect(await count()).toEqual({ attempts: '0', sessions: '0', tokens: '0', mails: '0' })
})

test('a registration is swept when nobody can confirm it any more, and not before', async ({
  story,
}) => {
  await story.atDoor('fluence_server')
  const names = ['young', 'sent late', 'expired', 'confirmed', 'never sent'] as const
  const addressOf = (name: string) => `${name.replace(' ', '-')}@example.com`
  const tokens = new Map<string, Buffer>()
  for (const name of names) {
    await story.rows(register, [addressOf(name), name, passwordHash(password)])
    if (name !== 'never sent') tokens.set(name, tokenOf(await post(story)))
  }
  await story.as(null)
  const age = async (name: string, registered: string, ends: string) => {
    await story.rows(
      `update app_private.registrations set created_at = now() - $2::interval
       where display_name = $1`,
      [name, registered],
    )
    await story.rows(
      `update app_private.mail_tokens set expires_at = now() + $2::interval where token_hash = $1`,
      [tokens.get(name), ends],
    )
  }
  await age('young', '71 hours', '-2 hours')
  await age('sent late', '80 hours', '1 minute')
  await age('expired', '73 hours', '-61 minutes')
  await age('never sent', '73 hours', '0')
  await age('confirmed', '73 hours', '1 minute')
  await story.atDoor('fluence_server')
  await story.rows(confirm, [tokens.get('confirmed')])
  const left = async () => {
    await story.as(null)
    return story.one(
      `select
         (select array_agg(r.display_name::text order by r.id) from app_private.registrations as r)
           as waiting,
         (select count(*)::integer from app_private.mails as m) as mails,
         (select count(*)::integer from app_private.mail_tokens as t) as tokens,
         (select array_agg(u.display_name::text) from app_public.users as u) as people`,
    )
  }
  await story.atDoor('fluence_worker')
  await story.rows('select app_private.sweep_sign_in()')
  expect(await left()).toEqual({
    waiting: ['young', 'sent late'],
    mails: 2,
    tokens: 2,
    people: ['confirmed'],
  })
  await story.atDoor('fluence_server')
  await story.rejects('FL115', confirm, [tokens.get('expired')])
  await story.rows(confirm, [tokens.get('sent late')])
  expect(await logIn(story.client, addressOf('confirmed'))).toMatchObject({
    outcome: 'signed_in',
  })
})
