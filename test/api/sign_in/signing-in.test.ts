import { describe, expect } from 'vitest'
import { newOpaque, sha256Of } from '../../../src/server/identity/opaque.ts'
import {
  login,
  mutate,
  newMail,
  password,
  products,
  register,
  type SignIn,
  somebody,
  sql,
  tokenOf,
} from '../../harness/accounts.ts'
import { type Api, test } from '../../harness/api.ts'

describe('signing in', () => {
  test('takes registration, a confirmed address, and the password', async ({ api }) => {
    const mail = newMail()
    expect(await register(api, mail)).toMatchObject({ status: 200, answer: { done: true } })
    expect(await login(api, mail)).toMatchObject({ status: 401, code: 'FL111' })
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

  test('takes one address in whatever form it is written', async ({ api }) => {
    expect(await register(api, 'Özge@Bücher.example.')).toMatchObject({ answer: { done: true } })
    const token = await tokenOf(api, 'confirm-mail')
    await mutate(api, '($t: String!) { confirmMail(token: $t) { done } }', { t: token })
    for (const mail of ['öZGE@bücher.example', 'o\u0308zge@XN--BCHER-KVA.example']) {
      expect(await login(api, mail)).toMatchObject({ signIn: { outcome: 'signed_in' } })
    }
    for (const mail of ['ann@[127.0.0.1]', 'ann\u200b@example.org', '"a n n"@example.org']) {
      expect((await register(api, mail)).code).toBe('FL913')
    }
    const boss = await api.signIn('umlauts', 'admin')
    const invite =
      '{ invite(input: { mail: "ann@bücher.example.", role: analyst }) { clientMutationId } }'
    const inviteBy = `($m: MailAddress!) {
      invite(input: { mail: $m, role: analyst }) { clientMutationId }
    }`
    expect((await mutate(api, invite, {}, boss)).code).toBeUndefined()
    expect((await mutate(api, inviteBy, { m: 'ben@BÜCHER.example' }, boss)).code).toBeUndefined()
    expect((await mutate(api, inviteBy, { m: 'b\u202een@x.example' }, boss)).code).toBe('FL913')
    const { body } = await api.graphql('{ openInvitations { nodes { mail } } }', {}, boss)
    expect(body.data).toEqual({
      openInvitations: {
        nodes: [{ mail: 'ann@xn--bcher-kva.example' }, { mail: 'ben@xn--bcher-kva.example' }],
      },
    })
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
