import fs from 'node:fs'
import path from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { withClient } from '../../src/server/postgres/connect.ts'
import { until } from '../../src/server/postgres/processes.ts'
import { ask } from '../harness/http.ts'
import {
  cli,
  freePort,
  makeFolder,
  Program,
  query,
  removeFolder,
  run,
  superuserUrl,
} from '../harness/processes.ts'
import { signIn } from '../harness/sign-in.ts'
import { Brood } from './canaries/canaries.ts'
import {
  type Answered,
  throughAccounts,
  throughDocuments,
  throughGraphql,
  throughHttp,
  throughSigningIn,
  throughSql,
} from './canaries/doors.ts'
import { throughCustomers } from './canaries/customers.ts'
import { throughImports } from './canaries/imports.ts'
import {
  type Found,
  lookFor,
  type Place,
  placesIn,
  relationFiles,
  rowsOf,
  saidBy,
} from './canaries/places.ts'

const dir = makeFolder()
const data = path.join(dir, 'data')
const backups = path.join(dir, 'backups')
const env: Record<string, string> = {
  FLUENCE_DATA_DIR: data,
  FLUENCE_BACKUP_DIR: backups,
  FLUENCE_DEMO: 'off',
  FLUENCE_LOG_LEVEL: 'debug',
}
let program: Program
let url: string

beforeAll(async () => {
  program = new Program({ env: { ...env, PORT: await freePort() } })
  url = await program.ready()
})

afterAll(async () => {
  program.signal('SIGTERM')
  await program.end()
  await removeFolder(dir)
})

const sql = <T extends object>(text: string, values?: unknown[]) =>
  query<T>(superuserUrl(data), text, values)

const command = (...args: string[]) => run({ command: [...cli, ...args], env })

async function fluence(...args: string[]) {
  const { code, stdout, stderr } = await command(...args)
  expect({ code, stderr }).toMatchObject({ code: 0 })
  return stdout
}

/** A brand; sessions of people in it, by role. */
async function brand(slug: string) {
  const [made] = await sql<{ id: string }>(
    `select o.id from app_private.create_organization('brand', $1, $1, 'UTC', 'EUR') as o`,
    [slug],
  )
  return (role: string) =>
    withClient(superuserUrl(data), (client) => signIn(client, made?.id ?? '', role))
}

/** The token in the mail that was put into the folder for somebody. */
const linkFor = async (mail: string): Promise<string> => {
  const folder = path.join(data, 'mails')
  const token = await until(30_000, () => {
    if (!fs.existsSync(folder)) return undefined
    for (const name of fs.readdirSync(folder).filter((each) => each.endsWith('.eml'))) {
      const text = fs.readFileSync(path.join(folder, name), 'utf8')
      if (!text.includes(mail)) continue
      const shown = text.replace(/=\r?\n/g, '').replaceAll('=3D', '=')
      const found = /#confirm=(\S+)/.exec(shown)?.[1]
      if (found !== undefined) return found
    }
    return undefined
  })
  return String(token)
}

/** All that there is, while everything runs. */
async function everything(): Promise<() => Generator<Place>> {
  await sql('analyze')
  await fluence('backup')
  await sql('checkpoint')
  const relations = await relationFiles(data)
  const rows = await rowsOf(data)
  const said = await saidBy(program, url)
  return function* places() {
    yield* rows
    yield* said
    yield* placesIn(data, 'data folder', relations)
    yield* placesIn(backups, 'backup', relations)
  }
}

const inAnswers = (brood: Brood, answers: readonly Answered[]) => [
  ...lookFor(
    brood,
    answers.map(({ door, text }) => ({ name: door, bytes: Buffer.from(text) })),
  ),
]

/** The places where something may be, each with the reason: no other, and none without need. */
function expectOnlyIn(found: readonly Found[], allowed: Readonly<Record<string, RegExp>>): void {
  const of = (place: string) =>
    Object.keys(allowed).find((reason) => allowed[reason]?.test(place)) ?? place
  expect(
    found.filter(({ place }) => of(place) === place),
    'found where it may not be',
  ).toEqual([])
  expect(new Set(found.map(({ place }) => of(place)))).toEqual(new Set(Object.keys(allowed)))
}

/** People of the house: their names and addresses stand in clear until they are sealed, too. */
const ofPeople = {
  'the name by which colleagues know each other': /(rows|data) of app_public\.users$/,
  'the address that a person signs in with': /(rows|data) of app_private\.user_accounts$/,
  'the address of a registration that waits for its mail':
    /(rows|data) of app_private\.registrations$/,
  'where an invitation went': /(rows|data) of app_private\.invitation_mails$/,
  'where a new address is confirmed': /(rows|data) of app_private\.mails$/,
  "the planner's samples of these columns": /(rows of pg_stats|(rows|data) of pg_statistic)$/,
  'the log of changes to these tables': /: wal$/,
  'the mails themselves, where no mail server takes them': /^data folder: mails\/[^/]+\.eml$/,
}

