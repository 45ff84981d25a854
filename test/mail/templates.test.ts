import fs from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import {
  fillIn,
  harmless,
  isTemplate,
  renderMail,
  type Template,
  templateDir,
  templates,
} from '../../src/server/mail/templates.ts'

const sample = (template: Template) =>
  Object.fromEntries(
    templates[template].map((name) => [name, name === 'link' ? 'https://f.example/x?t=1' : 'Some']),
  )

describe('the files of mails', () => {
  const files = fs.readdirSync(templateDir).map((file) => path.basename(file, '.txt'))

  test('are those that the program knows', () => {
    expect(files.toSorted()).toEqual(Object.keys(templates).toSorted())
    expect([isTemplate('invitation'), isTemplate('toString')]).toEqual([true, false])
  })

  test.each(Object.keys(templates) as Template[])('%s can be filled in', (template) => {
    const { subject, text } = renderMail(template, sample(template) as never)
    expect(subject).toMatch(/Fluence/)
    expect(text).toMatch(/^\S/)
    expect(`${subject}${text}`).not.toMatch(/[{}]/)
    if (templates[template].some((name) => name === 'link')) {
      expect(text).toMatch(/^https:\/\/f\.example\/x\?t=1$/m)
    }
  })
})

describe('a template', () => {
  const fill = (source: string, values: Record<string, string>, names = Object.keys(values)) =>
    fillIn(source, names, values)

  test('has its subject first', () => {
    expect(fill('Hello {{name}}\n\nDear {{name}},\nbye\n', { name: 'Zoë' })).toEqual({
      subject: 'Hello Zoë',
      text: 'Dear Zoë,\nbye\n',
    })
  })

  test.each([
    ['an unknown placeholder', 'S\n\n{{name}} {{other}}', { name: 'a' }],
    ['a placeholder that is not used', 'S\n\n{{name}}', { name: 'a', other: 'b' }],
    ['an empty value', 'S\n\n{{name}}', { name: ' ' }],
    ['a broken placeholder', 'S\n\n{{name}} {{na me}}', { name: 'a' }],
    ['no subject', '\n\n{{name}}', { name: 'a' }],
    ['no line between subject and text', 'S\n{{name}}', { name: 'a' }],
    ['a link that is none', 'S\n\n{{link}}', { link: 'javascript:alert(1)' }],
  ])('is refused for %s', (_what, source, values) => {
    expect(() => fill(source, values)).toThrow(/Placeholders at odds|broken|subject|no address/)
  })

  test('is refused where a value is missing', () => {
    expect(() => fillIn('S\n\n{{name}}', ['name'], {})).toThrow('Placeholders at odds: name.')
  })

  test('does not take a value for a template', () => {
    const filled = fill('S {{name}}\n\n{{other}}', { name: '{{other}} $1 $&', other: 'secret' })
    expect(filled.subject).toBe('S {{other}} $1 $&')
  })

  test('keeps a value in its line, whatever is in it', () => {
    const values = { name: 'Eve\r\nBcc: all@shop.example\n\nBuy\u2028now\u0085' }
    expect(fill('For {{name}}\n\n{{name}}', values)).toEqual({
      subject: 'For Eve Bcc: all at shop. example Buy now',
      text: 'Eve Bcc: all at shop. example Buy now',
    })
  })

  test('gives a link as an address on one line', () => {
    const link = 'https://f.example/a b\n?t=<x>'
    expect(fill('S\n\n{{link}}', { link }).text).toBe('https://f.example/a%20b?t=%3Cx%3E')
  })
})

describe('a name', () => {
  test.each([
    ['Zoë Müller-Ağaoğlu', 'Zoë Müller-Ağaoğlu'],
    ['محمد علی\u200Cزاده', 'محمد علی\u200Cزاده'],
    ['👩\u200D💻 Ann', '👩\u200D💻 Ann'],
    ['J.R. Smith', 'J. R. Smith'],
    ['Ann\u202Egnp.exe\u2066', 'Ann gnp. exe'],
    ['A\u200Bn\uFEFFn\u{E0041}', 'A n n'],
    ['a\0b\u001B[31m', 'a b [31m'],
    ['http://evil.example/x', 'http evil. example/x'],
    ['me@evil.example', 'me at evil. example'],
    ['Chrome 120.0 on 203.0.113.5', 'Chrome 120.0 on 203.0.113.5'],
    ['\uD800x', '\uFFFDx'],
    ['\u202E', '-'],
    ['x'.repeat(5_000), 'x'.repeat(200)],
  ])('%j is shown as %j', (name, shown) => {
    expect(harmless(name)).toBe(shown)
  })
})
