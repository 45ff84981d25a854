import fs from 'node:fs'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { SMTPServer } from 'smtp-server'
import { expect, onTestFinished, test } from 'vitest'
import { until } from '../../src/server/postgres/processes.ts'
import {
  freePort,
  type Program,
  query,
  start,
  superuserUrl,
  temporaryFolder,
} from '../harness/processes.ts'

const password = 'Mild-Carpet-57'

async function mutate(url: string, text: string, variables: object) {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: `mutation ${text}`, variables }),
  })
  const { data, errors } = (await response.json()) as {
    data: Record<string, Record<string, unknown> | null> | null
    errors?: { extensions: { code: string } }[]
  }
  return { answer: Object.values(data ?? {})[0], code: errors?.[0]?.extensions.code }
}

const register = (url: string, mail: string) =>
  mutate(
    url,
    `($mail: String!, $password: String!) {
      register(mail: $mail, password: $password, displayName: "Zoë") { done }
    }`,
    { mail, password },
  )

/** As a mail program shows it: soft line breaks and the like undone. */
const shown = (mail: string) => mail.replace(/=\r?\n/g, '').replaceAll('=3D', '=')

const linkIn = (mail: string) => /https?:\/\/\S+#confirm=(\S+)/.exec(shown(mail))

async function confirmAndLogIn(url: string, mail: string, token: string) {
  const confirmed = await mutate(url, '($t: String!) { confirmMail(token: $t) { done } }', {
    t: token,
  })
  expect(confirmed).toEqual({ answer: { done: true }, code: undefined })
  return mutate(
    url,
    '($m: String!, $p: String!) { login(mail: $m, password: $p) { outcome accessToken } }',
    { m: mail, p: password },
  )
}

/** Neither in the log nor in what is kept of work that was done, is or failed. */
async function expectNoTraceOf(program: Program, data: string, ...secrets: string[]) {
  const kept = await query<{ text: string }>(
    superuserUrl(data),
    `select coalesce(string_agg(t.text, ' '), '') as text from (
       select j::text as text from graphile_worker._private_jobs as j
       union all select d::text from app_private.outbox_deliveries as d
       union all select o::text from app_private.outbox as o
       union all select m::text from app_private.mail_tokens as m
       union all select s::text from app_private.sessions as s
       union all select r::text from app_private.refresh_tokens as r
     ) as t`,
  )
  const all = program.stdout + program.stderr + kept[0]?.text
  for (const secret of secrets) expect(all).not.toContain(secret)
}

test('a person registers, follows the link of the mail in the folder, and signs in', async () => {
  const data = path.join(temporaryFolder(), 'data')
  const program = start({ env: { FLUENCE_DATA_DIR: data, PORT: await freePort() } })
  const url = await program.ready()
  const folder = path.join(data, 'mails')
  expect(program.stdout).toContain(folder)

  const mail = 'zoe.canary@shop.example'
  expect(await register(url, mail)).toEqual({ answer: { done: true }, code: undefined })
  const file = await until(30_000, () =>
    fs.existsSync(folder)
      ? fs.readdirSync(folder).find((name) => name.endsWith('.eml'))
      : undefined,
  )
  const text = fs.readFileSync(path.join(folder, file ?? ''), 'utf8')
  expect(fs.statSync(path.join(folder, file ?? '')).mode & 0o777).toBe(0o600)
  const [link = '', token = ''] = linkIn(text) ?? []
  expect(link).toBe(`${url}/account#confirm=${token}`)
  const page = await fetch(link.split('#')[0] ?? '')
  expect([page.status, page.headers.get('content-security-policy')]).toEqual([
    200,
    expect.stringContaining("script-src 'self'"),
  ])
  for (const part of ['page.js', 'style.css']) {
    expect((await fetch(`${url}/account/${part}`)).status).toBe(200)
  }

  const { answer } = await confirmAndLogIn(url, mail, token)
  expect(answer).toEqual({ outcome: 'signed_in', accessToken: expect.any(String) })
  await expectNoTraceOf(program, data, mail, password, token, String(answer?.['accessToken']))
})

test('a mail server that is busy gets the mail later, once', async () => {
  const taken: string[] = []
  let refusals = 2
  const smtp = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onMailFrom(_address, _session, answer) {
      refusals -= 1
      const busy = Object.assign(new Error('busy'), { responseCode: 451 })
      return refusals >= 0 ? answer(busy) : answer()
    },
    onData(stream, _session, answer) {
      let text = ''
      stream.setEncoding('utf8').on('data', (piece: string) => {
        text += piece
      })
      stream.on('end', () => {
        taken.push(text)
        answer()
      })
    },
  })
  smtp.on('error', () => {})
  await new Promise<void>((resolve) => smtp.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => new Promise<void>((resolve) => smtp.close(() => resolve())))
  const { port } = smtp.server.address() as AddressInfo

  const data = path.join(temporaryFolder(), 'data')
  const env = {
    FLUENCE_DATA_DIR: data,
    PORT: await freePort(),
    SMTP_URL: `smtp://127.0.0.1:${port}`,
    MAIL_FROM: 'Fluence <fluence@shop.example>',
  }
  const program = start({ env })
  const url = await program.ready()
  await register(url, 'ben@shop.example')
  await until(60_000, () => taken.length > 0)
  await until(30_000, async () => {
    const [left] = await query<{ events: string }>(
      superuserUrl(data),
      'select count(*) as events from app_private.outbox_deliveries',
    )
    return left?.events === '0'
  })
  expect(taken).toHaveLength(1)
  expect(taken[0]).toContain('To: ben@shop.example')
  const token = linkIn(taken[0] ?? '')?.[1] ?? ''
  expect((await confirmAndLogIn(url, 'ben@shop.example', token)).answer).toMatchObject({
    outcome: 'signed_in',
  })
  expect(fs.existsSync(path.join(data, 'mails'))).toBe(false)
})
