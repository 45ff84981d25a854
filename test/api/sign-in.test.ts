import { describe, expect } from 'vitest'
import { codeAt, stepAt } from '../../src/server/identity/totp.ts'
import { newOpaque, sha256Of } from '../../src/server/identity/opaque.ts'
import { withClient } from '../../src/server/postgres/connect.ts'
import { type Api, test } from '../harness/api.ts'
import { openLine } from '../harness/socket.ts'

const password = 'Mild-Carpet-57'

const sql = <T extends object>(api: Api, text: string, values: unknown[] = []) =>
  withClient(api.database.superuserUrl, async (client) => {
    const { rows } = await client.query<T>(text, values)
    return rows
  })

let n = 0
const newMail = () => `person${(n += 1)}@example.org`

/** What the mail of the last wish would bring: its token. */
async function tokenOf(api: Api, template: string): Promise<string> {
  const token = newOpaque('mailConfirmation')
  const [mail] = await sql<{ id: string }>(
    api,
    `select max(m.id) as id from app_private.mails as m where m.template = $1`,
    [template],
  )
  await sql(api, 'select app_private.take_mail($1, $2)', [mail?.id, sha256Of(token)])
  return token
}

const mutate = async (api: Api, text: string, variables = {}, token?: string) => {
  const { status, body } = await api.graphql(`mutation ${text}`, variables, token)
  const [answer] = Object.values(body.data ?? {})
  return { status, code: body.errors?.[0]?.extensions.code, answer: answer as never, body }
}

const register = (api: Api, mail: string) =>
  mutate(
    api,
    `($mail: String!, $password: String!) {
      register(mail: $mail, password: $password, displayName: "Ann") { done }
    }`,
    { mail, password },
  )

interface SignIn {
  readonly outcome: string
  readonly role: string
  readonly accessToken: string
  readonly refreshToken: string
  readonly challenge: string | null
}

const login = async (api: Api, mail: string, secret = password) => {
  const { status, code, answer } = await mutate(
    api,
    `($mail: String!, $secret: String!) {
      login(mail: $mail, password: $secret) {
        outcome role accessToken refreshToken challenge
      }
    }`,
    { mail, secret },
  )
  return { status, code, signIn: answer as SignIn }
}

/** Somebody who has registered, confirmed, and is a member of a brand. */
async function somebody(api: Api, role?: string, brand = `brand-of-${role}`): Promise<string> {
  const mail = newMail()
  await register(api, mail)
  const confirm = await tokenOf(api, 'confirm-mail')
  await mutate(api, '($t: String!) { confirmMail(token: $t) { done } }', { t: confirm })
  if (role === undefined) return mail
  await sql(
    api,
    `insert into app_public.organizations (kind, slug, name, time_zone, currency)
     values ('brand', $1, $1, 'UTC', 'EUR') on conflict do nothing`,
    [brand.replaceAll('_', '-')],
  )
  await sql(
    api,
    `select app_private.add_member(o.id, a.user_id, $3::app_public.user_role_enum)
     from app_public.organizations as o, app_private.user_accounts as a
     where o.slug = $1 and a.mail = $2`,
    [brand.replaceAll('_', '-'), mail, role],
  )
  return mail
}

const products = async (api: Api, token: string) => {
  const { status, body } = await api.graphql('{ products { totalCount } }', {}, token)
  return body.errors?.[0]?.extensions.code ?? status
}

