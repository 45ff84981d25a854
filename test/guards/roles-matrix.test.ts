import { describe, expect } from 'vitest'
import { type Story, test } from '../harness/test.ts'
import { prepareAttempts, tryAll } from './roles-matrix/attempts.ts'
import {
  callersOf,
  grantsOn,
  type Relation,
  relationsOf,
  routinesOf,
  schemasOpenTo,
} from './roles-matrix/catalog.ts'
import { everyRole, loginRoles, memberRoles, peopleRoles } from './roles-matrix/roles.ts'
import { answersOf } from './roles-matrix/routines.ts'
import { seedOf, seeds } from './roles-matrix/seeds.ts'
import { liftGrants, reachByPolicies, shownBy } from './roles-matrix/tables.ts'
import { type Persona, seedWorlds, type Worlds, withoutTriggers } from './roles-matrix/world.ts'

const roles = everyRole.map((role) => `fluence_${role}`)

/** Everything below is one transaction on one clone; nothing of it stays. */
async function prepared(story: Story) {
  const worlds = await seedWorlds(story)
  await prepareAttempts(story)
  const relations = await relationsOf(story)
  return {
    worlds,
    tables: relations.filter(({ isView }) => !isView),
    views: relations.filter(({ isView }) => isView),
    routines: await routinesOf(story),
  }
}

const everybody = ({ sessions, house }: Worlds) => [...sessions, ...house]

/** An object and what it is to whom, one line each; who is not named has nothing of it. */
function section(title: string, lines: readonly (readonly [name: string, line: string])[]): string {
  const told = lines.map(([name, line]) => `  ${name.padEnd(24)} ${line}`)
  return [title, ...(told.length > 0 ? told : ['  nobody']), ''].join('\n')
}

const introduction = (text: string) => `${text.trim()}\n\n`

async function grantLines(story: Story, relation: Relation): Promise<Map<string, string>> {
  const grants = await grantsOn(story, relation, roles)
  const lines = new Map<string, string>()
  for (const [role, ofRole] of grants) {
    const schemas = await schemasOpenTo(story, role)
    const words = [...ofRole].map(([command, columns]) =>
      columns.length === 0 || columns.length === relation.columns.length
        ? command
        : `${command} (${columns.join(', ')})`,
    )
    const isOpen = schemas.has(relation.name.split('.')[0] ?? '')
    lines.set(role, `${words.join(', ')}${isOpen ? '' : ', but not its schema'}`)
  }
  return lines
}

