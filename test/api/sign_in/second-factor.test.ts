import { describe, expect } from 'vitest'
import { codeAt, stepAt } from '../../../src/server/identity/totp.ts'
import { login, mutate, products, type SignIn, somebody, sql } from '../../harness/accounts.ts'
import { type Api, test } from '../../harness/api.ts'

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
    expect(new URL(setup.uri).pathname).toBe(`/Fluence:${encodeURIComponent(mail)}`)
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
