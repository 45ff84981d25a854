import type { Page } from 'playwright-core'
import { describe, expect } from 'vitest'
import { type Site, test } from '../harness/browser.ts'

/** As nobody has it: whatever it opens, the page is shown. */
const token = 'not-a-token-of-anybody'

const forms = ['confirm', 'recover', 'forgotten', 'invitation'] as const

/** An answer of the server, made up where a real one would need a token. */
const offer = (organizationName: string, hasAccount = false) => ({
  data: {
    lookAtInvitation: { organizationName, role: 'analyst', mail: 'ann@example.org', hasAccount },
  },
})

const answerWith = (page: Page, body: object | string, status = 200) =>
  page.route('**/graphql', (route) =>
    route.fulfill({
      status,
      contentType: 'application/json',
      body: typeof body === 'string' ? body : JSON.stringify(body),
    }),
  )

async function open(site: Site, page: Page, form: string): Promise<void> {
  if (form === 'invitation') await answerWith(page, offer('A'.repeat(100)))
  await page.goto(`${site.url}/account#${form}=${token}`)
  await page.locator(`#${form}`).waitFor()
}

describe('the token of a link', () => {
  test('is not kept in the address, the way back or what is sent along', async ({ site, page }) => {
    const sent: string[] = []
    page.on('request', async (request) => {
      const { referer = '' } = request.headers()
      sent.push(`${request.method()} ${request.url()} ${referer}`)
    })
    await open(site, page, 'recover')
    expect(page.url()).toBe(`${site.url}/account`)
    await page.goto(`${site.url}/healthz`)
    await page.goBack()
    expect(page.url()).toBe(`${site.url}/account`)
    expect(sent.length).toBeGreaterThan(3)
    expect(
      sent.map((line) => line.replace(`${site.url}/account#recover=${token} `, '')),
    ).not.toContainEqual(expect.stringContaining(token))
  })

  test('counts also where the page was open before', async ({ site, page }) => {
    await open(site, page, 'forgotten')
    await page.evaluate(`location.assign('#recover=${token}')`)
    await page.locator('#recover').waitFor()
    expect(page.url()).toBe(`${site.url}/account`)
    await page.goBack()
    expect(page.url()).toBe(`${site.url}/account`)
  })
})

describe('the page', () => {
  for (const form of forms) {
    test(`${form} fits a small screen, and is named throughout`, async ({ site, page }) => {
      await page.setViewportSize({ width: 360, height: 640 })
      await open(site, page, form)
      const width = () => page.evaluate('document.documentElement.scrollWidth')
      expect(await width()).toBe(360)
      // As large as people who see little make it.
      await page.evaluate(`document.documentElement.style.setProperty('font-size', '32px')`)
      expect(await width()).toBe(360)

      const unnamed = await page.evaluate(`[...document.querySelectorAll('input, button')]
        .filter((node) => node.checkVisibility())
        .filter((node) => {
          const named = node.tagName === 'BUTTON' ? [node] : [...node.labels]
          return named.every(({ textContent }) => textContent.trim() === '')
        })
        .map((node) => node.outerHTML)`)
      expect(unnamed).toEqual([])
      expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe(
        (await page.title()).replace(' - Fluence', ''),
      )
    })
  }

  test('is walked through in the order in which it is read', async ({ site, page }) => {
    await open(site, page, 'invitation')
    const walked: string[] = []
    for (let step = 0; step < 4; step += 1) {
      walked.push(
        await page.evaluate<string>(`
          (document.activeElement.labels?.[0] ?? document.activeElement).textContent.trim()`),
      )
      await page.keyboard.press('Tab')
    }
    expect(walked).toEqual(['Your name', 'Password', 'Show it', 'Accept'])
  })

  test('tells what a password must have, before and after', async ({ site, page }) => {
    await open(site, page, 'recover')
    const ids = await page.getByLabel('New password').getAttribute('aria-describedby')
    const described = (ids ?? '').split(' ').map((id) => page.locator(`#${id}`).textContent())
    expect(await Promise.all(described)).toEqual([
      '',
      expect.stringMatching(/^\s*At least 8 characters/),
    ])
  })

  test('is the same with a slash behind it', async ({ site, page }) => {
    await page.goto(`${site.url}/account/#recover=${token}`)
    await page.locator('#recover').waitFor()
  })
})

describe('what goes wrong', () => {
  const confirm = async (site: Site, page: Page) => {
    await open(site, page, 'confirm')
    await page.getByRole('button', { name: 'Confirm' }).click()
    await page.locator('#told.refused').waitFor()
    return page.getByRole('status').textContent()
  }

  test('on the way to the server is told, and can be tried again', async ({
    site,
    page,
    context,
  }) => {
    await open(site, page, 'recover')
    await context.setOffline(true)
    await page.keyboard.type('Mild-Carpet-57')
    await page.keyboard.press('Enter')
    await page.getByRole('status').getByText('Fluence does not answer').waitFor()
    await context.setOffline(false)
    await page.keyboard.press('Enter')
    await page.getByRole('status').getByText('This link does not work any more').waitFor()
  })

  test('in front of the server is never taken for done', async ({ site, page }) => {
    const answers = [
      ['<h1>502 Bad Gateway</h1>', 'Fluence does not answer. Try again in a little while.'],
      [{ error: { code: 'origin_not_allowed', message: 'Not here.' } }, 'Not here.'],
      [{ data: null, errors: [{ message: 'Too often.', extensions: {} }] }, 'Too often.'],
      ['null', 'Fluence does not answer. Try again in a little while.'],
    ] as const
    for (const [answer, told] of answers) {
      await page.goto('about:blank')
      await answerWith(page, answer, 403)
      expect(await confirm(site, page)).toBe(told)
      expect(await page.getByRole('button', { name: 'Confirm' }).isVisible()).toBe(true)
    }
  })

  test('leaves who presses twice with one attempt', async ({ site, page }) => {
    let asked = 0
    const { promise, resolve } = Promise.withResolvers<void>()
    await page.route('**/graphql', async (route) => {
      asked += 1
      await promise
      await route.continue()
    })
    await open(site, page, 'confirm')
    const button = page.getByRole('button', { name: 'Confirm' })
    await button.click()
    await button.click()
    resolve()
    await page.locator('#told.refused').waitFor()
    expect(asked).toBe(1)
  })
})