/** Titles and texts of products, which are for everybody to read. */
const ofProducts = {
  'the products': /(rows|data) of app_public\.products$/,
  'the roll-up by category': /(rows|data) of app_hidden\.category_stock_slots$/,
  'who changed them, and what': /(rows|data) of app_\w+\.audit_log/,
  "the planner's samples of these columns": ofPeople["the planner's samples of these columns"],
  'the log of changes to these tables': /: wal$/,
}

/**
 * PostgreSQL quotes in its log what a person mistyped at a prompt of SQL. Nobody who has such a login
 * can read anything of a customer in clear, and the log is the operator's.
 */
const ofMisspelt = {
  'what PostgreSQL says of errors': /^data folder: log\/postgres-\w+\.(log|json)$/,
}

/** Why somebody read, looked for or erased a customer, in the words of an admin, for the auditor. */
const ofReasons = {
  'the erasures': /(rows|data) of app_public\.erasure_requests$/,
  'the audit log': /(rows|data) of app_\w+\.audit_log/,
  "the planner's samples of these columns": ofPeople["the planner's samples of these columns"],
  'the log of changes to these tables': /: wal$/,
}

/** What the command line refuses, last of all because it would be a wrong role, name or zone. */
function refusedCommands(brood: Brood, people: Brood): string[][] {
  const user = (org: string, role: string, of: Brood) => {
    const named = ['--mail', of.mail(), '--name', of.personName()]
    return ['user', 'create', '--org', org, '--role', role, ...named]
  }
  const login = (org: string, name: string) => {
    return ['login', 'create', '--org', org, '--role', 'analyst', '--name', name]
  }
  const org = ['--slug', brood.mail(), '--name', brood.word(), '--timezone', brood.word()]
  return [
    user('acme', brood.word(), people),
    user(brood.word(), 'analyst', brood),
    login('acme', brood.personName()),
    login(brood.word(), brood.word()),
    ['org', 'create', ...org, '--currency', 'EUR'],
    ['access-review', '--org', brood.word()],
  ]
}

test('what people send in is nowhere in clear', { timeout: 600_000 }, async () => {
  // From a first backup on, the log of changes is archived.
  await fluence('backup')
  const brood = new Brood('anybody')
  const people = new Brood('people of the house')
  const titles = new Brood('products')
  const misspelt = new Brood('misspelt')
  const reasons = new Brood('reasons')
  const person = await brand('acme')
  const [admin, manager] = [await person('admin'), await person('product_manager')]
  const analyst = await person('analyst')
  const login = ['--role', 'analyst', '--org', 'acme', '--name', 'bi', '--json']
  const { connectionString } = JSON.parse(await fluence('login', 'create', ...login)) as {
    connectionString: string
  }

  const printed = await throughImports(path.join(dir, 'files'), command, brood)
  const byGraphql = await throughGraphql(url, manager, brood, titles)
  const byCustomers = await throughCustomers(url, admin, analyst, brood, reasons)
  const byAccounts = await throughAccounts(url, admin, brood, people, linkFor)
  const answers = [
    ...byGraphql,
    ...byAccounts,
    ...byCustomers,
    ...(await throughSigningIn(url, brood, people)),
    ...(await throughHttp(url, brood)),
  ]
  await throughDocuments(url, manager, brood)
  await throughSql(connectionString, brood, misspelt)
  for (const args of refusedCommands(brood, people)) {
    expect((await command(...args)).code).not.toBe(0)
  }

  // Every door was really open, and what came in went as far as it was meant to.
  const documents = [...byGraphql, ...byCustomers]
  expect(documents.filter(({ text }) => /\(line \d+, column \d+\)/.test(text))).toEqual([])
  expect(byAccounts.map(({ door, text }) => [door, text.includes('"errors"')])).toEqual(
    byAccounts.map(({ door }) => [
      door,
      ['change it with another password', 'invite nobody'].includes(door),
    ]),
  )
  expect(brood.count).toBeGreaterThan(2000)

  expect(answers.length).toBeGreaterThan(200)
  expect(inAnswers(brood, answers)).toEqual([])
  expect(inAnswers(people, answers)).toEqual([])
  expect(inAnswers(brood, [{ door: 'import', text: printed.join('\n') }])).toEqual([])
  const places = await everything()
  expect([...lookFor(brood, places())]).toEqual([])
  expectOnlyIn([...lookFor(people, places())], ofPeople)
  expectOnlyIn([...lookFor(titles, places())], ofProducts)
  expectOnlyIn([...lookFor(misspelt, places())], ofMisspelt)
  expectOnlyIn([...lookFor(reasons, places())], ofReasons)
})

