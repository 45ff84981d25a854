import type { AddressInfo } from 'node:net'
import net from 'node:net'
import { inspect } from 'node:util'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'
import { afterEach, describe, expect, test } from 'vitest'
import { MailFailure } from '../../src/server/mail/failure.ts'
import { type Mail, makeMailer } from '../../src/server/mail/transport.ts'
import { selfSigned } from '../../src/server/postgres/self-signed.ts'

const { cert, key } = selfSigned(['localhost', '127.0.0.1'])
const from = { name: 'Flüence "House"', address: 'fluence@house.example' }
const mail: Mail = {
  to: 'jane@shop.example',
  subject: 'Grüße an Zoë 🌷',
  text: `Hello\n.\nhttps://f.example/${'x'.repeat(200)}\n`,
  id: 'event-7',
}

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

interface Received {
  readonly from: string
  readonly to: readonly string[]
  readonly text: string
  readonly isSecure: boolean
  readonly user: unknown
}

/** A real server that keeps what it takes. */
async function serve(options: SMTPServerOptions = {}) {
  const received: Received[] = []
  const server = new SMTPServer({
    key,
    cert,
    authOptional: true,
    onAuth({ username, password }, _session, answer) {
      if (username === 'me' && password === 'p@ss:/ü') return answer(null, { user: username })
      return answer(refusal(535, 'no such user me'))
    },
    onData(stream, session, answer) {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope
        received.push({
          from: mailFrom === false ? '' : mailFrom.address,
          to: rcptTo.map(({ address }) => address),
          text: Buffer.concat(chunks).toString('utf8'),
          isSecure: session.secure,
          user: session.user,
        })
        answer()
      })
    },
    ...options,
  })
  server.on('error', () => {})
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closing.push(() => new Promise((resolve) => server.close(() => resolve())))
  return { received, port: (server.server.address() as AddressInfo).port }
}

const refusal = (responseCode: number, text: string) =>
  Object.assign(new Error(text), { responseCode })

const send = (smtpUrl: string, { ca = cert, ...changes }: Partial<Mail> & { ca?: string } = {}) =>
  makeMailer({ from, smtpUrl, outboxDir: '/nowhere', ca }).send({ ...mail, ...changes })

/** Why a mail was not sent; nothing in it names anybody. */
async function failure(sending: Promise<void>) {
  const error = await sending.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof MailFailure)) throw new Error('It was sent, or failed otherwise.')
  expect(inspect(error, { depth: 9, showHidden: true })).not.toMatch(/jane|example|p@ss|\bme\b/)
  return { code: error.code, isPermanent: error.isPermanent }
}

/** A header as it was meant: folded lines joined, words decoded. */
function header(text: string, name: string): string {
  const head = text.split('\r\n\r\n')[0]?.replace(/\r\n[ \t]+/g, ' ') ?? ''
  const line = head.split('\r\n').find((one) => one.startsWith(`${name}: `)) ?? ''
  return line
    .slice(name.length + 2)
    .replace(/\?=\s+=\?/g, '?==?')
    .replace(/=\?UTF-8\?([BQ])\?([^?]*)\?=/gi, (_, kind: string, word: string) =>
      kind.toUpperCase() === 'B'
        ? Buffer.from(word, 'base64').toString('utf8')
        : fromQuoted(word.replaceAll('_', ' ')),
    )
}

