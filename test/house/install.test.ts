import fs from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { projectDir } from '../../src/server/env.ts'
import { until } from '../../src/server/postgres/processes.ts'
import { expectRefusal, node, run, start, temporaryFolder } from '../harness/processes.ts'

/** A small project with our installer, and an npm that does what the test says. */
function project() {
  const dir = temporaryFolder()
  const at = (...names: string[]) => path.join(dir, ...names)
  fs.mkdirSync(at('src/cli'), { recursive: true })
  fs.mkdirSync(at('bin'))
  fs.copyFileSync(path.join(projectDir, 'src/cli/install.mjs'), at('src/cli/install.mjs'))
  fs.writeFileSync(at('package.json'), '{}')
  fs.writeFileSync(at('package-lock.json'), '{}')
  const npmDoes = (script: string) =>
    fs.writeFileSync(
      at('bin/npm'),
      `#!/bin/sh\necho "$*" | sed 's/ --no-audit.*//' >> '${at('calls')}'\nmkdir -p node_modules/.bin\n${script}\n`,
      { mode: 0o755 },
    )
  const link = `touch node_modules/.package-lock.json; ln -sf '${fs.realpathSync(node)}' node_modules/.bin/node`
  npmDoes(link)
  const options = {
    command: [node, 'src/cli/install.mjs'],
    cwd: dir,
    env: { PATH: `${at('bin')}:/usr/bin:/bin`, TMPDIR: at('tmp') },
  }
  return {
    at,
    link,
    npmDoes,
    options,
    install: (...args: string[]) => run({ ...options, command: [...options.command, ...args] }),
    change: (text: string) => fs.writeFileSync(at('package-lock.json'), text),
    calls: () =>
      fs.existsSync(at('calls')) ? fs.readFileSync(at('calls'), 'utf8').split('\n') : [],
  }
}

describe('before each npm script', () => {
  test('packages are installed if missing, changed if the lock file is, and else left', async () => {
    const { install, change, calls } = project()
    const first = await install()
    expect(first).toEqual({
      code: 0,
      stdout: '',
      stderr: 'Installing packages (about half a minute)\n',
    })
    expect(calls()).toEqual(['ci', ''])
    expect(await install()).toEqual({ code: 0, stdout: '', stderr: '' })
    expect(calls()).toEqual(['ci', ''])
    change('{"changed": true}')
    expect((await install()).code).toBe(0)
    expect(calls()).toEqual(['ci', 'install --no-save', ''])
  })

  test('two at once install once, the second says whom it waits for', async () => {
    const { at, options, npmDoes, link, calls } = project()
    npmDoes(`until test -f go; do sleep 0.1; done; ${link}`)
    const first = start(options)
    await until(10_000, () => calls().length > 0)
    const second = start(options)
    await second.says('packages')
    fs.writeFileSync(at('go'), '')
    expect([await first.end(), await second.end()]).toEqual([0, 0])
    expect(second.stderr).toBe(`Waiting for process ${first.pid}, which installs the packages\n`)
    expect(calls()).toEqual(['ci', ''])
    expect(fs.readdirSync(at())).not.toContain('.install-lock')
  })

  test('a turn that nobody has any more is taken', async () => {
    const { at, install } = project()
    fs.writeFileSync(at('.install-lock'), '4194305')
    expect(await install()).toMatchObject({
      code: 0,
      stderr: 'Installing packages (about half a minute)\n',
    })
  })

  test('scripts and other fields of package.json make no difference, dependencies do', async () => {
    const { at, install, calls } = project()
    await install()
    fs.writeFileSync(at('package.json'), '{"scripts": {"start": "true"}}')
    await install()
    expect(calls()).toEqual(['ci', ''])
    fs.writeFileSync(at('package.json'), '{"overrides": {"a": "2"}}')
    await install()
    expect(calls()).toEqual(['ci', 'install --no-save', ''])
  })

  test('a failure is one line, and the next time tries again', async () => {
    const { install, npmDoes, link, change, calls } = project()
    npmDoes('exit 7')
    expectRefusal(await install(), /could not be installed\. .* run the same command again\./)
    npmDoes(link)
    expect((await install()).code).toBe(0)
    change('{"changed": true}')
    npmDoes('exit 7')
    expectRefusal(await install(), /could not be installed/)
    npmDoes(link)
    expect((await install()).code).toBe(0)
    expect(calls()).toEqual(['ci', 'ci', 'install --no-save', 'install --no-save', ''])
  })

  test('what was killed in the middle is done anew, once the npm that it left is done', async () => {
    const { at, options, install, npmDoes, link, change, calls } = project()
    await install()
    change('{"changed": true}')
    npmDoes('sleep 1; touch done')
    const killed = start(options)
    await until(10_000, () => calls().length === 3)
    process.kill(killed.pid, 'SIGKILL')
    npmDoes(`test -f done && ${link}`)
    expect(await install()).toMatchObject({ code: 0 })
    expect(calls()).toEqual(['ci', 'install --no-save', 'ci', ''])
    expect(fs.readdirSync(at())).not.toContain('.install-aside')
  })

  test('what an attempt has left is put back where the next one fails', async () => {
    const { at, install, npmDoes } = project()
    fs.mkdirSync(at('node_modules/half'), { recursive: true })
    npmDoes('test ! -e node_modules/half && exit 7')
    expectRefusal(await install(), /could not be installed/)
    expect(fs.readdirSync(at('node_modules'))).toEqual(['half'])
  })

  test('SIGTERM reaches npm too', async () => {
    const { options, npmDoes, calls } = project()
    npmDoes('exec sleep 60')
    const ended = start(options)
    await until(10_000, () => calls().length > 0)
    ended.signal('SIGTERM')
    expect(await ended.end(10_000)).toBe(1)
    expect(ended.stderr).toMatch(/could not be installed/)
  })
})