describe('signing in', () => {
  test('takes registration, a confirmed address, and the password', async ({ api }) => {
    const mail = newMail()
    expect(await register(api, mail)).toMatchObject({ status: 200, answer: { done: true } })
    expect(await login(api, mail)).toMatchObject({ status: 400, code: 'FL112' })
    const token = await tokenOf(api, 'confirm-mail')
    const confirm = () =>
      mutate(api, '($t: String!) { confirmMail(token: $t) { done } }', { t: token })
    expect(await confirm()).toMatchObject({ answer: { done: true } })
    expect(await confirm()).toMatchObject({ code: 'FL115' })
    expect(await login(api, mail, 'Wrong-Horse-7')).toMatchObject({ status: 401, code: 'FL111' })
    expect(await login(api, mail)).toMatchObject({
      status: 200,
      signIn: { outcome: 'signed_in', role: 'visitor', challenge: null },
    })
  })

  test('opens what the role of the membership opens, until it is over', async ({ api }) => {
    const mail = await somebody(api, 'analyst')
    const { signIn } = await login(api, mail)
    expect(signIn).toMatchObject({ outcome: 'signed_in', role: 'analyst' })
    expect(await products(api, signIn.accessToken)).toBe(200)
    const out = await mutate(api, '{ logout { done } }', {}, signIn.accessToken)
    expect(out.answer).toEqual({ done: true })
    expect(await products(api, signIn.accessToken)).toBe('FL903')
  })

  test('says the same of a wrong password and of an unknown address', async ({ api }) => {
    const mail = await somebody(api)
    const wrong = await login(api, mail, 'Wrong-Horse-7')
    const unknown = await login(api, newMail(), 'Wrong-Horse-7')
    expect(unknown).toEqual(wrong)
    const again = await register(api, mail)
    const first = await register(api, newMail())
    expect(again.body).toEqual(first.body)
    const ask = (address: string) =>
      mutate(api, '($m: String!) { requestRecovery(mail: $m) { done } }', { m: address })
    expect((await ask(mail)).body).toEqual((await ask(newMail())).body)
  })

  test('refuses a weak password and says what it lacks', async ({ api }) => {
    const { code, body } = await mutate(
      api,
      `{ register(mail: "a@b.example", password: "aabbccdd", displayName: "Ann") { done } }`,
    )
    expect(code).toBe('FL908')
    expect(body.errors?.[0]?.message).toMatch(/digit.*upper case.*special.*twice in a row/)
  })

  test('happens once in a document, under whatever name', async ({ api }) => {
    const one = 'login(mail: "a@b.example", password: "x") { outcome }'
    const other = 'requestRecovery(mail: "a@b.example") { done }'
    for (const text of [
      `{ a: ${one} b: ${one} }`,
      `{ a: ${one} ${other} }`,
      `{ ...F } fragment F on Mutation { a: ${one} b: ${one} }`,
      `{ ... { a: ${one} } ... on Mutation { b: ${one} } }`,
    ]) {
      expect(await mutate(api, text)).toMatchObject({ status: 400, code: 'FL902' })
    }
  })
})

describe('a refresh token', () => {
  const refresh = async (api: Api, token: string) => {
    const { code, answer } = await mutate(
      api,
      `($t: String!) { refreshSession(refreshToken: $t) { accessToken refreshToken } }`,
      { t: token },
    )
    return { code, signIn: answer as SignIn | null }
  }

  test('is good once, and twice only for two tabs at once', async ({ api }) => {
    const { signIn } = await login(api, await somebody(api, 'analyst'))
    const [one, two] = await Promise.all([
      refresh(api, signIn.refreshToken),
      refresh(api, signIn.refreshToken),
    ])
    for (const { signIn: next } of [one, two]) {
      expect(await products(api, next?.accessToken ?? '')).toBe(200)
    }
    await sql(
      api,
      `update app_private.refresh_tokens set used_at = used_at - interval '31 seconds'
       where token_hash = $1`,
      [sha256Of(signIn.refreshToken)],
    )
    expect(await refresh(api, signIn.refreshToken)).toMatchObject({ code: 'FL903' })
    expect(await products(api, one.signIn?.accessToken ?? '')).toBe('FL903')
    expect(await refresh(api, two.signIn?.refreshToken ?? '')).toMatchObject({ code: 'FL903' })
  })

  test('of nobody opens nothing', async ({ api }) => {
    const { signIn } = await login(api, await somebody(api, 'analyst'))
    const [random] = signIn.refreshToken.split('.')
    for (const odd of ['', 'x', random ?? '', `${random}.${newOpaque('session')}`]) {
      expect(await refresh(api, odd)).toMatchObject({ code: 'FL903' })
    }
  })
})

