import { describe, expect, test } from 'vitest'
import { Problem } from '../../src/problem.ts'
import { mailSettings } from '../../src/server/env-mail.ts'

const { smtpUrl, mailFrom } = mailSettings

describe('SMTP_URL', () => {
  test.each(['smtp://localhost:2525', 'smtps://me:p%40ss@mail.example', 'smtp://[::1]:25'])(
    '%s is read',
    (text) => {
      expect(smtpUrl.parse(text)).toBe(text)
    },
  )

  test.each([
    'mail.example',
    'http://mail.example',
    'smtp://',
    'smtps://secret@mail.example',
    'smtps://me:se%zzcret@mail.example',
    'smtps://me:secret@mail.example/?ignoreTLS=true',
    'smtps://me:secret@mail.example/path',
  ])('%s is refused, and not repeated', (text) => {
    expect(() => smtpUrl.parse(text)).toThrow(Problem)
    expect(() => smtpUrl.parse(text)).toThrow('SMTP_URL is not the address of a mail server.')
  })

  test('may be unset', () => {
    expect(smtpUrl.parse(undefined)).toBeUndefined()
  })
})

describe('MAIL_FROM', () => {
  test.each([
    [undefined, { name: 'Fluence', address: 'fluence@localhost' }],
    ['me@shop.example', { name: 'Fluence', address: 'me@shop.example' }],
    ['<me@shop.example>', { name: 'Fluence', address: 'me@shop.example' }],
    ['Größe & Co. <me@shop.example>', { name: 'Größe & Co.', address: 'me@shop.example' }],
  ])('%s is read', (text, sender) => {
    expect(mailFrom.parse(text)).toEqual(sender)
  })

  test.each(['me', 'Me <me>', 'a@b.example, c@d.example', 'Me\r\nBcc: x <me@shop.example>'])(
    '%j is refused',
    (text) => {
      expect(() => mailFrom.parse(text)).toThrow(Problem)
    },
  )
})
