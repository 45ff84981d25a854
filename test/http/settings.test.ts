import { describe, expect, test } from 'vitest'
import { Problem } from '../../src/problem.ts'
import { doorSettings as settings } from '../../src/server/env-doors.ts'

/** Each text, and what it is read as; undefined for one that is refused. */
const cases = {
  publicUrl: [
    ['https://fluence.example', 'https://fluence.example'],
    ['https://fluence.example/', 'https://fluence.example'],
    ['HTTPS://Fluence.example:443', 'https://fluence.example'],
    ['http://127.0.0.1:5050', 'http://127.0.0.1:5050'],
    ['https://fluence.example/app', undefined],
    ['https://me:secret@fluence.example', undefined],
    ['ftp://fluence.example', undefined],
    ['fluence.example', undefined],
  ],
  origins: [
    ['', []],
    ['https://a.example, https://b.example:8443/', ['https://a.example', 'https://b.example:8443']],
    ['*', undefined],
    ['null', undefined],
    ['https://*.example', undefined],
    ['https://a.example/path', undefined],
    ['https://a.example?x', undefined],
    ['a.example', undefined],
  ],
  trustedProxies: [
    ['10.0.0.5, 10.1.0.0/16 fd00::/8', ['10.0.0.5', '10.1.0.0/16', 'fd00::/8']],
    ['0.0.0.0/0', undefined],
    ['::/0', undefined],
    ['10.0.0.0/33', undefined],
    ['10.0.0.0/8/8', undefined],
    ['10.0.0', undefined],
    ['proxy.example', undefined],
    ['true', undefined],
  ],
  metricsToken: [
    ['0123456789abcdef', '0123456789abcdef'],
    ['short', undefined],
    ['0123456789 abcdef', undefined],
  ],
  logLevel: [
    ['DEBUG', 'debug'],
    ['silent', 'silent'],
    ['loud', undefined],
  ],
  pgListen: [
    ['10.0.0.5', [{ address: '10.0.0.5', port: undefined }]],
    ['10.0.0.5:5432', [{ address: '10.0.0.5', port: 5432 }]],
    ['fd00::1', [{ address: 'fd00::1', port: undefined }]],
    ['[fd00::1]:5432', [{ address: 'fd00::1', port: 5432 }]],
    [
      '10.0.0.5:5432,10.0.0.6',
      [
        { address: '10.0.0.5', port: 5432 },
        { address: '10.0.0.6', port: undefined },
      ],
    ],
    ['10.0.0.5:5432,10.0.0.6:5433', undefined],
    ['10.0.0.5:0', undefined],
    ['10.0.0.5:65536', undefined],
    ['[10.0.0.5]:5432', undefined],
    ['db.example', undefined],
    ['*', undefined],
  ],
} as const

describe('settings of the doors', () => {
  for (const [name, some] of Object.entries(cases)) {
    const setting = settings[name as keyof typeof cases]
    for (const [text, read] of some) {
      test(`${setting.name}=${text} is ${read === undefined ? 'refused' : 'read'}`, () => {
        const parsing = () => setting.parse(text)
        if (read !== undefined) return expect(parsing()).toEqual(read)
        expect(parsing).toThrow(Problem)
        expect(parsing).toThrow(new RegExp(`^${setting.name}=.* is not valid`))
        return undefined
      })
    }
  }

  test('unset, they open nothing', () => {
    const unset = Object.entries(settings).map(([name, s]) => [name, s.parse(undefined)])
    expect(Object.fromEntries(unset)).toEqual({
      tlsCert: undefined,
      tlsKey: undefined,
      publicUrl: undefined,
      trustedProxies: [],
      origins: [],
      metricsToken: undefined,
      logLevel: 'info',
      pgListen: [],
    })
  })

  test('a token that is refused is not repeated', () => {
    expect(() => settings.metricsToken.parse('hunter2')).not.toThrow(/hunter2/)
  })
})