describe('a second factor', () => {
  const enrol = async (api: Api, token: string) => {
    const { answer } = await mutate(api, '{ enrolSecondFactor { secret uri qrCode } }', {}, token)
    return answer as { secret: string; uri: string; qrCode: string }
  }
  const bytes = (secret: string) => {
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
    const bits = [...secret].map((c) => alphabet.indexOf(c).toString(2).padStart(5, '0')).join('')
    return Buffer.from(bits.match(/.{8}/g)?.map((byte) => Number.parseInt(byte, 2)) ?? [])
  }
  const confirm = (api: Api, code: string, token: string) =>
    mutate(
      api,
      `($c: String!) { confirmSecondFactor(code: $c) { recoveryCodes } }`,
      { c: code },
      token,
    )
  const give = (api: Api, given: Record<string, string>, token?: string) =>
    mutate(
      api,
      `($challenge: String, $code: String, $recoveryCode: String) {
        giveSecondFactor(challenge: $challenge, code: $code, recoveryCode: $recoveryCode) {
          outcome role accessToken refreshToken challenge
        }
      }`,
      given,
      token,
    )

  test('is obligatory for an admin, and works once a code', async ({ api }) => {
    const mail = await somebody(api, 'admin')
    const first = await login(api, mail)
    expect(first.signIn).toMatchObject({ outcome: 'enrol', role: 'visitor' })
    expect(await products(api, first.signIn.accessToken)).toBe('FL916')

    const setup = await enrol(api, first.signIn.accessToken)
    expect(setup.qrCode).toMatch(/^<svg/)
    const secret = bytes(setup.secret)
    const now = stepAt(new Date())
    expect(await confirm(api, '000000', first.signIn.accessToken)).toMatchObject({ code: 'FL114' })
    const ready = await confirm(api, codeAt(now, secret), first.signIn.accessToken)
    const { recoveryCodes } = ready.answer as { recoveryCodes: string[] }
    expect(recoveryCodes).toHaveLength(10)
    expect(await products(api, first.signIn.accessToken)).toBe(200)

    const second = await login(api, mail)
    expect(second.signIn).toMatchObject({ outcome: 'second_factor', accessToken: null })
    const challenge = second.signIn.challenge ?? ''
    // The one that set it up is used; the next step is within the drift.
    expect(await give(api, { challenge, code: codeAt(now, secret) })).toMatchObject({
      status: 401,
      code: 'FL114',
    })
    const given = await give(api, { challenge, code: codeAt(now + 1, secret) })
    const { accessToken } = given.answer as SignIn
    expect(given.answer).toMatchObject({ outcome: 'signed_in', role: 'admin' })
    expect(await products(api, accessToken)).toBe(200)
    expect(await give(api, { challenge, code: codeAt(now + 1, secret) })).toMatchObject({
      code: expect.stringMatching(/^FL1(02|14)$/),
    })

    const third = await login(api, mail)
    const [recoveryCode = ''] = recoveryCodes
    const byCode = await give(api, { challenge: third.signIn.challenge ?? '', recoveryCode })
    expect(byCode.answer).toMatchObject({ outcome: 'signed_in', role: 'admin' })
    const fourth = await login(api, mail)
    expect(
      await give(api, { challenge: fourth.signIn.challenge ?? '', recoveryCode }),
    ).toMatchObject({ code: 'FL114' })
  })

  test('is asked again for an API key, which then opens its role and no more', async ({ api }) => {
    const mail = await somebody(api, 'admin', 'keys')
    const { signIn } = await login(api, mail)
    const setup = await enrol(api, signIn.accessToken)
    const now = stepAt(new Date())
    await confirm(api, codeAt(now, bytes(setup.secret)), signIn.accessToken)
    const create = (role: string) =>
      mutate(
        api,
        `($role: UserRoleEnum!, $at: Datetime!) {
          createApiKey(name: "shop", role: $role, expiresAt: $at) { id key }
        }`,
        { role, at: new Date(Date.now() + 3_600_000).toISOString() },
        signIn.accessToken,
      )
    expect(await create('admin')).toMatchObject({ code: 'FL122' })
    const { key, id } = (await create('analyst')).answer as { key: string; id: string }
    expect(await products(api, key)).toBe(200)
    expect(await mutate(api, '{ logout { done } }', {}, key)).toMatchObject({ status: 200 })
    expect(await products(api, key)).toBe(200)
    await sql(
      api,
      `update app_private.sessions set second_factor_at = now() - interval '6 minutes'
       where role = 'admin'`,
    )
    expect(await create('analyst')).toMatchObject({ status: 403, code: 'FL117' })
    await mutate(
      api,
      `($id: BigInt!) { revokeApiKey(input: { keyId: $id }) { clientMutationId } }`,
      { id },
      signIn.accessToken,
    )
    expect(await products(api, key)).toBe('FL903')
  })
})

