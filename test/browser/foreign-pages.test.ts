import http from 'node:http'
import type { AddressInfo } from 'node:net'
import type { BrowserContext, Page } from 'playwright-core'
import { describe, expect, onTestFinished } from 'vitest'
import { until } from '../../src/server/postgres/processes.ts'
import { askFrom, type Site, test } from '../harness/browser.ts'

const password = 'Mild-Carpet-57'

let n = 0

/** Somebody who may add products, signed in with cookies. */
async function victim(site: Site, page: Page): Promise<void> {
  const mail = `victim${(n += 1)}@example.org`
  await site.invite('acme', mail, 'product_manager')
  const [, token] = (await site.link(mail, 'You are invited')).split('=')
  await page.goto(`${site.url}/account`)
  await askFrom(
    page,
    `mutation ($token: String!, $password: String!) {
      acceptInvitation(token: $token, displayName: "Vic", password: $password) { done }
    }`,
    { token, password },
  )
  const { data } = await askFrom(
    page,
    `mutation ($mail: String!, $password: String!) {
      login(mail: $mail, password: $password, cookies: true) { role }
    }`,
    { mail, password },
  )
  expect(data).toEqual({ login: { role: 'product_manager' } })
}

/** Adds a product, and signs out. */
const mischief = (title: string) =>
  `mutation { createProduct(input: { product: {
    title: "${title}", category: "K", productPrice: "1", currency: "EUR"
  } }) { product { title } } logout { done } }`

const productsCalled = (site: Site, title: string) =>
  site.sql('select from app_public.products as p where p.title = $1', [title])

interface Elsewhere {
  readonly port: number
  /** What was sent to its /graphql, with the cookies that ours would get. */
  readonly heard: http.IncomingMessage[]
}

