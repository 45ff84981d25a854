import fs from 'node:fs'
import path from 'node:path'
import type { Command } from 'commander'
import { listSettings, projectDir } from '../../server/env.ts'
import { readSources, type Room, rooms } from '../../server/postgres/sources.ts'
import type { Catalog } from './catalog.ts'
import { diagramSource, drawDiagram } from './diagram.ts'
import { commandsPage, errorCodesPage, indexPage, type RoomEntry, settingsPage } from './lists.ts'
import { firstSentence } from './markdown.ts'
import { addressIn, roomPage } from './room-page.ts'
import { contentsOf, isEmpty, readRooms, type RoomContents } from './rooms.ts'

export const referenceDir = path.join(projectDir, 'docs/reference')

/** The files of docs/reference by their names. */
export type Reference = ReadonlyMap<string, string>

export async function makeReference(
  catalog: Catalog,
  schema: string,
  program: Command,
): Promise<Reference> {
  const roomOf = readRooms(readSources())
  const all = rooms.map((room) => ({ room, contents: contentsOf(room, catalog, roomOf) }))
  const filled = all.filter(({ contents }) => !isEmpty(contents))
  const known = new Set(
    [...catalog.relations, ...catalog.routines, ...catalog.enums].map(({ name }) => name),
  )
  const addressOf = (name: string) => (known.has(name) ? addressIn(roomOf(name), name) : undefined)
  const diagram = diagramSource(
    filled
      .map(({ room, contents }) => ({ room, tables: contents.tables }))
      .filter(({ tables }) => tables.length > 0),
  )
  return new Map([
    ['README.md', indexPage(all.map(entryOf), catalog.schemas)],
    ...filled.map(({ room, contents }): [string, string] => {
      const { text, card } = aboutRoom(room)
      return [`${room}.md`, roomPage({ room, about: text, card, contents, addressOf })]
    }),
    ['commands.md', commandsPage(program)],
    ['error-codes.md', errorCodesPage(catalog.errorCodes)],
    ['settings.md', settingsPage(listSettings())],
    ['schema.graphql', schema],
    ['er-diagram.svg', await drawDiagram(diagram)],
  ])
}

function entryOf({ room, contents }: { room: Room; contents: RoomContents }): RoomEntry {
  const counts = [
    [contents.tables.length, 'tables'],
    [contents.views.length, 'views'],
    [contents.routines.length, 'functions'],
  ]
    .filter(([count]) => count !== 0)
    .map(([count, what]) => `${count} ${count === 1 ? String(what).slice(0, -1) : what}`)
  return {
    room,
    about: aboutRoom(room).text,
    counts: counts.join(', '),
    page: isEmpty(contents) ? undefined : `${room}.md`,
  }
}

/** The first sentence of the room's card. */
function aboutRoom(room: Room): { text: string; card: string | undefined } {
  const file = path.join(projectDir, 'sql', room, 'README.md')
  if (!fs.existsSync(file)) return { text: '', card: undefined }
  const paragraphs = fs.readFileSync(file, 'utf8').split(/\n\s*\n/)
  const first = paragraphs.find((text) => text.trim() !== '' && !text.trim().startsWith('#')) ?? ''
  const text = firstSentence(first.replaceAll(/\s+/g, ' ').trim())
  return { text, card: `../../sql/${room}/README.md` }
}

/** The files that are not as they should be: other, missing, or there without a reason. */
export function staleFiles(reference: Reference, dir = referenceDir): string[] {
  const there = fs.existsSync(dir) ? fs.readdirSync(dir) : []
  const stale = [...reference].filter(
    ([name, text]) => readOrNothing(path.join(dir, name)) !== text,
  )
  const left = there.filter((name) => !reference.has(name))
  return [...stale.map(([name]) => name), ...left].toSorted()
}

const readOrNothing = (file: string) =>
  fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : undefined

export function writeReference(reference: Reference, dir = referenceDir): void {
  fs.mkdirSync(dir, { recursive: true })
  for (const name of staleFiles(reference, dir)) {
    const text = reference.get(name)
    const file = path.join(dir, name)
    if (text === undefined) fs.rmSync(file, { recursive: true })
    else fs.writeFileSync(file, text)
  }
}