describe('a password', () => {
  test('is chosen anew by the token of a mail, once, and ends all sessions', async ({ api }) => {
    const mail = await somebody(api, 'analyst')
    const { signIn } = await login(api, mail)
    await mutate(api, '($m: String!) { requestRecovery(mail: $m) { done } }', { m: mail })
    const token = await tokenOf(api, 'recover-password')
    const recover = (newPassword: string) =>
      mutate(
        api,
        `($t: String!, $p: String!) { recoverPassword(token: $t, newPassword: $p) { done } }`,
        { t: token, p: newPassword },
      )
    expect(await recover('short')).toMatchObject({ code: 'FL908' })
    expect(await recover('Newer-Horse-8')).toMatchObject({ answer: { done: true } })
    expect(await recover('Third-Horse-9')).toMatchObject({ code: 'FL115' })
    expect(await products(api, signIn.accessToken)).toBe('FL903')
    expect((await login(api, mail)).code).toBe('FL111')
    expect((await login(api, mail, 'Newer-Horse-8')).signIn.role).toBe('analyst')
  })

  test('is changed by who knows it, and sessions elsewhere end', async ({ api }) => {
    const mail = await somebody(api, 'analyst')
    const [here, there] = [await login(api, mail), await login(api, mail)]
    const change = (old: string) =>
      mutate(
        api,
        `($o: String!) { changePassword(password: $o, newPassword: "Newer-Horse-8") { done } }`,
        { o: old },
        here.signIn.accessToken,
      )
    expect(await change('Wrong-Horse-7')).toMatchObject({ code: 'FL111' })
    expect(await change(password)).toMatchObject({ answer: { done: true } })
    expect(await products(api, here.signIn.accessToken)).toBe(200)
    expect(await products(api, there.signIn.accessToken)).toBe('FL903')
  })
})

