import fs from 'node:fs'
import path from 'node:path'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { expect, inject } from 'vitest'
import { withClient } from '../../src/server/postgres/connect.ts'
import { until } from '../../src/server/postgres/processes.ts'
import { linkIn, type Mail, mailsIn } from './mails.ts'
import { freePort, makeFolder, Program, removeFolder } from './processes.ts'
import { signIn } from './sign-in.ts'
import { test as base } from './test.ts'

/** The whole program, as people reach it, with the mails that it sends. */
export interface Site {
  readonly url: string
  sql<T extends object>(text: string, values?: unknown[]): Promise<T[]>
  /** Waits for a mail to that address whose subject begins so. */
  mail(to: string, subject: string): Promise<Mail>
  /** Waits for it; the link in it. */
  link(to: string, subject: string): Promise<string>
  /** The requests so far, as the log of the program tells them. */
  requests(): { readonly method: string; readonly status: number }[]
  /** Invites somebody, as an admin of a brand that is new or there already. */
  invite(brand: string, mail: string, role: string): Promise<void>
}

export interface Answer {
  readonly status: number
  readonly data: Record<string, unknown> | null | undefined
  readonly code: string | undefined
}

/** Asks GraphQL from inside of a page: with its origin, and the cookies of its browser. */
export const askFrom = (page: Page, query: string, variables: object = {}): Promise<Answer> =>
  page.evaluate(async (body) => {
    const response = await fetch('/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    })
    const { data, errors } = (await response.json()) as {
      data: Answer['data']
      errors?: { extensions: { code: string } }[]
    }
    return { status: response.status, data, code: errors?.[0]?.extensions.code }
  }, JSON.stringify({ query, variables }))

const missing = (program: string) =>
  new Error(
    `There is no browser at ${program}. Install Chromium (on Debian: apt-get install chromium), or ` +
      'set FLUENCE_TEST_CHROMIUM to its program.',
  )

/** Chromium with a home of its own, which is gone afterwards. Root has no use for its sandbox. */
async function openBrowser(): Promise<{ browser: Browser; close(): Promise<void> }> {
  const executablePath = process.env['FLUENCE_TEST_CHROMIUM'] || '/usr/bin/chromium'
  if (!fs.existsSync(executablePath)) throw missing(executablePath)
  const home = makeFolder()
  const env = { PATH: process.env['PATH'] ?? '', HOME: home, TMPDIR: home }
  const chromiumSandbox = process.getuid?.() !== 0
  const browser = await chromium.launch({ executablePath, chromiumSandbox, env })
  return {
    browser,
    async close() {
      await browser.close()
      await removeFolder(home)
    },
  }
}

async function openSite(database: { readonly access: { readonly root: string } }) {
  const folder = makeFolder()
  const program = new Program({
    env: {
      DATABASE_URL: database.access.root,
      FLUENCE_SECRET: inject('secret'),
      FLUENCE_DATA_DIR: folder,
      FLUENCE_DEMO: 'off',
      PORT: await freePort(),
    },
  })
  const url = await program.ready()
  const sql = <T extends object>(text: string, values: unknown[] = []) =>
    withClient(database.access.root, async (client) => {
      const { rows } = await client.query(text, values)
      return rows as T[]
    })
  const site: Site = {
    url,
    sql,
    async mail(to, subject) {
      const isIt = (mail: Mail) => mail.to === to && mail.subject.startsWith(subject)
      const mail = await until(30_000, () => mailsIn(path.join(folder, 'mails')).findLast(isIt))
      if (mail === undefined) throw new Error(`no mail to ${to}: ${subject}\n${program.stdout}`)
      return mail
    },
    async link(to, subject) {
      return linkIn(await site.mail(to, subject)) ?? ''
    },
    requests() {
      const lines = program.stdout.split('\n').filter((line) => line.includes('"Request."'))
      return lines
        .map((line) => JSON.parse(line) as { method: string; status: number })
        .map(({ method, status }) => ({ method, status }))
    },
    async invite(brand, mail, role) {
      await sql(
        `insert into app_public.organizations (kind, slug, name, time_zone, currency)
         values ('brand', $1, initcap($1), 'UTC', 'EUR') on conflict do nothing`,
        [brand],
      )
      const handle = await withClient(database.access.root, async (client) => {
        const { rows } = await client.query<{ id: string }>(
          'select o.id from app_public.organizations as o where o.slug = $1',
          [brand],
        )
        return signIn(client, rows[0]?.id ?? '', 'admin')
      })
      const response = await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${handle}` },
        body: JSON.stringify({
          query: `mutation ($input: InviteInput!) { invite(input: $input) { clientMutationId } }`,
          variables: { input: { mail, role } },
        }),
      })
      expect(await response.json()).toEqual({ data: { invite: expect.anything() } })
    },
  }
  return {
    site,
    async close() {
      program.signal('SIGTERM')
      await program.end()
      await removeFolder(folder)
    },
  }
}

/** What a page complained of, as people who debug it would see it. */
function complaintsOf(page: Page): string[] {
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => {
    // An answer that refuses is no complaint about the page.
    const isRefusal = message.text().startsWith('Failed to load resource')
    if (message.type() === 'error' && !isRefusal) complaints.push(message.text())
  })
  return complaints
}

/**
 * `test` with the whole program and a browser for the file, and a page for each test: of a person
 * who was never here before. A page that breaks its own rules fails the test.
 */
export const test = base.extend<{
  site: Site
  browser: Browser
  context: BrowserContext
  page: Page
}>({
  site: [
    async ({ database }, use) => {
      const { site, close } = await openSite(database)
      await use(site)
      await close()
    },
    { scope: 'file' },
  ],
  browser: [
    // oxlint-disable-next-line no-empty-pattern -- vitest reads the fixtures from this pattern
    async ({}, use) => {
      const { browser, close } = await openBrowser()
      await use(browser)
      await close()
    },
    { scope: 'file' },
  ],
  context: async ({ browser }, use) => {
    const context = await browser.newContext()
    context.setDefaultTimeout(20_000)
    await use(context)
    await context.close()
  },
  page: async ({ context }, use) => {
    const page = await context.newPage()
    const complaints = complaintsOf(page)
    await use(page)
    expect(complaints).toEqual([])
  },
})