const fromQuoted = (text: string) =>
  Buffer.from(
    text
      .replace(/=\r\n/g, '')
      .replace(/=([\dA-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  ).toString('utf8')

describe('a mail', () => {
  test('arrives as it was written', async () => {
    const { port, received } = await serve()
    await send(`smtp://127.0.0.1:${port}`)
    expect(received).toHaveLength(1)
    const [{ text, ...envelope } = { text: '' }] = received
    expect(envelope).toMatchObject({ from: 'fluence@house.example', to: ['jane@shop.example'] })
    expect(header(text, 'Subject')).toBe(mail.subject)
    expect(header(text, 'From')).toMatch(/Flüence .*House.* <fluence@house\.example>$/)
    expect(header(text, 'To')).toBe('jane@shop.example')
    expect(header(text, 'Message-ID')).toBe('<event-7@house.example>')
    const body = text.slice(text.indexOf('\r\n\r\n') + 4)
    expect(fromQuoted(body).replaceAll('\r\n', '\n').trimEnd()).toBe(mail.text.trimEnd())
  })

  test('has the same name at a second attempt', async () => {
    const { port, received } = await serve()
    await send(`smtp://127.0.0.1:${port}`)
    await send(`smtp://127.0.0.1:${port}`)
    const names = received.map(({ text }) => header(text, 'Message-ID'))
    expect(names).toEqual(['<event-7@house.example>', '<event-7@house.example>'])
  })

  test('takes no header from its subject', async () => {
    const { port, received } = await serve()
    await send(`smtp://127.0.0.1:${port}`, { subject: 'Hi\r\nBcc: eve@evil.example\r\n\r\nBuy' })
    expect(received[0]?.to).toEqual(['jane@shop.example'])
    expect(received[0]?.text).not.toMatch(/^Bcc:/im)
    expect(received[0]?.text).not.toMatch(/^Buy/m)
  })
})

describe('over TLS', () => {
  const user = 'me:p%40ss%3A%2F%C3%BC@'

  test('from the first byte, with a user', async () => {
    const { port, received } = await serve({ secure: true, authOptional: false })
    await send(`smtps://${user}localhost:${port}`)
    expect(received).toMatchObject([{ isSecure: true, user: 'me' }])
  })

  test('after STARTTLS, with a user', async () => {
    const { port, received } = await serve({ authOptional: false })
    await send(`smtp://${user}localhost:${port}`)
    expect(received).toMatchObject([{ isSecure: true, user: 'me' }])
  })

  test('a mail is not sent to a server that nobody vouches for', async () => {
    const { port, received } = await serve({ secure: true })
    const other = selfSigned(['localhost']).cert
    const { isPermanent } = await failure(send(`smtps://localhost:${port}`, { ca: other }))
    expect({ isPermanent, received }).toEqual({ isPermanent: false, received: [] })
  })

  test('a mail is not sent in the clear to another machine', async () => {
    const { port, received } = await serve({ hideSTARTTLS: true, disabledCommands: ['STARTTLS'] })
    await send(`smtp://127.0.0.1:${port}`)
    expect(received).toHaveLength(1)
    // An address by which this machine is reached and that is none of its own.
    const { isPermanent } = await failure(send(`smtp://0.0.0.0:${port}`))
    expect({ isPermanent, count: received.length }).toEqual({ isPermanent: false, count: 1 })
  })

  test('wrong credentials wait until somebody mends them', async () => {
    const { port } = await serve({ secure: true })
    const sending = send(`smtps://me:wrong@localhost:${port}`)
    expect(await failure(sending)).toEqual({ code: 'smtp_535', isPermanent: false })
  })
})

describe('a server that says no', () => {
  test.each([
    [550, true],
    [553, true],
    [450, false],
    [421, false],
  ])('to the recipient, with %i', async (status, isPermanent) => {
    const { port } = await serve({
      onRcptTo: ({ address }, _session, answer) => answer(refusal(status, `<${address}> no`)),
    })
    const sending = send(`smtp://127.0.0.1:${port}`)
    expect(await failure(sending)).toEqual({ code: `smtp_${status}`, isPermanent })
  })

  test.each([
    [554, true],
    [452, false],
  ])('to the mail, with %i', async (status, isPermanent) => {
    const { port } = await serve({
      onData(stream, _session, answer) {
        stream.resume()
        stream.on('end', () => answer(refusal(status, 'no mail for jane@shop.example')))
      },
    })
    const sending = send(`smtp://127.0.0.1:${port}`)
    expect(await failure(sending)).toEqual({ code: `smtp_${status}`, isPermanent })
  })

  test('to everybody, at the door', async () => {
    const { port } = await serve({
      onConnect: (_session, answer) => answer(refusal(554, 'not for jane@shop.example')),
    })
    expect(await failure(send(`smtp://127.0.0.1:${port}`))).toMatchObject({ isPermanent: false })
  })
})

describe('a connection', () => {
  test('that is refused fails for now', async () => {
    const { port } = await serve()
    await closing.pop()?.()
    expect(await failure(send(`smtp://127.0.0.1:${port}`))).toMatchObject({ isPermanent: false })
  })

  test.each(['connect', 'MAIL', 'DATA', 'body'])('cut at %s fails for now', async (moment) => {
    const answers: Record<string, string> = {
      EHLO: '250 here',
      MAIL: '250 ok',
      RCPT: '250 ok',
      DATA: '354 go on',
    }
    const server = net.createServer((socket) => {
      socket.on('error', () => {})
      if (moment === 'connect') return socket.destroy()
      socket.write('220 here\r\n')
      socket.on('data', (chunk) => {
        const word = chunk.toString('latin1').slice(0, 4).toUpperCase()
        const answer = answers[word]
        if (word === moment || answer === undefined) socket.destroy()
        else socket.write(`${answer}\r\n`)
      })
      return undefined
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    closing.push(() => new Promise((resolve) => server.close(() => resolve())))
    const { port } = server.address() as AddressInfo
    expect(await failure(send(`smtp://127.0.0.1:${port}`))).toMatchObject({ isPermanent: false })
  })
})