describe('who may do what', () => {
  test('with tables is as roles-matrix/tables.txt says', async ({ story }) => {
    const { worlds, tables } = await prepared(story)
    const sections = [
      introduction(`
Who reaches which rows of which table. Renewed by: npm test -- --project guards -u
"granted" is what a role may touch at all; "policies" is what rows it would reach were everything
granted. Both must allow a statement. "own" are the rows of the own brand (or agency), "common" those
of no organization, "other" those of somebody else. Who is not named has neither.`),
    ]
    const grants = new Map<Relation, Map<string, string>>()
    for (const table of tables) grants.set(table, await grantLines(story, table))
    await withoutTriggers(story, async () => {
      await liftGrants(story)
      for (const table of tables) {
        const reach = await reachByPolicies(story, table, everybody(worlds))
        const lines = [...reach].flatMap(([{ name, role }, { words }]): [string, string][] => {
          const granted = grants.get(table)?.get(role)
          // The owner may do all with its tables, and forced policies leave it no row.
          if (words === '' && (granted === undefined || name === 'owner')) return []
          return [[name, `granted: ${granted ?? 'nothing'}; policies: ${words || 'no row'}`]]
        })
        sections.push(section(table.name, lines))
      }
    })
    await expect(sections.join('\n')).toMatchFileSnapshot('./roles-matrix/tables.txt')
  })

  test('with views is as roles-matrix/views.txt says', async ({ story }) => {
    const { worlds, views } = await prepared(story)
    const sections = [
      introduction(`
How many rows of two brands that look alike each view shows to whom. Renewed by:
npm test -- --project guards -u
"own" are the rows of the own brand (or agency), "common" those of no organization, "other" those of
somebody else. Who is not named is refused.`),
    ]
    for (const view of views) {
      const shown = await shownBy(story, view, everybody(worlds))
      const lines = [...shown].filter(([{ name }, line]) => line !== 'refused' && name !== 'owner')
      sections.push(
        section(
          view.name,
          lines.map(([{ name }, line]) => [name, line]),
        ),
      )
    }
    await expect(sections.join('\n')).toMatchFileSnapshot('./roles-matrix/views.txt')
  })

  test('with functions is as roles-matrix/functions.txt says', async ({ story }) => {
    const { worlds, routines } = await prepared(story)
    const sections = [
      introduction(`
What each function answers to whom. Renewed by: npm test -- --project guards -u
"own" was called with something of the own brand, "other" with the same of another one; the codes are
in docs/reference. Who is not named has no EXECUTE. The house is not called, only allowed.`),
    ]
    for (const routine of routines.filter(({ isTrigger }) => !isTrigger)) {
      const callers = await callersOf(story, routine, roles)
      const people = worlds.sessions.filter(({ role }) => callers.includes(role))
      const answers = people.length === 0 ? new Map() : await answersOf(story, routine, people)
      const house = worlds.house
        .filter(({ role, name }) => callers.includes(role) && name !== 'owner')
        .map(({ name }): [string, string] => [name, 'may call it'])
      const told: [string, string][] = [...answers].map(([{ name }, answer]) => [name, answer])
      const rights = routine.isDefiner ? ', with rights of its own' : ''
      sections.push(section(`${routine.signature}${rights}`, [...told, ...house]))
    }
    await expect(sections.join('\n')).toMatchFileSnapshot('./roles-matrix/functions.txt')
  })
})

/** Who runs Fluence sees to it that events and jobs of all get done. */
const ofThePlatform = new Set([
  'app_private.outbox_deliveries',
  'app_public.parked_events',
  'reporting.jobs',
])

const mayReach = (persona: Persona, name: string) => persona.world === 3 && ofThePlatform.has(name)

describe('nobody of one brand', () => {
  test('reaches a row of another, whatever were granted, by session or by login', async ({
    story,
  }) => {
    const { worlds, tables, views } = await prepared(story)
    const people = [...worlds.sessions, ...(await worlds.logins())]
    const leaks: string[] = []
    const note = (persona: Persona, name: string, words: string) => {
      if (words.includes('other') && !mayReach(persona, name)) {
        leaks.push(`${persona.name}: ${name}: ${words}`)
      }
    }
    for (const view of views) {
      const shown = await shownBy(story, view, people)
      for (const [persona, words] of shown) note(persona, view.name, words)
    }
    await withoutTriggers(story, async () => {
      await liftGrants(story)
      for (const table of tables) {
        const reach = await reachByPolicies(story, table, people)
        for (const [persona, { words }] of reach) note(persona, table.name, words)
      }
    })
    expect(leaks).toEqual([])
  })

  test('changes a row of another by a function, whatever it names', async ({ story }) => {
    const { worlds, routines } = await prepared(story)
    const done: string[] = []
    for (const routine of routines) {
      const callers = await callersOf(story, routine, roles)
      const people = worlds.sessions.filter((p) => p.world === 1 && callers.includes(p.role))
      if (people.length === 0 || routine.isTrigger) continue
      for (const [{ name }, answer] of await answersOf(story, routine, people)) {
        if (answer.includes('of another')) done.push(`${name}: ${routine.signature}`)
      }
    }
    expect(done).toEqual([])
  })
})

test('a login of a role reaches what a session of that role does', async ({ story }) => {
  const { worlds, tables } = await prepared(story)
  await withoutTriggers(story, async () => {
    await liftGrants(story)
    for (const table of tables) {
      const by = async (personas: readonly Persona[]) => {
        const reach = await reachByPolicies(story, table, personas)
        return Object.fromEntries([...reach].map(([{ name }, { exactly }]) => [name, exactly]))
      }
      const logins = await by(await worlds.logins())
      const sessions = await by(worlds.sessions.filter(({ name }) => name in logins))
      expect(logins, table.name).toEqual(sessions)
    }
  })
})