/** A server of somebody else on this machine. Cookies know no ports, so it is sent ours too. */
async function elsewhere(): Promise<Elsewhere> {
  const heard: http.IncomingMessage[] = []
  const server = http.createServer((request, response) => {
    if (request.url?.startsWith('/graphql')) heard.push(request)
    response.setHeader('content-type', 'text/html')
    response.end('<!doctype html><title>Elsewhere</title>')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { port: (server.address() as AddressInfo).port, heard }
}

const submit = (how: string) => `
  const form = Object.assign(document.createElement('form'), { action: url, method: 'post' })
  const field = document.createElement('input')
  ${how}
  form.append(field)
  document.body.append(form)
  form.submit()`

/** The ways in which a page can send something to another origin. */
const ways = {
  'a form': submit(`Object.assign(field, { name: 'query', value: query })`),
  'a form of plain text that is JSON': submit(`
    form.enctype = 'text/plain'
    const name = '{"query":' + JSON.stringify(query) + ',"x":"'
    Object.assign(field, { name, value: '"}' })`),
  'a link': `location.assign(url + '?query=' + encodeURIComponent(query))`,
  'a simple request': `
    const body = JSON.stringify({ query })
    void fetch(url, { method: 'POST', mode: 'no-cors', credentials: 'include', body })`,
  'a request that asks before': `
    const headers = { 'content-type': 'application/json' }
    const body = JSON.stringify({ query })
    fetch(url, { method: 'POST', credentials: 'include', headers, body }).catch(() => {})`,
  'a beacon': `navigator.sendBeacon(url, JSON.stringify({ query }))`,
  'a frame of no origin': `
    const frame = document.createElement('iframe')
    frame.sandbox = 'allow-scripts'
    const body = JSON.stringify(JSON.stringify({ query }))
    frame.srcdoc = '<script>fetch(' + JSON.stringify(url) +
      ', { method: "POST", mode: "no-cors", credentials: "include", body: ' + body + '})</script>'
    document.body.append(frame)`,
} as const

type Way = keyof typeof ways

/** Those after which the browser shows the answer in place of the page. */
const leaving = new Set<Way>(['a form', 'a form of plain text that is JSON', 'a link'])

interface Attempt {
  readonly from: string
  readonly to: string
  readonly way: Way
  readonly query: string
  /** What the other side has heard so far. */
  heard(): unknown[]
}

/** Opens a page, lets it try one of these, and waits until that was heard of. */
async function attempt(context: BrowserContext, { from, to, way, query, heard }: Attempt) {
  const before = heard().length
  const page = await context.newPage()
  await page.goto(from)
  const given = [`${to}/graphql`, query].map((text) => JSON.stringify(text)).join(', ')
  // Later, because what leaves the page would take the answer to us with it.
  await page.evaluate(`void setTimeout((url, query) => { ${ways[way]} }, 0, ${given})`)
  const isHeard = await until(10_000, () => heard().length > before)
  if (!isHeard) throw new Error(`nothing was heard of ${way}`)
  if (leaving.has(way)) await page.waitForURL(`${to}/**`)
  await page.close()
}

/** Which cookies of ours were sent along. */
const cookiesIn = ({ headers }: http.IncomingMessage) =>
  [...(headers.cookie ?? '').matchAll(/fluence_(\w+)=/g)].map(([, name]) => name)

const both = ['refresh', 'access']

/** Which cookies SameSite lets pass; the rest is the server's to refuse. */
const places: readonly { where: string; host: string; sent: Record<Way, readonly string[]> }[] = [
  {
    where: 'on another site',
    host: 'localhost',
    sent: {
      'a form': [],
      'a form of plain text that is JSON': [],
      'a link': ['access'],
      'a simple request': [],
      'a request that asks before': [],
      'a beacon': [],
      'a frame of no origin': [],
    },
  },
  {
    where: 'on another port of this host',
    host: '127.0.0.1',
    sent: {
      'a form': both,
      'a form of plain text that is JSON': both,
      'a link': both,
      'a simple request': both,
      'a request that asks before': [],
      'a beacon': both,
      'a frame of no origin': [],
    },
  },
]

/** How each of them is refused. */
const refused: Record<Way, object> = {
  'a form': { method: 'POST', status: 403 },
  'a form of plain text that is JSON': { method: 'POST', status: 403 },
  'a link': { method: 'GET', status: 405 },
  'a simple request': { method: 'POST', status: 403 },
  'a request that asks before': { method: 'OPTIONS', status: 403 },
  'a beacon': { method: 'POST', status: 403 },
  'a frame of no origin': { method: 'POST', status: 403 },
}

describe('a page of somebody else', () => {
  for (const { where, host, sent } of places) {
    test(`${where} does nothing in the name of who is signed in`, async ({
      site,
      page,
      context,
    }) => {
      await victim(site, page)
      const before = await context.cookies()
      const [theirs, { port, heard }] = [await elsewhere(), await elsewhere()]
      const cookies: Record<string, unknown> = {}
      const answers: Record<string, unknown> = {}
      const from = `http://${host}:${theirs.port}`
      const query = mischief('Planted')
      for (const way of Object.keys(ways) as Way[]) {
        const there = { to: `http://127.0.0.1:${port}`, heard: () => heard }
        await attempt(context, { from, way, query, ...there })
        cookies[way] = heard.slice(-1).flatMap(cookiesIn)
        await attempt(context, { from, way, query, to: site.url, heard: () => site.requests() })
        answers[way] = site.requests().at(-1)
      }
      expect(cookies).toEqual(sent)
      expect(answers).toEqual(refused)
      expect(await context.cookies()).toEqual(before)
      expect(await productsCalled(site, 'Planted')).toEqual([])
      // A page of ours does the same, and is heard.
      expect(await askFrom(page, mischief(`Mine, ${where}`))).toMatchObject({ status: 200 })
      expect(await productsCalled(site, `Mine, ${where}`)).toHaveLength(1)
      expect(await context.cookies()).toEqual([])
    })
  }

  test('opens no socket, and shows no page of ours in a frame', async ({ site, page, context }) => {
    await victim(site, page)
    const openSocket = (tab: Page) =>
      tab.evaluate(`new Promise((resolve) => {
        const socket = new WebSocket('${site.url.replace('http', 'ws')}/graphql', 'graphql-transport-ws')
        for (const type of ['open', 'error']) socket.addEventListener(type, () => resolve(type))
      })`)
    expect(await openSocket(page)).toBe('open')
    const tab = await context.newPage()
    await tab.goto(`http://127.0.0.1:${(await elsewhere()).port}`)
    expect(await openSocket(tab)).toBe('error')

    await tab.evaluate(`new Promise((resolve) => {
      const frame = document.createElement('iframe')
      frame.src = '${site.url}/account#confirm=x'
      frame.addEventListener('load', resolve, { once: true })
      document.body.append(frame)
    })`)
    const [, frame] = tab.frames()
    await expect.poll(() => frame?.url()).toMatch(/^chrome-error:/)
  })
})
