import type { Room, Sources } from '../../server/postgres/sources.ts'
import type { Catalog, Enum, Relation, Routine } from './catalog.ts'

const names =
  /^(?:comment on (?:table|view|type|function|procedure)|create or replace (?:view|function|procedure)) (\w+\.\w+)/gm

/** The room of each object, by its qualified name: where its file in sql/ stands. */
export function readRooms({ files }: Sources): (name: string) => Room {
  const rooms = new Map<string, Room>()
  for (const { id, room, text } of files) {
    for (const [, name = ''] of text.matchAll(names)) {
      const other = rooms.get(name)
      if (other !== undefined && other !== room) {
        throw new Error(`sql/${id}.sql is about ${name}, which the room ${other} has already`)
      }
      rooms.set(name, room)
    }
  }
  return (name) => {
    const room = rooms.get(name)
    if (room === undefined) {
      throw new Error(`${name} has no room: no file in sql/<room>/ creates it or comments on it`)
    }
    return room
  }
}

export interface RoomContents {
  readonly tables: readonly Relation[]
  readonly views: readonly Relation[]
  readonly routines: readonly Routine[]
  readonly enums: readonly Enum[]
}

export function contentsOf(
  room: Room,
  catalog: Catalog,
  roomOf: (name: string) => Room,
): RoomContents {
  const here = ({ name }: { name: string }) => roomOf(name) === room
  const relations = catalog.relations.filter(here)
  return {
    tables: relations.filter((relation) => relation.is_table),
    views: relations.filter((relation) => !relation.is_table),
    routines: catalog.routines.filter(here),
    enums: catalog.enums.filter(here),
  }
}

export const isEmpty = (contents: RoomContents) =>
  Object.values(contents).every((list) => list.length === 0)
