import crypto from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import type pg from 'pg'
import type { Log } from '../log.ts'
import { serviceLogins } from '../postgres/access.ts'
import { type Leader, startLeader } from '../postgres/leader.ts'

const everyMs = 5000
/** What is read at once; a longer line is none of those that are looked for. */
const pieceBytes = 1_000_000
/** Refusals of one piece that are told apart; the others are added up. */
const kinds = 100

/** What PostgreSQL refused, as its own log tells it: no statement, no value. */
export interface LoginRefusal {
  readonly occurred_at: string
  readonly login: string
  readonly object: string
  times: number
}

export interface ServerLogOptions {
  readonly url: string
  /** Where the server writes its log. */
  readonly folder: string
  readonly log: Log
  readonly everyMs?: number
}

/**
 * A refusal takes its own transaction back, and with a database login nobody stands between: only the
 * server's log knows. Where the server is ours, its refusals are taken from there.
 */
export function startServerLogReader(options: ServerLogOptions): Leader {
  return startLeader({
    url: options.url,
    name: 'fluence server log',
    lock: 'fluence server log',
    lost: 'The reader of the log of PostgreSQL broke off.',
    log: options.log,
    async work(client) {
      const more = await readOn(client, options.folder)
      return more ? 0 : (options.everyMs ?? everyMs)
    },
  })
}

interface Position {
  readonly file_id: string | null
  readonly position: string | null
  readonly read_at: Date | null
  readonly database: string
}

/** Reads one piece; true if there is more. */
async function readOn(client: pg.Client, folder: string): Promise<boolean> {
  const { rows } = await client.query<Position>(
    `select p.file_id, p.position, p.read_at, current_database() as database
     from (select) as one left join app_private.server_log_position() as p on true`,
  )
  const known = rows[0] as Position
  const files = logFiles(folder)
  const at = files.findIndex(({ id }) => id === known.file_id)
  for (const [n, file] of files.entries()) {
    // Of a file that is gone by now, only its time tells what was read before it.
    if (at < 0 ? file.changed < Number(known.read_at ?? 0) : n < at) continue
    const position = n === at ? Number(known.position) : 0
    const piece = readPiece(file.name, position)
    if (piece === undefined) continue
    await client.query('select app_private.note_login_refusals($1, $2, $3)', [
      JSON.stringify(refusalsIn(piece.text, known.database)),
      file.id,
      piece.end,
    ])
    return true
  }
  return false
}

/** The server's logs, oldest first; an empty one is none yet. */
function logFiles(folder: string): { name: string; id: string; changed: number }[] {
  return fs
    .readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .map((name) => path.join(folder, name))
    .flatMap((name) => {
      const first = firstLine(name)
      if (first === undefined) return []
      const id = crypto.createHash('sha256').update(first).digest('hex')
      return [{ name, id, changed: fs.statSync(name).mtimeMs }]
    })
    .toSorted((a, b) => a.changed - b.changed)
}

function firstLine(name: string): Buffer | undefined {
  const start = read(name, 0, 10_000)
  const end = start.indexOf('\n')
  return end < 0 ? undefined : start.subarray(0, end)
}

/** Whole lines from a position on, if there are any. */
function readPiece(name: string, position: number): { text: string; end: number } | undefined {
  const bytes = read(name, position, pieceBytes)
  const end = bytes.lastIndexOf('\n') + 1
  // A line that is longer than the piece is passed over bit by bit.
  const taken = end === 0 && bytes.length === pieceBytes ? bytes.length : end
  if (taken === 0) return undefined
  return { text: bytes.subarray(0, end).toString(), end: position + taken }
}

function read(name: string, position: number, length: number): Buffer {
  const file = fs.openSync(name, 'r')
  try {
    const bytes = Buffer.alloc(length)
    return bytes.subarray(0, fs.readSync(file, bytes, 0, length, position))
  } finally {
    fs.closeSync(file)
  }
}

/** Refusals of database logins in lines of the log, by login, object and minute. */
export function refusalsIn(text: string, database: string): LoginRefusal[] {
  const found = new Map<string, LoginRefusal>()
  for (const line of text.split('\n')) {
    const refusal = line.includes('"42501"') ? refusalOf(line, database) : undefined
    if (refusal === undefined) continue
    const key = keyOf(refusal)
    const crowded = !found.has(key) && found.size >= kinds
    const counted = crowded ? { ...refusal, login: '', object: 'of many' } : refusal
    const same = found.get(keyOf(counted))
    if (same === undefined) found.set(keyOf(counted), counted)
    else same.times += 1
  }
  return [...found.values()]
}

const keyOf = ({ occurred_at, login, object }: LoginRefusal) =>
  `${occurred_at.slice(0, 'yyyy-mm-dd hh:mm'.length)} ${login} ${object}`

const ours: ReadonlySet<string> = new Set(serviceLogins)

function refusalOf(line: string, database: string): LoginRefusal | undefined {
  const told = parse(line)
  const { timestamp, user, dbname, state_code: code, message } = told
  if (code !== '42501' || dbname !== database) return undefined
  if (timestamp === undefined || user === undefined || ours.has(user)) return undefined
  const object = /^permission denied for (.+)$/.exec(message ?? '')?.[1] ?? message ?? 'unknown'
  return { occurred_at: timestamp, login: user, object: object.slice(0, 200), times: 1 }
}

function parse(line: string): Partial<Record<string, string>> {
  try {
    return JSON.parse(line) as Partial<Record<string, string>>
  } catch {
    return {}
  }
}