/** A project whose packages npm has installed without us. */
function installedByNpm(present: object = everything) {
  const made = project()
  const wishes = {
    dependencies: { a: '1' },
    devDependencies: { d: '1' },
    optionalDependencies: { here: '1', there: '1' },
  }
  const locked = {
    '': wishes,
    ...everything,
    'node_modules/d': { ...everything['node_modules/d'], dev: true },
    'node_modules/here': { version: '1', optional: true, os: process.platform, cpu: process.arch },
    'node_modules/there': { version: '1', optional: true, os: ['aix'], cpu: [process.arch] },
    'node_modules/fast-a': { version: '1', optional: true },
  }
  fs.writeFileSync(made.at('package.json'), JSON.stringify(wishes))
  made.change(JSON.stringify({ packages: locked }))
  fs.mkdirSync(made.at('node_modules/.bin'), { recursive: true })
  fs.symlinkSync(fs.realpathSync(node), made.at('node_modules/.bin/node'))
  const record = JSON.stringify({ packages: present })
  fs.writeFileSync(made.at('node_modules/.package-lock.json'), record)
  return made
}

const everything = {
  'node_modules/a': { version: '1', integrity: 'sha512-a' },
  'node_modules/d': { version: '1', integrity: 'sha512-d' },
  'node_modules/here': { version: '1' },
}
const { 'node_modules/d': _, ...withoutDev } = everything
const nothing = { code: 0, stdout: '', stderr: '' }