/** Functions that change something and that a login without a second factor may call for that. */
const calculations = new Set<string>([])

describe('a database login, which has no second factor,', () => {
  test('gets every role of a member but admin', async ({ story }) => {
    const acme = await story.organization('acme')
    const given: string[] = []
    for (const role of memberRoles) {
      await story.as(null)
      await story.rows(`create role matrix_${role} login in role fluence_${role}`)
      await story.atDoor('fluence_server')
      const register = `select app_private.register_database_login($1, $2, $3, $4)`
      const values = [`matrix_${role}`, acme, role, role]
      if (loginRoles.includes(role as never)) {
        await story.rows(register, values)
        given.push(role)
      } else {
        await story.rejects('FL122', register, values)
        await story.as(null)
        await story.rejects(
          '23514',
          `insert into app_private.database_logins (login_oid, login_name, organization_id, role)
           values (to_regrole($1), $1, $2, $3::app_public.user_role_enum)`,
          values.slice(0, 3),
        )
      }
    }
    expect(given).toEqual(memberRoles.filter((role) => role !== 'admin'))
  })

  test('changes nothing by a function as a finance manager, but what it calculates', async ({
    story,
  }) => {
    const { worlds, routines } = await prepared(story)
    const logins = (await worlds.logins()).filter(({ name }) => name === 'finance_manager')
    expect(logins).toHaveLength(1)
    const done: string[] = []
    const asked: string[] = []
    for (const routine of routines.filter(
      ({ isTrigger, isVolatile }) => !isTrigger && isVolatile,
    )) {
      const callers = await callersOf(story, routine, roles)
      if (!callers.includes('fluence_finance_manager') || calculations.has(routine.name)) continue
      asked.push(routine.name)
      for (const answer of (await answersOf(story, routine, logins)).values()) {
        if (!/^([\w' ]+: )?(refused|FL102)(, ([\w' ]+: )?(refused|FL102))*$/.test(answer)) {
          done.push(`${routine.signature}: ${answer}`)
        }
      }
    }
    expect(asked).toContain('app_public.leave_organization')
    expect(done).toEqual([])
  })

  test('nor by a statement, but its own name', async ({ story }) => {
    const written: string[] = []
    for (const relation of await relationsOf(story)) {
      const granted = (await grantsOn(story, relation, roles)).get('fluence_finance_manager')
      const commands = [...(granted?.keys() ?? [])].filter((command) => command !== 'select')
      if (commands.length > 0) written.push(`${relation.name}: ${commands.join(', ')}`)
    }
    expect(written).toEqual(['app_public.users: update'])
  })
})

