import crypto from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { projectDir } from '../env.ts'

/** The rooms in their order: a room depends only on rooms before it. */
export const rooms = [
  'core',
  'identity',
  'sign_in',
  'catalog',
  'commerce',
  'traffic',
  'influencers',
  'campaigns',
  'attribution',
  'finance',
  'support',
  'messaging',
  'notifications',
  'marketplace',
  'compliance',
  'reporting',
  'staff',
  'lint',
] as const
export type Room = (typeof rooms)[number]

/** The kinds of files in a room, in the order in which they are applied. */
export const kinds = ['tables', 'functions', 'views', 'triggers', 'policies', 'data'] as const
export type Kind = (typeof kinds)[number]

export interface Source {
  /** For example catalog/views/category_stock. */
  readonly id: string
  readonly room: Room
  readonly kind: Kind
  readonly name: string
  readonly file: string
  readonly text: string
}

export interface Sources {
  readonly files: readonly Source[]
  readonly hash: string
}

/**
 * Reads sql/ in the order in which it is applied: by room, kind and name. A file that needs another
 * one which would come later says so in its first lines: `-- after: <room>/<kind>/<name>`.
 */
export function readSources(dir = path.join(projectDir, 'sql')): Sources {
  const listed = rooms.flatMap((room) => kinds.flatMap((kind) => readFolder(dir, room, kind)))
  const hash = crypto.createHash('sha256')
  for (const { id, text } of listed) hash.update(`${id}\0${text}\0`)
  return { files: inOrder(listed), hash: hash.digest('hex') }
}

function readFolder(dir: string, room: Room, kind: Kind): Source[] {
  const folder = path.join(dir, room, kind)
  if (!fs.existsSync(folder)) return []
  return fs
    .readdirSync(folder)
    .filter((name) => name.endsWith('.sql'))
    .toSorted()
    .map((base) => {
      const name = base.slice(0, -'.sql'.length)
      const file = path.join(folder, base)
      return { id: `${room}/${kind}/${name}`, room, kind, name, file, text: read(file) }
    })
}

const read = (file: string) => fs.readFileSync(file, 'utf8')

const needs = ({ text }: Source) =>
  [...text.matchAll(/^-- after: (\S+)$/gm)].map((match) => match[1] ?? '')

function inOrder(listed: readonly Source[]): Source[] {
  const byId = new Map(listed.map((source) => [source.id, source]))
  const done = new Set<string>()
  const ordered: Source[] = []
  const visit = (source: Source, waiting: readonly string[]) => {
    if (done.has(source.id)) return
    if (waiting.includes(source.id)) {
      throw new Error(`sql/ files wait for each other: ${[...waiting, source.id].join(' -> ')}`)
    }
    for (const id of needs(source)) {
      const needed = byId.get(id)
      if (needed === undefined)
        throw new Error(`${source.id}.sql is after ${id}, which is not there`)
      visit(needed, [...waiting, source.id])
    }
    done.add(source.id)
    ordered.push(source)
  }
  for (const source of listed) visit(source, [])
  return ordered
}
