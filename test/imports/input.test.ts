import crypto from 'node:crypto'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { Readable } from 'node:stream'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type Input, openInput } from '../../src/server/imports/input.ts'

async function cellsOf(input: Input) {
  const all = []
  for await (const { cells } of input.rows()) all.push(cells)
  return all
}

const piped = (bytes: Buffer) => openInput('-', Readable.from([bytes]))

function folder(): string {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'fluence-input-'))
  onTestFinished(() => fs.rmSync(dir, { recursive: true }))
  return dir
}

describe('a file', () => {
  test('is read whole, and its hash is that of all its bytes', async () => {
    const bytes = Buffer.from(`\ufeffa,b\n${'c,d\n'.repeat(100_000)}`)
    const file = path.join(folder(), 'a.csv')
    fs.writeFileSync(file, bytes)
    const input = openInput(file)
    expect([input.name, input.size]).toEqual(['a.csv', bytes.length])
    const cells = await cellsOf(input)
    expect(cells).toHaveLength(100_001)
    expect(cells[0]).toEqual(['a', 'b'])
    expect(input.read).toBe(bytes.length)
    expect(input.hash()).toEqual(crypto.createHash('sha256').update(bytes).digest())
  })

  test('that comes through a pipe has neither name nor size', async () => {
    const input = piped(Buffer.from('a\n'))
    expect([input.name, input.size]).toEqual([null, undefined])
    expect(await cellsOf(input)).toEqual([['a']])
  })

  test('that is not there, or a folder, is refused', () => {
    expect(() => openInput(path.join(folder(), 'none'))).toThrow('There is no file')
    expect(() => openInput(folder())).toThrow('is a folder')
  })

  for (const [what, bytes, advice] of [
    ['compressed', Buffer.from('1f8b0800', 'hex'), 'compressed'],
    ['a spreadsheet', Buffer.from('PK\u0003\u0004'), 'spreadsheet'],
    ['UTF-16', Buffer.from('\ufeffid', 'utf16le'), 'UTF-16'],
    ['binary', Buffer.from('id\0'), 'CSV'],
  ] as const) {
    test(`that is ${what} is refused with what to do`, async () => {
      await expect(cellsOf(piped(bytes))).rejects.toMatchObject({
        message: 'The file is no text.',
        advice: expect.stringContaining(advice),
      })
    })
  }
})