test(
  'what is planted in clear by hand is found in every place and form',
  {
    timeout: 600_000,
  },
  async () => {
    await fluence('backup')
    const brood = new Brood('planted')
    const word = brood.word()
    const planter = new pg.Client({ connectionString: superuserUrl(data) })
    await planter.connect()
    try {
      await planter.query('create table public.planted (form text, bytes bytea)')
      for (const bytes of [
        Buffer.from(word),
        Buffer.from(word.toUpperCase()),
        Buffer.from(brood.phone()),
        Buffer.from(word, 'utf16le'),
        Buffer.from(word, 'utf16le').swap16(),
        Buffer.from(Buffer.from(word).toString('hex')),
        Buffer.from(Buffer.from(word).toString('hex').toUpperCase()),
        Buffer.from(Buffer.from(`1${word}`).toString('base64')),
        Buffer.from(Buffer.from(`12${word}`).toString('base64url')),
        Buffer.from(Buffer.from(`123${word}`).toString('base64')),
        Buffer.from([...word].toReversed().join('')),
      ]) {
        const whole = Buffer.concat([Buffer.from('before '), bytes, Buffer.from(' after')])
        await planter.query('insert into public.planted (bytes) values ($1)', [whole])
        const found = [...lookFor(brood, [{ name: 'by itself', bytes: whole }])]
        expect(found.length, bytes.toString('latin1')).toBeGreaterThan(0)
      }
      await planter.query(`select app_private.note_in_audit('read', null, 'planted', null, $1)`, [
        word,
      ])
      await planter.query(
        `select graphile_worker.add_job('none', $1, run_at => now() + interval '1 day')`,
        [JSON.stringify({ word })],
      )
      await planter.query(
        `update graphile_worker._private_jobs set last_error = $1
       where payload::text like '%' || $1 || '%'`,
        [word],
      )
      await planter.query(
        `with run as (
         insert into app_public.import_runs (brand_id, kind, started_by)
         select o.id, 'planted', 'nobody' from app_public.organizations as o limit 1
         returning brand_id, id
       )
       insert into app_public.import_rejects (brand_id, run_id, line, field, code)
       select r.brand_id, r.id, 1, $1, 'FL001' from run as r`,
        [brood.letters],
      )
      await planter.query(`do $$ begin raise log '${word}'; end $$`)
      await planter.query(`select 1 as ${word}`)
      // An id that is harmless is taken over from the caller.
      await ask(url, { path: '/healthz', headers: { 'x-request-id': word } })
      fs.writeFileSync(path.join(data, 'planted'), word)
      const places = await everything()
      const found = [...lookFor(brood, places())]
      const forms = (place: RegExp) =>
        new Set(found.filter((each) => place.test(each.place)).map(({ form }) => form))
      const every = new Set(['plain', 'utf-16le', 'utf-16be', 'hex', 'base64', 'reversed'])
      for (const place of [
        /^data folder: data of planted$/,
        /^backup: data of planted$/,
        /^data folder: wal$/,
      ]) {
        expect(forms(place), String(place)).toEqual(every)
      }
      const plain = [
        /^rows of graphile_worker\._private_jobs$/,
        /^rows of app_\w+\.audit_log/,
        /^rows of app_public\.import_rejects$/,
        /^rows of pg_stat_activity$/,
        /^rows of pg_stat_statements$/,
        /^data folder: postgres\/pg_stat_tmp\/pgss_query_texts\.stat$/,
        /^data folder: log\/postgres-\w+\.log$/,
        /^data folder: log\/postgres-\w+\.json$/,
        /^data folder: data of graphile_worker\._private_jobs$/,
        /^data folder: data of app_\w+\.audit_log/,
        /^data folder: data of app_public\.import_rejects$/,
        /^backup: data of app_\w+\.audit_log/,
        /^backup: wal$/,
        /^data folder: planted$/,
        /^stdout$/,
      ]
      expect(plain.filter((place) => !forms(place).has('plain'))).toEqual([])
      const texts = new Map(
        [...places()].map(({ name, bytes }) => [name, bytes.toString('latin1')]),
      )
      expect(texts.get('stderr')).toContain('Creating the database')
      expect(texts.get('metrics')).toContain('fluence_request_duration_seconds')
    } finally {
      await planter.end()
    }
  },
)