describe('packages that npm has installed without us', () => {
  test('are good as they are, and known from then on', async () => {
    const { at, install, calls } = installedByNpm()
    expect(await install('--dev')).toEqual(nothing)
    fs.rmSync(at('node_modules/.package-lock.json'))
    expect(await install('--dev')).toEqual(nothing)
    expect(calls()).toEqual([])
  })

  test('are good where nothing can be written', async () => {
    const { options, calls } = installedByNpm()
    expect(await run({ ...options, command: readOnly })).toEqual(nothing)
    expect(calls()).toEqual([])
  })

  test.each([
    ['of another version', { 'node_modules/a': { version: '2', integrity: 'sha512-a' } }],
    ['of other content', { 'node_modules/a': { version: '1', integrity: 'sha512-b' } }],
    ['not there', { 'node_modules/a': undefined }],
    ['of another platform', { 'node_modules/here': undefined }],
  ])('are mended if one is %s', async (_name, other) => {
    const { install, calls } = installedByNpm({ ...everything, ...other })
    expect((await install()).code).toBe(0)
    expect(calls()).toEqual(['install --no-save', ''])
  })

  test('are mended if package.json wants others than the lock file', async () => {
    const { at, install, calls } = installedByNpm()
    fs.writeFileSync(at('package.json'), '{"dependencies": {"a": "2"}}')
    expect((await install()).code).toBe(0)
    expect(calls()).toEqual(['install --no-save', ''])
  })
})

describe('the packages for development', () => {
  const withDev = 'install --no-save --include=dev'

  test('are not missed by a start, and added for what needs them', async () => {
    const { install, calls } = installedByNpm(withoutDev)
    expect(await install()).toEqual(nothing)
    expect(calls()).toEqual([])
    expect((await install('--dev')).code).toBe(0)
    expect(await install('--dev')).toEqual(nothing)
    expect(await install()).toEqual(nothing)
    expect(calls()).toEqual([withDev, ''])
  })

  test('are asked for by each script of ours that needs them', () => {
    const { scripts } = JSON.parse(
      fs.readFileSync(path.join(projectDir, 'package.json'), 'utf8'),
    ) as { scripts: Record<string, string> }
    const asking = Object.keys(scripts).filter((name) => scripts[name]?.endsWith('--dev'))
    expect(asking.toSorted()).toEqual(['prebench', 'precheck', 'presoak', 'pretest'])
  })
})

/** The installer on a disk that cannot be written, which root would not notice by itself. */
const readOnly = [
  node,
  '--import',
  `data:text/javascript,import fs from 'node:fs';
   fs.writeFileSync = () => { throw Object.assign(new Error(), { code: 'EROFS' }) }`,
  'src/cli/install.mjs',
]

describe('is refused in one line', () => {
  test('where packages are missing and the folder cannot be written', async () => {
    const { at, options, calls } = project()
    const line = `Packages are missing or out of date, and ${at()} cannot be written (EROFS).`
    const refused = await run({ ...options, command: readOnly })
    expectRefusal(refused, /cannot be written/)
    expect(refused.stderr).toContain(line)
    expect(calls()).toEqual([])
  })

  test('where there is no npm', async () => {
    const { options, at } = project()
    fs.rmSync(at('bin/npm'))
    expectRefusal(
      await run({ ...options, env: { ...options.env, PATH: at('bin') } }),
      /could not be installed/,
    )
  })

  const pretending = (version: string) => [
    node,
    '--import',
    `data:text/javascript,Object.defineProperty(process, 'versions', { value: { node: '${version}' } })`,
    'src/cli/install.mjs',
  ]

  test('for a Node that is too old', async () => {
    const { options, calls } = project()
    const refused = await run({ ...options, command: pretending('18.19.0') })
    expectRefusal(refused, /Node 18\.19\.0 is too old\. Install Node 20 or later\./)
    expect(calls()).toEqual([])
  })

  test('where npm brings no Node 24 and the machine has none', async () => {
    const { options, npmDoes } = project()
    npmDoes('true')
    const line = /npm has no Node 24 for .*\. Install Node 24 on this machine/
    expectRefusal(await run({ ...options, command: pretending('20.20.2') }), line)
    expect((await run({ ...options, command: pretending('24.0.0') })).code).toBe(0)
  })

  test('where the Node that npm brings does not run on this machine', async () => {
    const { install, npmDoes } = project()
    npmDoes('printf nonsense > node_modules/.bin/node; chmod +x node_modules/.bin/node')
    expectRefusal(await install(), /npm has no Node 24 for .*\. Install Node 24 on this machine/)
  })
})
