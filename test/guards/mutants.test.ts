import { expect } from 'vitest'
import { type Story, test } from '../harness/test.ts'
import { equivalent } from './mutants/equivalent.ts'
import { everyMutant, type Mutant } from './mutants/mutants.ts'
import { prepareAttempts } from './roles-matrix/attempts.ts'
import { callersOf, type Relation, relationsOf, routinesOf } from './roles-matrix/catalog.ts'
import { everyRole } from './roles-matrix/roles.ts'
import { answersOf, isCalled } from './roles-matrix/routines.ts'
import { liftGrants, reachByPolicies, shownBy } from './roles-matrix/tables.ts'
import { seedWorlds, type Worlds } from './roles-matrix/world.ts'

const roles = everyRole.map((role) => `fluence_${role}`)

/** All of them take minutes; some are tried by chance, and what chance it was is told. */
const all = process.env['FLUENCE_SOAK'] !== undefined
const seed = Number(process.env['FLUENCE_SEED'] ?? Date.now() % 1_000_000)

/** The same few for the same seed. */
function sample(mutants: readonly Mutant[], share: number): Mutant[] {
  let state = seed
  return mutants.filter(() => {
    state = (state * 48_271 + 11) % 2_147_483_647
    return state / 2_147_483_647 < share
  })
}

class Probe {
  readonly #story: Story
  readonly #worlds: Worlds
  readonly #relations: readonly Relation[]
  readonly #before = new Map<string, string>()

  private constructor(story: Story, worlds: Worlds, relations: readonly Relation[]) {
    this.#story = story
    this.#worlds = worlds
    this.#relations = relations
  }

  static async prepare(story: Story): Promise<Probe> {
    const worlds = await seedWorlds(story)
    await prepareAttempts(story)
    return new Probe(story, worlds, await relationsOf(story))
  }

  /** Whether the roles matrix shows that the mutant is there. */
  async sees(mutant: Mutant): Promise<boolean> {
    const key = `${mutant.kind} ${mutant.subject}`
    const before = this.#before.get(key) ?? (await this.#look(mutant, ''))
    this.#before.set(key, before)
    return (await this.#look(mutant, mutant.sql)) !== before
  }

  async #look({ kind, subject }: Mutant, change: string): Promise<string> {
    const story = this.#story
    await story.rows('savepoint mutant')
    try {
      if (change !== '') await story.rows(change)
      if (kind === 'function') return await this.#function(subject)
      const relation = this.#relations.find(({ name }) => name === subject)
      if (relation === undefined) throw new Error(`there is no ${subject}`)
      return kind === 'view' ? await this.#view(relation) : await this.#table(relation)
    } finally {
      await story.rows('rollback to savepoint mutant')
    }
  }

  get #everybody() {
    const { sessions, nobody, house } = this.#worlds
    return [...sessions, ...nobody, ...house]
  }

  async #table(table: Relation): Promise<string> {
    await this.#story.rows('set local session_replication_role = replica')
    await liftGrants(this.#story)
    const reach = await reachByPolicies(this.#story, table, this.#everybody)
    return [...reach.values()].map(({ exactly }) => exactly).join('\n')
  }

  async #view(view: Relation): Promise<string> {
    const shown = [...(await shownBy(this.#story, view, this.#everybody)).values()]
    // Behind the functions that say who is calling.
    if (!/current_(login|session)$/.test(view.name)) return shown.join('\n')
    const { sessions, nobody } = this.#worlds
    const logins = [
      ...(await this.#worlds.logins()),
      ...(await this.#worlds.deadLogins()),
      ...(await this.#worlds.thieves()),
    ]
    const people = [...sessions, ...nobody, ...logins]
    for (const routine of await routinesOf(this.#story)) {
      if (!/\.(current_organization_id|end_all_sessions)$/.test(routine.name)) continue
      shown.push(...(await answersOf(this.#story, routine, people)).values())
    }
    return shown.join('\n')
  }

  /** Who may call it; what it and the views that stand on it answer, also to those who may not. */
  async #function(subject: string): Promise<string> {
    const story = this.#story
    const routines = await routinesOf(story)
    const seen = [(await callersOf(story, { signature: subject }, roles)).join(' ')]
    await liftGrants(story)
    const { sessions, nobody } = this.#worlds
    const isHelper = /acting_admin|is_own_event/.test(subject)
    for (const routine of routines) {
      if (!isCalled(routine) || !(isHelper || routine.signature === subject)) continue
      seen.push(...(await answersOf(story, routine, [...sessions, ...nobody])).values())
    }
    const name = subject.replace(/\(.*/, '')
    const views = await story.rows<{ view: string }>(
      `select v.schemaname || '.' || v.viewname as view from pg_views as v
       where v.definition like '%' || $1 || '(%'`,
      [name],
    )
    for (const { view } of views) {
      const relation = this.#relations.find((each) => each.name === view)
      if (relation !== undefined) seen.push(await this.#view(relation))
    }
    return seen.join('\n')
  }
}

test('whatever is taken from what protects an object, the roles matrix shows it', async ({
  story,
}) => {
  const mutants = await everyMutant(story)
  const probe = await Probe.prepare(story)
  const tried = all ? mutants : sample(mutants, 0.1)
  console.info(`${tried.length} of ${mutants.length} mutants, FLUENCE_SEED=${seed}`)
  const survivors: string[] = []
  for (const mutant of tried) {
    if (!(await probe.sees(mutant))) survivors.push(mutant.name)
  }
  const wanted = tried.map(({ name }) => name).filter((name) => name in equivalent)
  expect(survivors).toEqual(wanted)
}, 600_000)

test('every mutant that is taken for equivalent is one', async ({ story }) => {
  const mutants = new Map((await everyMutant(story)).map((mutant) => [mutant.name, mutant]))
  const probe = await Probe.prepare(story)
  for (const name of Object.keys(equivalent)) {
    const mutant = mutants.get(name)
    expect(mutant, name).toBeDefined()
    expect(mutant && (await probe.sees(mutant)), name).toBe(false)
  }
})
