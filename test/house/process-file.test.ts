import fs from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { ProcessFile } from '../../src/server/postgres/processes.ts'
import { node, run, temporaryFolder } from '../harness/processes.ts'

/**
 * Takes the file again and again, and each time leaves it void, as one does that is killed. Whoever
 * has it makes another file that nobody else may find.
 */
const contender = `
  import fs from 'node:fs'
  import { ProcessFile } from '${path.resolve('src/server/postgres/processes.ts')}'
  const [file, times] = process.argv.slice(1)
  const lock = new ProcessFile(file)
  for (let taken = 0; taken < Number(times); ) {
    if (!lock.take()) continue
    fs.writeFileSync(file + '.alone', '', { flag: 'wx' })
    fs.rmSync(file + '.alone')
    fs.writeFileSync(file, '{"pid":0}')
    taken += 1
  }
`

test('of many who find a file void, one takes it', async () => {
  const dir = temporaryFolder()
  const file = path.join(dir, 'held')
  fs.writeFileSync(file, 'half writ')
  const command = [node, '--input-type=module', '-e', contender, file, '200']
  const all = await Promise.all([1, 2, 3, 4].map(() => run({ command })))
  expect(all).toEqual(all.map(() => ({ code: 0, stdout: '', stderr: '' })))
  expect(new ProcessFile(file).take()).toBe(true)
  expect(fs.readdirSync(dir)).toEqual(['held'])
})

test('what is left of one who died while taking a void file away is void, too', () => {
  const file = path.join(temporaryFolder(), 'held')
  for (const left of ['', '{}', '{"pid":0}', '{"pid":1,"started":"then"}']) {
    const all = [file, `${file}.void`, `${file}.void.void`]
    for (const each of all) fs.writeFileSync(each, left)
    const lock = new ProcessFile(file)
    expect(lock.holder()).toBeUndefined()
    expect(lock.take()).toBe(true)
    expect(lock.holder()).toMatchObject({ pid: process.pid })
    lock.release()
    expect(all.filter((each) => fs.existsSync(each))).toEqual([])
  }
})
