import { describe, expect } from 'vitest'
import { codeAt, stepAt } from '../../src/server/identity/totp.ts'
import { askFrom, test, type Site } from '../harness/browser.ts'
import type { Page } from 'playwright-core'

const password = 'Mild-Carpet-57'
const next = 'Brisk-Lantern-83'

let n = 0
const newMail = () => `reader${(n += 1)}@example.org`

/** As a mail program opens it: in a tab of its own. */
async function follow(page: Page, link: string): Promise<void> {
  await page.goto('about:blank')
  await page.goto(link)
}

const tellsOf = (page: Page) => page.getByRole('status')

/** As an app does that people register in; the link of the mail that follows. */
async function register(site: Site, page: Page, mail: string): Promise<string> {
  await page.goto(`${site.url}/account`)
  const { data } = await askFrom(
    page,
    `mutation ($mail: String!, $password: String!) {
      register(mail: $mail, password: $password, displayName: "Ann") { done }
    }`,
    { mail, password },
  )
  expect(data).toEqual({ register: { done: true } })
  return site.link(mail, 'Confirm')
}

async function confirmed(site: Site, page: Page): Promise<string> {
  const mail = newMail()
  await follow(page, await register(site, page, mail))
  await page.getByRole('button', { name: 'Confirm' }).click()
  await tellsOf(page).getByText('confirmed').waitFor()
  return mail
}

const logIn = (page: Page, mail: string, secret = password) =>
  askFrom(
    page,
    `mutation ($mail: String!, $secret: String!) {
      login(mail: $mail, password: $secret, cookies: true) {
        outcome role accessToken refreshToken challenge
      }
    }`,
    { mail, secret },
  )

/** Only who is signed in sees the sessions of somebody. */
const sessions = async (page: Page) => {
  const { data } = await askFrom(page, '{ ownSessions { nodes { isCurrent } } }')
  return data?.['ownSessions']
}

const one = { nodes: [{ isCurrent: true }] }

async function askForRecovery(site: Site, page: Page, mail: string): Promise<string> {
  await page.goto(`${site.url}/account`)
  await page.getByLabel('Mail address').fill(mail)
  await page.keyboard.press('Enter')
  await tellsOf(page).getByText('a mail is on its way').waitFor()
  return site.link(mail, 'Choose a new password')
}

describe('the link that confirms', () => {
  test('does so by its button, not by being opened; then one signs in', async ({ site, page }) => {
    const mail = newMail()
    await follow(page, await register(site, page, mail))
    expect(await page.title()).toBe('Confirm your address - Fluence')
    expect((await logIn(page, mail)).code).toBe('FL111')
    await page.getByRole('button', { name: 'Confirm' }).click()
    await tellsOf(page).getByText('you can sign in').waitFor()
    expect((await logIn(page, mail)).data).toMatchObject({ login: { outcome: 'signed_in' } })
    expect(await sessions(page)).toEqual(one)
  })

  test('works once, and says what to do then', async ({ site, page }) => {
    const link = await register(site, page, newMail())
    for (const told of ['Thank you', 'does not work any more. If you have confirmed']) {
      await follow(page, link)
      await page.getByRole('button', { name: 'Confirm' }).click()
      await tellsOf(page).getByText(told).waitFor()
      expect(await page.getByRole('button').count()).toBe(0)
    }
  })

  test('makes a new address the one to sign in with', async ({ site, page }) => {
    const [old, mail] = [await confirmed(site, page), newMail()]
    await logIn(page, old)
    const { data } = await askFrom(
      page,
      'mutation ($p: String!, $m: String!) { changeMail(password: $p, mail: $m) { done } }',
      { p: password, m: mail },
    )
    expect(data).toEqual({ changeMail: { done: true } })
    await follow(page, await site.link(mail, 'Confirm'))
    await page.getByRole('button', { name: 'Confirm' }).click()
    await tellsOf(page).getByText('Thank you').waitFor()
    expect((await logIn(page, old)).code).toBe('FL111')
    expect((await logIn(page, mail)).data).toMatchObject({ login: { outcome: 'signed_in' } })
    await site.mail(old, 'The address of your Fluence account was changed')
  })
})

describe('cookies', () => {
  test('hold the session out of the reach of scripts', async ({ site, page, context }) => {
    const mail = await confirmed(site, page)
    expect((await logIn(page, mail)).data).toMatchObject({
      login: { outcome: 'signed_in', accessToken: null, refreshToken: null },
    })
    expect(await page.evaluate('document.cookie')).toBe('')
    const kept = (await context.cookies()).map(({ name, httpOnly, sameSite }) => ({
      [name]: { httpOnly, sameSite },
    }))
    expect(Object.assign({}, ...kept)).toEqual({
      fluence_access: { httpOnly: true, sameSite: 'Lax' },
      fluence_refresh: { httpOnly: true, sameSite: 'Strict' },
    })
    const inScripts = await page.evaluate(
      'JSON.stringify([{ ...localStorage }, { ...sessionStorage }, history.state])',
    )
    expect(inScripts).toBe('[{},{},null]')

    await page.reload()
    expect(await sessions(page)).toEqual(one)
    const { data } = await askFrom(page, 'mutation { refreshSession { outcome } }')
    expect(data).toEqual({ refreshSession: { outcome: 'signed_in' } })
    expect(await sessions(page)).toEqual(one)
    await askFrom(page, 'mutation { logout { done } }')
    expect(await context.cookies()).toEqual([])
    expect(await sessions(page)).not.toEqual(one)
  })
})

