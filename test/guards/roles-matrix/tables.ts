import type { Story } from '../../harness/test.ts'
import { type Attempt, tryAll } from './attempts.ts'
import type { Relation } from './catalog.ts'
import { everyRole } from './roles.ts'
import { seedOf } from './seeds.ts'
import type { Persona } from './world.ts'

/** How many rows of each world; 0 are those that are nobody's. */
type Worlds = Record<string, number>

const commands = ['select', 'insert', 'update', 'delete'] as const

const countBy = ({ name, world }: Relation, condition = 'true') => `
  select json_object_agg(w.world, w.rows)::text
  from (
    select ${world} as world, count(*) as rows from ${name} as t where ${condition} group by 1
  ) as w`

/** From here on grants stop nobody, and policies alone decide. */
export const liftGrants = (story: Story) => {
  const roles = everyRole.map((role) => `fluence_${role}`).join(', ')
  const schemas = 'app_public, app_hidden, app_private, reporting, staff'
  return story.rows(`
    grant usage on schema ${schemas} to ${roles};
    grant all on all tables in schema ${schemas} to ${roles};
    grant execute on all functions in schema ${schemas} to ${roles}`)
}

export interface Reach {
  /** In words, for people. */
  readonly words: string
  /** To the row, for comparing. */
  readonly exactly: string
}

/** For each persona: which rows of a table the policies let it see, add, change and delete. */
export async function reachByPolicies(
  story: Story,
  table: Relation,
  personas: readonly Persona[],
): Promise<Map<Persona, Reach>> {
  const { attempts, total, sources } = await attemptsOn(story, table)
  const reach = new Map<Persona, Reach>()
  for (const persona of personas) {
    const answers = await tryAll(story, persona, attempts)
    const [select = '', update = '', remove = '', moved = '', ...inserts] = answers
    const reached: Record<(typeof commands)[number], Worlds | string> = {
      select: isCode(select) ? select : counted(select),
      insert: inserted(inserts, sources, total),
      update: isCode(update) ? update : counted(update),
      delete: isCode(remove) ? remove : missing(total, counted(remove)),
    }
    const words = commands.flatMap((command) => {
      const worlds = reached[command]
      const rows = typeof worlds === 'string' ? worlds : inWords(worlds, total, persona.world)
      return rows === '' ? [] : [`${command} ${rows}`]
    })
    reach.set(persona, { words: words.join(', '), exactly: JSON.stringify({ ...reached, moved }) })
  }
  return reach
}

async function attemptsOn(story: Story, table: Relation) {
  const { name, columns, world } = table
  const [column, value] = seedOf(name).change
  await story.as(null)
  const rows = await story.rows<{ world: string; row: string }>(
    `select w.world::text, w.row
     from (
       select
         ${world} as world, to_jsonb(t)::text as row,
         row_number() over (partition by ${world}) as n
       from ${name} as t
     ) as w
     where w.world > 0 or w.n = 1`,
  )
  const [all] = await story.rows<{ worlds: string }>(`select (${countBy(table)}) as worlds`)
  const list = columns.map((c) => `"${c}"`).join(', ')
  const attempts: Attempt[] = [
    { statement: countBy(table), answers: true },
    {
      // Nothing of a row is asked for: so no policy for SELECT stands in for one for UPDATE.
      statement: `update ${name} set ${column} = ${value}`,
      answers: false,
      evidence: countBy(table, `t.${column} = ${value}`),
    },
    { statement: `delete from ${name}`, answers: false, evidence: countBy(table) },
    {
      // Given away to the other world.
      statement: `update ${name} set ${table.owner ?? column} = ${table.owner === undefined ? value : 2999}`,
      answers: false,
      evidence: countBy(table),
    },
    // A row that is there already fails as a duplicate, after the policies were asked.
    ...rows.map(({ row }) => ({
      statement: `
        insert into ${name} (${list}) overriding system value
        select ${list} from jsonb_populate_record(null::${name}, '${row.replaceAll("'", "''")}')`,
      answers: false,
    })),
  ]
  return { attempts, total: counted(all?.worlds ?? ''), sources: rows.map((row) => row.world) }
}

const isCode = (answer: string) => /^[0-9A-Z]{5}$/.test(answer)

const counted = (answer: string) => (answer === '' ? {} : JSON.parse(answer)) as Worlds

const missing = (total: Worlds, left: Worlds): Worlds =>
  Object.fromEntries(
    Object.entries(total).map(([world, rows]) => [world, rows - (left[world] ?? 0)]),
  )

/** Of the rows that belong to nobody one is tried, and stands for all. */
function inserted(answers: readonly string[], sources: readonly string[], total: Worlds): Worlds {
  const worlds: Worlds = {}
  for (const [i, answer] of answers.entries()) {
    const world = sources[i] ?? ''
    if (answer === '42501') continue
    worlds[world] = world === '0' ? (total[world] ?? 0) : (worlds[world] ?? 0) + 1
  }
  return worlds
}

const whose = [
  ['own', (world: number, home: number) => world === home],
  ['other', (world: number, home: number) => world !== home && world !== 0],
  ['common', (world: number) => world === 0],
] as const

function sums(worlds: Worlds, home: number): [string, number][] {
  return whose.map(([word, is]) => {
    const rows = Object.entries(worlds).filter(([world]) => is(Number(world), home))
    return [word, rows.reduce((sum, [, n]) => sum + n, 0)]
  })
}

/** "own" are all rows of the own world, "some own" a part of them; "other" are those of others. */
function inWords(reached: Worlds, total: Worlds, home: number): string {
  const all = Object.fromEntries(sums(total, home))
  return sums(reached, home)
    .filter(([, rows]) => rows > 0)
    .map(([word, rows]) => (rows === all[word] ? word : `some ${word}`))
    .join(' + ')
}

/** What a view shows to each persona, with the rights that it really has. */
export async function shownBy(
  story: Story,
  view: Relation,
  personas: readonly Persona[],
): Promise<Map<Persona, string>> {
  const lines = new Map<Persona, string>()
  for (const persona of personas) {
    const [answer = ''] = await tryAll(story, persona, [
      { statement: countBy(view), answers: true },
    ])
    const rows = isCode(answer) ? [] : sums(counted(answer), persona.world).filter(([, n]) => n > 0)
    // What is common is the same for all, and grows with sql/.
    const shown = rows.map(([word, n]) => (word === 'common' ? word : `${n} ${word}`)).join(' + ')
    lines.set(
      persona,
      isCode(answer) ? (answer === '42501' ? 'refused' : answer) : shown || 'no row',
    )
  }
  return lines
}
