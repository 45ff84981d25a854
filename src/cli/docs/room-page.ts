import type { Room } from '../../server/postgres/sources.ts'
import type { Routine } from './catalog.ts'
import {
  anchor,
  blocks,
  code,
  codes,
  describe,
  link,
  page,
  prose,
  roleName,
  typeName,
} from './markdown.ts'
import { tableSection, viewSection } from './relation-section.ts'
import type { RoomContents } from './rooms.ts'
import { sketch } from './sketch.ts'

export interface RoomPage {
  readonly room: Room
  readonly about: string
  readonly card: string | undefined
  readonly contents: RoomContents
  /** Where the reference tells of an object, or undefined for PostgreSQL's own. */
  readonly addressOf: (name: string) => string | undefined
}

export function roomPage({ room, about, card, contents, addressOf }: RoomPage): string {
  const { tables, views, routines, enums } = contents
  const linked = (name: string) => linkedTo(name, addressOf)
  const section = (title: string, parts: readonly string[]) =>
    parts.length === 0 ? undefined : blocks(`## ${title}`, ...parts)
  const callable = routines.filter((routine) => !routine.is_trigger)
  return page(
    `# ${room}`,
    [link('All rooms', 'README.md'), card === undefined ? '' : link('card of the room', card)]
      .filter((text) => text !== '')
      .join(' · '),
    prose(about),
    tables.length === 0 ? undefined : sketch(tables),
    section(
      'Tables',
      tables.map((relation) => tableSection(relation, linked)),
    ),
    section(
      'Views',
      views.map((relation) => viewSection(relation, linked)),
    ),
    section('Functions', callable.map(routineSection)),
    section('Trigger functions', triggerFunctions(routines)),
    section(
      'Types',
      enums.map(({ name, comment, labels }) =>
        blocks(`### ${name}`, prose(describe(comment)), codes(labels)),
      ),
    ),
  )
}

function linkedTo(name: string, addressOf: RoomPage['addressOf']): string {
  const address = addressOf(name)
  return address === undefined ? code(name) : link(code(name), address)
}

function routineSection(routine: Routine): string {
  const result = routine.result === null ? '' : ` → ${typeName(routine.result)}`
  const facts = [
    routine.is_procedure ? 'procedure' : routine.volatility,
    routine.is_strict ? 'strict' : '',
    routine.is_definer ? "definer's rights" : "caller's rights",
    routine.executors.length === 0
      ? 'for other functions only'
      : `for ${routine.executors.map(roleName).join(', ')}`,
  ]
  return blocks(
    `### ${routine.name}`,
    code(`${routine.name}(${typeName(routine.arguments)})${result}`),
    prose(describe(routine.comment)),
    facts.filter((fact) => fact !== '').join(' · '),
  )
}

function triggerFunctions(routines: readonly Routine[]): string[] {
  return routines
    .filter((routine) => routine.is_trigger)
    .map((routine) =>
      blocks(
        `### ${routine.name}`,
        prose(describe(routine.comment)),
        routine.is_definer ? "definer's rights" : "caller's rights",
      ),
    )
}

export const addressIn = (room: Room, name: string) => `${room}.md${anchor(name)}`
