import type { Command } from 'commander'
import type { SettingReport } from '../../server/env.ts'
import type { ErrorCode, Schema } from './catalog.ts'
import { code, describe, link, page, prose, table } from './markdown.ts'

const home = link('All pages', 'README.md')

export interface RoomEntry {
  readonly room: string
  readonly about: string
  readonly counts: string
  readonly page: string | undefined
}

export function indexPage(rooms: readonly RoomEntry[], schemas: readonly Schema[]): string {
  const filled = rooms.filter((entry) => entry.page !== undefined)
  const empty = rooms.filter((entry) => entry.page === undefined)
  return page(
    '# Reference',
    'What is in the database and around it, told by the database itself: the comments of its ' +
      'objects, their rights and their rules.',
    [
      `- ${link('Diagram of all tables', 'er-diagram.svg')}`,
      `- ${link('Commands', 'commands.md')} of the command line`,
      `- ${link('Settings', 'settings.md')} in the environment`,
      `- ${link('Error codes', 'error-codes.md')}`,
    ].join('\n'),
    '## Rooms',
    'A room holds one domain and depends only on rooms above it.',
    table(
      ['room', 'for', 'holds'],
      filled.map(({ room, page: file = '', about, counts }) => [
        link(room, file),
        prose(about),
        counts,
      ]),
    ),
    empty.length === 0 ? undefined : `Empty so far: ${empty.map(({ room }) => room).join(', ')}.`,
    '## Schemas',
    table(
      ['schema', 'for'],
      schemas.map(({ name, comment }) => [code(name), prose(describe(comment))]),
    ),
    '## How to read it',
    [
      'Roles are named without their prefix: `analyst` is the database role `fluence_analyst`. ',
      'Nobody logs in as `owner` or `definer`, who own the objects. ',
      "A function with definer's rights checks its caller itself; all others can do only what the " +
        'caller could do by hand.',
    ].join(''),
  )
}

export const errorCodesPage = (codes: readonly ErrorCode[]) =>
  page(
    '# Error codes',
    home,
    'The SQLSTATE class FL is ours. The same codes stand in answers of GraphQL; any other error ' +
      "keeps PostgreSQL's code.",
    table(
      ['code', 'name', 'what happened', 'what to do'],
      codes.map((it) => [code(it.code), code(it.name), prose(it.meaning), prose(it.advice)]),
    ),
  )

export const settingsPage = (settings: readonly SettingReport[]) =>
  page(
    '# Settings',
    home,
    'Read from the environment when a program starts. `fluence doctor --settings` shows how they ' +
      'stand.',
    table(
      ['variable', 'for', 'when unset'],
      settings.map(({ name, about, unset }) => [code(name), prose(about), prose(unset)]),
    ),
  )

/** The help of every command as a person sees it, at one width for all machines. */
export function commandsPage(program: Command): string {
  const sections = commandsOf(program).map(
    ({ name, help }) => `## ${name}\n\n${['```text', help.trimEnd(), '```'].join('\n')}`,
  )
  return page('# Commands', home, 'Run as `npm run -s fluence -- <command>`.', ...sections)
}

function commandsOf(command: Command, parents: readonly string[] = []): CommandHelp[] {
  const names = [...parents, command.name()]
  const below = command
    .createHelp()
    .visibleCommands(command)
    .filter((child) => child.name() !== 'help')
  return [
    { name: names.join(' '), help: helpOf(command) },
    ...below.flatMap((child) => commandsOf(child, names)),
  ]
}

interface CommandHelp {
  readonly name: string
  readonly help: string
}

function helpOf(command: Command): string {
  let text = ''
  const usual = command.configureOutput()
  command.configureOutput({
    writeOut: (more) => {
      text += more
    },
    getOutHelpWidth: () => 90,
    getOutHasColors: () => false,
  })
  command.outputHelp()
  command.configureOutput(usual)
  return text
}
