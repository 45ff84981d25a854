import { describe, expect } from 'vitest'
import {
  login,
  mutate,
  newMail,
  password,
  products,
  register,
  somebody,
  sql,
  tokenOf,
} from '../../harness/accounts.ts'
import { test } from '../../harness/api.ts'
import { openLine } from '../../harness/socket.ts'

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