test('without a session or login that counts there is nothing but what is common', async ({
  story,
}) => {
  const { worlds, tables, views, routines } = await prepared(story)
  const nobody = [...worlds.nobody, ...(await worlds.deadLogins())]
  const found: string[] = []
  const note = (persona: Persona, name: string, words: string) => {
    if (!/^(no row|refused|null|false|0 rows|FL\d{3}|(select )?common|)$/.test(words)) {
      found.push(`${persona.name}: ${name}: ${words}`)
    }
  }
  for (const view of views) {
    for (const [persona, words] of await shownBy(story, view, nobody)) {
      note(persona, view.name, words)
    }
  }
  for (const routine of routines) {
    const callers = await callersOf(story, routine, roles)
    const people = nobody.filter(({ role }) => callers.includes(role))
    if (people.length === 0 || routine.isTrigger) continue
    for (const [persona, answer] of await answersOf(story, routine, people)) {
      for (const each of answer.split(', ')) {
        note(persona, routine.name, each.replace(/^[\w' ]+: /, ''))
      }
    }
  }
  await withoutTriggers(story, async () => {
    await liftGrants(story)
    for (const table of tables) {
      const reach = await reachByPolicies(story, table, nobody)
      for (const [persona, { words }] of reach) note(persona, table.name, words)
    }
  })
  expect(found).toEqual([])
})

test('what was not granted is refused before any policy is asked', async ({ story }) => {
  const { worlds, tables } = await prepared(story)
  const wrong: string[] = []
  for (const table of tables) {
    const grants = await grantsOn(story, table, roles)
    const [column, value] = seedOf(table.name).change
    for (const persona of worlds.sessions) {
      const granted = grants.get(persona.role)
      const isOpen = (await schemasOpenTo(story, persona.role)).has(table.name.split('.')[0] ?? '')
      const touch = (command: string) => granted?.get(command)?.[0]
      const statements = {
        select: `select ${touch('select') ?? '1'} from ${table.name} limit 1`,
        insert: `insert into ${table.name} (${touch('insert') ?? column}) select null where false`,
        update: `update ${table.name} set ${touch('update') ?? column} = ${touch('update') === undefined ? value : 'default'} where false`,
        delete: `delete from ${table.name} where false`,
      }
      const answers = await tryAll(
        story,
        persona,
        Object.values(statements).map((statement) => ({ statement, answers: false })),
      )
      for (const [i, command] of Object.keys(statements).entries()) {
        const isRefused = answers[i] === '42501'
        if (isRefused !== !(isOpen && granted?.has(command))) {
          wrong.push(`${persona.name}: ${command} ${table.name}: ${answers[i]}`)
        }
      }
    }
  }
  expect(wrong).toEqual([])
})

test('a login that brings along a session is still the login alone', async ({ story }) => {
  const { worlds, routines } = await prepared(story)
  const thieves = await worlds.thieves()
  const answers: Record<string, string[]> = {}
  for (const name of ['current_organization_id', 'current_user_id', 'end_all_sessions']) {
    const routine = routines.find((each) => each.name === `app_public.${name}`)
    answers[name] = routine ? [...(await answersOf(story, routine, thieves)).values()] : []
  }
  expect(answers).toEqual({
    current_organization_id: ['1000'],
    current_user_id: ['null'],
    end_all_sessions: ['FL102'],
  })
})

describe('the matrix', () => {
  test('has a seed for each table, with rows of both brands, and for no other', async ({
    story,
  }) => {
    const { tables } = await prepared(story)
    expect(Object.keys(seeds).toSorted()).toEqual(tables.map(({ name }) => name))
    for (const { name, world } of tables) {
      const { worlds } = await story.one<{ worlds: number[] }>(
        `select coalesce(array_agg(distinct (${world})::integer), '{}') as worlds from ${name} as t`,
      )
      const wanted = worlds.includes(0) ? [0] : [1, 2]
      expect(worlds, `rows in ${name}`).toEqual(expect.arrayContaining(wanted))
    }
  })

  test('fails on a table without a seed, and on a function without a call', async ({ story }) => {
    await story.rows(`
      create table app_public.planted (brand_id bigint);
      create function app_public.planted(id bigint) returns void language sql as 'select';
      grant execute on function app_public.planted(bigint) to fluence_analyst`)
    const { worlds, tables, routines } = await prepared(story)
    const table = tables.find(({ name }) => name === 'app_public.planted')
    const routine = routines.find(({ name }) => name === 'app_public.planted')
    await expect(reachByPolicies(story, table as Relation, worlds.sessions)).rejects.toThrow(
      'app_public.planted has no rows to try',
    )
    await expect(answersOf(story, routine!, worlds.sessions)).rejects.toThrow(
      'app_public.planted is nowhere called',
    )
  })

  test('knows every role of the house', async ({ story }) => {
    const found = await story.rows<{ name: string }>(
      `select e.enumlabel as name from pg_enum as e
       where e.enumtypid = 'app_public.user_role_enum'::regtype`,
    )
    expect([...found.map(({ name }) => name), 'visitor'].toSorted()).toEqual(peopleRoles.toSorted())
  })
})
