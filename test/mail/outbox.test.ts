import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { makeMailer } from '../../src/server/mail/transport.ts'

let base: string
beforeEach(() => {
  base = fs.mkdtempSync(path.join(os.tmpdir(), 'fluence-mail-'))
})
afterEach(() => fs.rmSync(base, { recursive: true }))

const mailer = (outboxDir: string) =>
  makeMailer({
    from: { name: 'Fluence', address: 'fluence@house.example' },
    smtpUrl: undefined,
    outboxDir,
  })
const mail = { to: 'jane@shop.example', subject: 'Grüße', text: 'Hello\n', id: 'one' }
const mode = (file: string) => fs.statSync(file).mode & 0o777

describe('without a server for mails', () => {
  test('each is a file that its owner alone can read', async () => {
    const dir = path.join(base, 'a/mail')
    await mailer(dir).send(mail)
    const [name = '', ...others] = fs.readdirSync(dir)
    expect(others).toEqual([])
    expect(name).toMatch(/^\d{8}T\d{6}\.\d{3}Z-\d{6}-[\da-f]{8}\.eml$/)
    expect([mode(dir), mode(path.join(dir, name))]).toEqual([0o700, 0o600])
    const text = fs.readFileSync(path.join(dir, name), 'utf8')
    expect(text).toMatch(/^From: Fluence <fluence@house\.example>\r?$/m)
    expect(text).toMatch(/^To: jane@shop\.example\r?$/m)
    expect(text).toMatch(/^Message-ID: <one@house\.example>\r?$/m)
    expect(text).toMatch(/^Auto-Submitted: auto-generated\r?$/m)
    expect(text).toMatch(/\r?\n\r?\nHello\r?\n$/)
  })

  test('their names sort by time', async () => {
    const dir = path.join(base, 'mail')
    for (const id of ['b', 'a', 'c', 'd']) await mailer(dir).send({ ...mail, id })
    const ids = fs
      .readdirSync(dir)
      .toSorted()
      .map((file) => /<(\w)@/.exec(fs.readFileSync(path.join(dir, file), 'utf8'))?.[1])
    expect(ids).toEqual(['b', 'a', 'c', 'd'])
  })

  test('a folder that is open to others is closed', async () => {
    const dir = path.join(base, 'mail')
    fs.mkdirSync(dir, { mode: 0o755 })
    await mailer(dir).send(mail)
    expect(mode(dir)).toBe(0o700)
  })

  test('no planted link is followed', async () => {
    const [dir, elsewhere] = [path.join(base, 'mail'), path.join(base, 'elsewhere')]
    fs.mkdirSync(elsewhere)
    fs.symlinkSync(elsewhere, dir)
    await expect(mailer(dir).send(mail)).rejects.toMatchObject({
      code: 'enotours',
      isPermanent: false,
    })
    expect(fs.readdirSync(elsewhere)).toEqual([])
  })
})

describe('an address', () => {
  test.each([
    '',
    'jane',
    'jane@',
    '@shop.example',
    'jane@shop.example, eve@evil.example',
    'jane@shop.example\r\nBcc: eve@evil.example',
    'Jane <jane@shop.example>',
    '"jane@evil.example "@shop.example',
    'jane@evil.example@shop.example',
    'jane@shop.example\u202E',
    `${'x'.repeat(65)}@shop.example`,
  ])('%j is refused for good, without being repeated', async (to) => {
    const sending = mailer(path.join(base, 'mail')).send({ ...mail, to })
    await expect(sending).rejects.toMatchObject({
      message: 'The mail could not be sent: bad_address.',
      code: 'bad_address',
      isPermanent: true,
    })
    expect(fs.existsSync(path.join(base, 'mail'))).toBe(false)
  })

  test.each(['jane.doe+x@shop.example', 'jörg@müller.example'])('%s is taken', async (to) => {
    const dir = path.join(base, 'mail')
    await mailer(dir).send({ ...mail, to })
    expect(fs.readdirSync(dir)).toHaveLength(1)
  })
})