describe('a browser', () => {
  const browse = async (
    api: Api,
    query: string,
    { cookie = '', origin = api.url, variables = {} } = {},
  ) => {
    const response = await fetch(`${api.url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(origin === '' ? {} : { origin }),
        ...(cookie === '' ? {} : { cookie }),
      },
      body: JSON.stringify({ query, variables }),
    })
    const lines = response.headers.getSetCookie()
    const body = (await response.json()) as {
      data?: object
      errors?: { extensions: { code: string } }[]
    }
    return {
      status: response.status,
      lines,
      cookie: lines.map((line) => line.split(';')[0]).join('; '),
      code: body.errors?.[0]?.extensions.code,
      body,
    }
  }
  const signInBy = (mail: string) =>
    `mutation { login(mail: "${mail}", password: "${password}", cookies: true) {
      outcome accessToken refreshToken
    } }`

  test('keeps tokens where no script reads them, and sends them for our pages only', async ({
    api,
  }) => {
    const mail = await somebody(api, 'analyst')
    const { lines, cookie, body } = await browse(api, signInBy(mail))
    expect(body.data).toEqual({
      login: { outcome: 'signed_in', accessToken: null, refreshToken: null },
    })
    expect(lines).toHaveLength(2)
    for (const line of lines) expect(line).toMatch(/HttpOnly; SameSite=(Lax|Strict)/)
    const ask = '{ products { totalCount } }'
    expect(await browse(api, ask, { cookie })).toMatchObject({ status: 200, code: undefined })
    // A page of somebody else is refused before anything is looked at; a program without an origin
    // is believed its token, never its cookies.
    expect((await browse(api, ask, { cookie, origin: 'https://evil.example' })).status).toBe(403)
    expect((await browse(api, ask, { cookie, origin: '' })).code).toBe('FL916')

    const next = await browse(api, 'mutation { refreshSession { outcome refreshToken } }', {
      cookie,
    })
    expect(next.body.data).toEqual({
      refreshSession: { outcome: 'signed_in', refreshToken: null },
    })
    expect(await browse(api, ask, { cookie: next.cookie })).toMatchObject({ code: undefined })
    const out = await browse(api, 'mutation { logout { done } }', { cookie: next.cookie })
    for (const line of out.lines) expect(line).toMatch(/=; Max-Age=0/)
    // A cookie that is over opens nothing, and does not stand in the way of a new one.
    expect((await browse(api, ask, { cookie: next.cookie })).code).toBe('FL916')
    expect((await browse(api, signInBy(mail), { cookie: next.cookie })).status).toBe(200)
  })
})

describe('a person in several organizations', () => {
  const invite = async (api: Api, admin: string, mail: string, role: string) => {
    const wish = await mutate(
      api,
      `($mail: MailAddress!, $role: UserRoleEnum!) {
        invite(input: { mail: $mail, role: $role }) { clientMutationId }
      }`,
      { mail, role },
      admin,
    )
    expect(wish.code).toBeUndefined()
    return tokenOf(api, 'invitation')
  }
  const accept = (api: Api, token: string, person = '') =>
    mutate(api, `($t: String!) { acceptInvitation(token: $t${person}) { done } }`, { t: token })

  test('is invited, accepts with or without an account, and switches', async ({ api }) => {
    const admin = await api.signIn('stark', 'admin')
    const mail = newMail()
    const token = await invite(api, admin, mail, 'analyst')
    const look = await mutate(
      api,
      `($t: String!) { lookAtInvitation(token: $t) { organizationName role mail hasAccount } }`,
      { t: token },
    )
    expect(look.answer).toEqual({
      organizationName: 'stark',
      role: 'analyst',
      mail,
      hasAccount: false,
    })
    // Whoever has no account yet must say who they are.
    expect(await accept(api, token)).toMatchObject({ code: 'FL116' })
    const person = `, displayName: "Ann", password: "${password}"`
    expect(await accept(api, token, person)).toMatchObject({ answer: { done: true } })
    expect(await accept(api, token, person)).toMatchObject({ code: 'FL115' })

    const second = await invite(api, await api.signIn('wayne', 'admin'), mail, 'support_agent')
    expect(await accept(api, second)).toMatchObject({ answer: { done: true } })

    const { signIn } = await login(api, mail)
    const { body } = await api.graphql(
      '{ ownWorkplaces { nodes { organizationName role membershipId } } }',
      {},
      signIn.accessToken,
    )
    const { nodes } = body.data?.['ownWorkplaces'] as {
      nodes: { organizationName: string; role: string; membershipId: string }[]
    }
    const elsewhere = nodes.find(({ role }) => role !== signIn.role)
    const switched = await mutate(
      api,
      `($m: BigInt!) { switchWorkplace(membershipId: $m) { role accessToken } }`,
      { m: elsewhere?.membershipId },
      signIn.accessToken,
    )
    expect(switched.answer).toMatchObject({ role: elsewhere?.role })
    const other = (switched.answer as { accessToken: string }).accessToken
    const roleOf = async (access: string) =>
      (await api.graphql('{ currentUserRole }', {}, access)).body.data?.['currentUserRole']
    expect([await roleOf(signIn.accessToken), await roleOf(other)]).toEqual([
      signIn.role,
      elsewhere?.role,
    ])
    expect(
      await mutate(
        api,
        `{ switchWorkplace(membershipId: "999999") { role } }`,
        {},
        signIn.accessToken,
      ),
    ).toMatchObject({ status: 404, code: 'FL002' })
    // One sign-in: out of the one is out of the other.
    await mutate(api, '{ logout { done } }', {}, other)
    expect(await products(api, signIn.accessToken)).toBe('FL903')
  })

  test('acts for a brand that lets the agency, as long as it does', async ({ api }) => {
    const mail = await somebody(api)
    await sql(
      api,
      `with agency as (
         select * from app_private.create_organization('agency', 'reach', 'Reach', 'UTC', 'EUR')
       )
       select app_private.add_member(g.id, a.user_id, 'agency_manager')
       from agency as g, app_private.user_accounts as a where a.mail = $1`,
      [mail],
    )
    const admin = await api.signIn('hooli', 'admin')
    await sql(
      api,
      `insert into app_public.products (brand_id, title, category, product_price, currency)
       select o.id, 'Apron', 'Kitchen', 1, 'EUR' from app_public.organizations as o
       where o.slug = 'hooli'`,
    )
    const granted = await mutate(
      api,
      '{ grantAgency(input: { agencySlug: "reach", role: analyst }) { result { rowId } } }',
      {},
      admin,
    )
    expect(granted.code).toBeUndefined()
    const grant = (granted.answer as { result: { rowId: string } }).result.rowId
    const { signIn } = await login(api, mail)
    const titles = async (access: string) => {
      const { body } = await api.graphql('{ products { nodes { title } } }', {}, access)
      return body.errors?.[0]?.extensions.code ?? body.data?.['products']
    }
    const { body } = await api.graphql(
      '{ ownWorkplaces { nodes { membershipId agencyGrantId brandName role } } }',
      {},
      signIn.accessToken,
    )
    const { nodes } = body.data?.['ownWorkplaces'] as { nodes: Record<string, string>[] }
    const place = nodes.find(({ agencyGrantId }) => agencyGrantId === grant)
    expect(place).toMatchObject({ brandName: 'hooli', role: 'analyst' })
    const switched = await mutate(
      api,
      `($m: BigInt!, $g: BigInt!) {
        switchWorkplace(membershipId: $m, agencyGrantId: $g) { role accessToken }
      }`,
      { m: place?.['membershipId'], g: grant },
      signIn.accessToken,
    )
    const { accessToken } = switched.answer as { accessToken: string }
    expect(await titles(accessToken)).toEqual({ nodes: [{ title: 'Apron' }] })
    await mutate(
      api,
      `($g: BigInt!) { endAgencyGrant(input: { grantId: $g }) { clientMutationId } }`,
      { g: grant },
      admin,
    )
    expect(await titles(accessToken)).toBe('FL903')
    expect((await api.graphql('{ currentUserRole }', {}, signIn.accessToken)).body.data).toEqual({
      currentUserRole: 'agency_manager',
    })
  })
})

describe('an account', () => {
  test('gets another address once that one has confirmed itself', async ({ api }) => {
    const [mail, next] = [await somebody(api, 'analyst'), newMail()]
    const { signIn } = await login(api, mail)
    const change = await mutate(
      api,
      `($p: String!, $m: String!) { changeMail(password: $p, mail: $m) { done } }`,
      { p: password, m: next },
      signIn.accessToken,
    )
    expect(change.answer).toEqual({ done: true })
    expect((await login(api, next)).code).toBe('FL111')
    const token = await tokenOf(api, 'confirm-mail')
    await mutate(api, '($t: String!) { confirmMail(token: $t) { done } }', { t: token })
    expect((await login(api, next)).signIn.role).toBe('analyst')
    expect((await login(api, mail)).code).toBe('FL111')
  })

  test('is deleted by who knows its password, and what was done stays', async ({ api }) => {
    const mail = await somebody(api, 'product_manager')
    const { signIn } = await login(api, mail)
    const made = await mutate(
      api,
      `{ createProduct(input: { product: {
        title: "Stays", category: "K", productPrice: "1", currency: "EUR"
      } }) { product { rowId } } }`,
      {},
      signIn.accessToken,
    )
    expect(made.code).toBeUndefined()
    const remove = (secret: string) =>
      mutate(
        api,
        '($p: String!) { deleteAccount(password: $p) { done } }',
        { p: secret },
        signIn.accessToken,
      )
    expect(await remove('Wrong-Horse-7')).toMatchObject({ status: 401, code: 'FL111' })
    expect(await remove(password)).toMatchObject({ answer: { done: true } })
    expect(await products(api, signIn.accessToken)).toBe('FL903')
    expect((await login(api, mail)).code).toBe('FL111')
    expect(
      await sql(api, `select from app_public.products as p where p.title = 'Stays'`),
    ).toHaveLength(1)
    // The address is free again, for whoever it belongs to now.
    expect((await register(api, mail)).answer).toEqual({ done: true })
  })

  test('is signed in to over HTTP only', async ({ api }) => {
    const line = openLine(api.url)
    const following = line.ask('mutation { login(mail: "a@b.example", password: "x") { outcome } }')
    const [told] = await following.has(1)
    const errors = [...following.errors, ...(told?.errors ?? [])]
    expect(errors.map(({ extensions }) => extensions?.['code'])).toEqual(['FL901'])
  })
})
