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
      `#!/bin/sh\necho "$1" >> '${at('calls')}'\nmkdir -p node_modules/.bin\n${script}\n`,
      { mode: 0o755 },
    )
  const link = `ln -sf '${fs.realpathSync(node)}' node_modules/.bin/node`
  npmDoes(link)
  const options = {
    command: [node, 'src/cli/install.mjs'],
    cwd: dir,
    env: { PATH: `${at('bin')}:/usr/bin:/bin`, TMPDIR: dir },
  }
  return {
    at,
    link,
    npmDoes,
    options,
    install: () => run(options),
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
    expect(calls()).toEqual(['ci', 'install', ''])
  })

  test('two at once install once', async () => {
    const { options, npmDoes, link, calls } = project()
    npmDoes(`sleep 0.5; ${link}`)
    const codes = await Promise.all([start(options).end(), start(options).end()])
    expect(codes).toEqual([0, 0])
    expect(calls()).toEqual(['ci', ''])
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
    expect(calls()).toEqual(['ci', 'ci', 'install', 'install', ''])
  })

  test('what was killed in the middle is done anew, once the npm that it left is done', async () => {
    const { options, install, npmDoes, link, change, calls } = project()
    await install()
    change('{"changed": true}')
    npmDoes('sleep 1; touch done')
    const killed = start(options)
    await until(10_000, () => calls().length === 3)
    process.kill(killed.pid, 'SIGKILL')
    npmDoes(`test -f done && ${link}`)
    expect(await install()).toMatchObject({ code: 0 })
    expect(calls()).toEqual(['ci', 'install', 'ci', ''])
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

describe('is refused in one line', () => {
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