describe('the link for a new password', () => {
  test('takes one by the keyboard alone, and says why another is refused', async ({
    site,
    page,
  }) => {
    const mail = await confirmed(site, page)
    await logIn(page, mail)
    await follow(page, await askForRecovery(site, page, mail))
    const focused = async () =>
      (await page.locator(':focus').getAttribute('name')) === 'newPassword'
    expect(await focused()).toBe(true)
    await page.keyboard.press('Enter')
    await page.locator('input:focus:user-invalid').waitFor()

    await page.keyboard.type('aabbccdd')
    await page.keyboard.press('Enter')
    await tellsOf(page)
      .getByText(/must .*a digit, .*upper case letter, .*special character, .*twice in a row/)
      .waitFor()
    expect(await focused()).toBe(true)

    await page.keyboard.press('Control+A')
    await page.keyboard.type(next)
    await page.keyboard.press('Tab')
    await page.keyboard.press('Space')
    expect(await page.getByLabel('New password').getAttribute('type')).toBe('text')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Space')
    await tellsOf(page).getByText('Your new password is set').waitFor()
    expect(await page.locator(':focus').getAttribute('role')).toBe('status')

    expect(await sessions(page)).not.toEqual(one)
    expect((await logIn(page, mail)).code).toBe('FL111')
    expect((await logIn(page, mail, next)).data).toMatchObject({ login: { outcome: 'signed_in' } })
    expect(await site.link(mail, 'Your Fluence password was changed')).toBe(`${site.url}/account`)
  })

  test('works once, and offers another', async ({ site, page }) => {
    const mail = await confirmed(site, page)
    const link = await askForRecovery(site, page, mail)
    for (const told of ['is set', 'does not work any more']) {
      await follow(page, link)
      await page.keyboard.type(next)
      await page.keyboard.press('Enter')
      await tellsOf(page).getByText(told).waitFor()
    }
    await page.keyboard.type(mail)
    await page.keyboard.press('Enter')
    await tellsOf(page).getByText('a mail is on its way').waitFor()
    await expect
      .poll(() => site.link(mail, 'Choose a new password'), { timeout: 20_000 })
      .not.toBe(link)
  })

  test('does not go around the second factor', async ({ site, page, context }) => {
    const mail = await confirmed(site, page)
    await logIn(page, mail)
    const { data } = await askFrom(page, 'mutation { enrolSecondFactor { secret } }')
    const { secret } = data?.['enrolSecondFactor'] as { secret: string }
    const codeOf = (step: number) => codeAt(step, unBase32(secret))
    const now = stepAt(new Date())
    const ready = await askFrom(
      page,
      'mutation ($c: String!) { confirmSecondFactor(code: $c) { recoveryCodes } }',
      { c: codeOf(now) },
    )
    expect(ready.code).toBeUndefined()
    await context.clearCookies()
    await follow(page, await askForRecovery(site, page, mail))
    await page.keyboard.type(next)
    await page.keyboard.press('Enter')
    await tellsOf(page).getByText('is set').waitFor()

    const half = await logIn(page, mail, next)
    expect(half.data).toMatchObject({ login: { outcome: 'second_factor' } })
    expect(await context.cookies()).toEqual([])
    const { challenge } = half.data?.['login'] as { challenge: string }
    const whole = await askFrom(
      page,
      `mutation ($challenge: String!, $code: String!) {
        giveSecondFactor(challenge: $challenge, code: $code, cookies: true) { outcome }
      }`,
      { challenge, code: codeOf(now + 1) },
    )
    expect(whole.data).toEqual({ giveSecondFactor: { outcome: 'signed_in' } })
    expect(await sessions(page)).toEqual(one)
  })
})

describe('the link of an invitation', () => {
  test('lets a newcomer in with a name and a password', async ({ site, page }) => {
    const mail = newMail()
    await site.invite('acme', mail, 'product_manager')
    await follow(page, await site.link(mail, 'You are invited to Acme'))
    await page.getByText(`Acme invites ${mail} as product manager.`).waitFor()
    await page.keyboard.type('   ')
    await page.keyboard.press('Enter')
    await page.locator('input[name=displayName]:focus:user-invalid').waitFor()
    await page.keyboard.press('Control+A')
    await page.keyboard.type('Bea Ünal')
    await page.keyboard.press('Tab')
    await page.keyboard.type('Bea-Ünal-1')
    await page.keyboard.press('Enter')
    await tellsOf(page).getByText('not be mostly your mail or name').waitFor()
    await page.keyboard.press('Control+A')
    await page.keyboard.type(password)
    await page.keyboard.press('Enter')
    await tellsOf(page).getByText('Welcome to Acme').waitFor()
    expect((await logIn(page, mail)).data).toMatchObject({ login: { role: 'product_manager' } })
  })

  test('asks nothing of who has an account', async ({ site, page }) => {
    const mail = await confirmed(site, page)
    await site.invite('globex', mail, 'analyst')
    const link = await site.link(mail, 'You are invited to Globex')
    await follow(page, link)
    await page.getByText(`Globex invites ${mail} as analyst.`).waitFor()
    expect(await page.getByRole('textbox').count()).toBe(0)
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await tellsOf(page).getByText('Welcome to Globex').waitFor()
    expect((await logIn(page, mail)).data).toMatchObject({ login: { role: 'analyst' } })

    await follow(page, link)
    await tellsOf(page).getByText('Ask whoever invited you for another one').waitFor()
    expect(await page.getByRole('button').count()).toBe(0)
  })
})

/** What an authenticator app makes of the secret that is typed into it. */
function unBase32(text: string): Buffer {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
  const bits = [...text].map((c) => alphabet.indexOf(c).toString(2).padStart(5, '0')).join('')
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)))
}
