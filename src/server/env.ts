import path from 'node:path'
import { Problem } from '../problem.ts'
import { doorSettings } from './env-doors.ts'
import { keySettings } from './env-keys.ts'
import { mailSettings } from './env-mail.ts'
import { refuse, type Setting } from './setting.ts'

/** The project's folder, whichever folder the command was called from. */
export const projectDir = path.resolve(import.meta.dirname, '../..')

export const defaultDataDir = path.join(projectDir, '.data')

function port(name: string, about: string): Setting<number | undefined> {
  return {
    name,
    about,
    unset: '5050, or the next free one',
    parse(text) {
      if (text === undefined) return undefined
      const value = Number(text)
      if (!/^\d+$/.test(text) || value < 1 || value > 65_535)
        return refuse(name, text, 'a port number from 1 to 65535')
      return value
    },
  }
}

function choice<const T extends string>(
  name: string,
  about: string,
  options: readonly T[],
  unset: T,
): Setting<T> {
  return {
    name,
    about: `${about} (${options.join(', ')})`,
    unset,
    parse(text) {
      if (text === undefined) return unset
      const found = options.find((option) => option === text.toLowerCase())
      return found ?? refuse(name, text, `one of ${options.join(', ')}`)
    },
  }
}

function folder(name: string, about: string, unset: string): Setting<string | undefined> {
  return {
    name,
    about,
    unset,
    parse: (text) => (text === undefined ? undefined : path.resolve(text)),
  }
}

/** Parameters that would go before what the address itself says, for each of our logins. */
const overriding = ['user', 'password', 'host', 'hostaddr', 'port', 'dbname', 'database', 'options']

function databaseUrl(name: string, about: string, unset: string): Setting<string | undefined> {
  return {
    name,
    about,
    unset,
    secret: true,
    parse(text) {
      if (text === undefined) return undefined
      const url = URL.canParse(text) ? new URL(text) : undefined
      const valid =
        url !== undefined &&
        /^postgres(ql)?:$/.test(url.protocol) &&
        url.hostname !== '' &&
        !overriding.some((parameter) => url.searchParams.has(parameter)) &&
        url.pathname.length > 1 &&
        url.username !== '' &&
        [url.username, url.password, url.pathname].every(isDecodable)
      if (!valid) {
        throw new Problem(
          `${name} is not a PostgreSQL address.`,
          'Write it as postgres://user:password@host:5432/database; in the password, %40 stands for @, %3A for :, %2F for / and %25 for %.',
        )
      }
      // As it is read by rule: a space is %20 from here on, and an address has one form.
      return url.href
    },
  }
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text)
    return true
  } catch {
    return false
  }
}

const settings = {
  port: port('PORT', 'Port that the server listens on'),
  host: {
    name: 'HOST',
    about: 'Address that the server listens on',
    unset: '127.0.0.1',
    parse: (text) => text ?? '127.0.0.1',
  } satisfies Setting<string>,
  databaseUrl: databaseUrl(
    'DATABASE_URL',
    'PostgreSQL 15 to 18 to use, as a login that may create roles',
    'the embedded PostgreSQL 18',
  ),
  databaseSecret: {
    name: 'FLUENCE_SECRET',
    about: "What the service logins' passwords are derived from",
    unset: 'the password in DATABASE_URL',
    secret: true,
    parse: (text) => text,
  } satisfies Setting<string | undefined>,
  dataDir: folder('FLUENCE_DATA_DIR', 'Folder of the embedded database', '.data in the project'),
  backupDir: folder(
    'FLUENCE_BACKUP_DIR',
    'Folder of the backups; better on another disk',
    "beside the data folder, '-backup' added to its name",
  ),
  demo: choice(
    'FLUENCE_DEMO',
    'Whether a start fills a demo brand into an empty database; auto means: embedded database, not production',
    ['auto', 'on', 'off'],
    'auto',
  ),
  mode: choice(
    'NODE_ENV',
    'What kind of installation this is',
    ['development', 'production', 'test'],
    'development',
  ),
  ...doorSettings,
  ...mailSettings,
  ...keySettings,
  worker: choice(
    'FLUENCE_WORKER',
    'Whether npm start works off jobs too; `fluence worker` does nothing else',
    ['on', 'off'],
    'on',
  ),
  operationsDir: folder(
    'FLUENCE_OPERATIONS',
    'Folder of .graphql files that clients may name by the SHA-256 of their text',
    'no operation is known beforehand',
  ),
  onlyKnownOperations: choice(
    'FLUENCE_OPERATIONS_ONLY',
    'Whether GraphQL answers those operations alone',
    ['off', 'on'],
    'off',
  ),
  hookDatabaseUrl: databaseUrl(
    'GM_DBURL',
    'Set by graphile-migrate for its hooks; not for people',
    'not called by graphile-migrate',
  ),
  startedByNpm: {
    name: 'npm_lifecycle_event',
    about: 'Set by npm; the server then ends when npm does',
    unset: 'not started by npm',
    parse: (text) => text !== undefined,
  } satisfies Setting<boolean>,
}

type Settings = typeof settings
type Parsed = { readonly [K in keyof Settings]: ReturnType<Settings[K]['parse']> }
export type Env = Omit<Parsed, 'dataDir' | 'backupDir' | 'demo' | 'worker'> & {
  readonly dataDir: string
  readonly backupDir: string
  readonly demo: boolean
  readonly worker: boolean
}

const textOf = (name: string) => process.env[name]?.trim() || undefined

/**
 * Reads and checks the environment, the only place that does. An empty variable counts as unset.
 * The doctor is lenient: it goes on as if what is not valid were not set.
 */
export function readEnv({ lenient = false } = {}): Env {
  // Meant for other databases: our own is reached as we say.
  if (textOf(settings.databaseUrl.name) === undefined) {
    for (const variable of Object.keys(process.env)) {
      if (/^PG[A-Z]+$/.test(variable)) delete process.env[variable]
    }
  }
  const entries = Object.entries<Setting<unknown>>(settings).map(([key, setting]) => {
    const isIgnored = lenient && faultOf(setting) !== undefined
    return [key, setting.parse(isIgnored ? undefined : textOf(setting.name))]
  })
  const env = Object.fromEntries(entries) as Parsed
  const dataDir = env.dataDir ?? defaultDataDir
  const demoByItself = env.databaseUrl === undefined && env.mode !== 'production'
  return {
    ...env,
    dataDir,
    backupDir: env.backupDir ?? `${dataDir}-backup`,
    demo: env.demo === 'auto' ? demoByItself : env.demo === 'on',
    worker: env.worker === 'on',
  }
}

function faultOf(setting: Setting<unknown>): Problem | undefined {
  try {
    setting.parse(textOf(setting.name))
    return undefined
  } catch (error) {
    if (error instanceof Problem) return error
    throw error
  }
}

/** What is wrong with the settings as they stand, by name. */
export const findFaults = (): Map<string, Problem> =>
  new Map(
    Object.values<Setting<unknown>>(settings).flatMap((setting) => {
      const fault = faultOf(setting)
      return fault === undefined ? [] : [[setting.name, fault] as const]
    }),
  )

export interface SettingReport {
  readonly name: string
  readonly value: string | null
  readonly unset: string
  readonly about: string
}

/** All settings as they stand, for `fluence doctor --settings`. */
export function listSettings(): SettingReport[] {
  return Object.values<Setting<unknown>>(settings).map(({ name, about, unset, secret }) => {
    const text = textOf(name)
    return { name, value: text === undefined ? null : secret ? '(set)' : text, unset, about }
  })
}
