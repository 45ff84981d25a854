import crypto from 'node:crypto'
import { newOpaque } from '../../../src/server/identity/opaque.ts'
import type { Story } from '../../harness/test.ts'
import { houseRoles, memberRoles, peopleRoles } from './roles.ts'
import { seeds } from './seeds.ts'

/** Somebody who tries things out. The first digit of a row's numbers tells the world it is of. */
export interface Persona {
  readonly name: string
  /** What PostgreSQL calls the role. */
  readonly role: string
  readonly world: number
  /** Of the session, where there is one. */
  readonly handle?: string
  become(story: Story): Promise<void>
}

export interface Worlds {
  /** Everybody of the first world by session, and an admin of the platform, which is the third. */
  readonly sessions: readonly Persona[]
  /** The people of the first world, with database logins of their own. */
  logins(): Promise<readonly Persona[]>
  /** Logins that are over. */
  deadLogins(): Promise<readonly Persona[]>
  /** A login that brings along the session of a person of its own brand and role. */
  thieves(): Promise<readonly Persona[]>
  /** The same roles through the server without a session, or with one that does not count. */
  readonly nobody: readonly Persona[]
  /** The logins of the house, and the two roles that own things. */
  readonly house: readonly Persona[]
}

/**
 * Two worlds that look alike, each a brand with its agency and a person in every role, and the
 * platform as a third. Every table has rows of each, written without triggers.
 */
export async function seedWorlds(story: Story): Promise<Worlds> {
  await story.as(null)
  await withoutTriggers(story, async () => {
    for (const [table, { insert }] of Object.entries(seeds)) {
      for (const world of [1000, 2000, 3000]) {
        const sql = insert?.(world) ?? ''
        try {
          if (sql !== '') await story.rows(sql)
        } catch (error) {
          throw new Error(`the seed of ${table} does not fit the table`, { cause: error })
        }
      }
    }
  })
  // The queue is another's schema: its rows come in by its own function.
  await story.rows(
    `select graphile_worker.add_job('none', json_build_object('organization_id', o.id::text))
     from app_public.organizations as o where o.kind <> 'agency'`,
  )
  const handles = new Map<number, string>()
  return {
    sessions: await bySession(story, handles, [
      ['visitor', 'visitor', 1013],
      ['half signed in', 'visitor', 1014],
      ...memberRoles.map((role, i): Numbered => [role, role, 1001 + i]),
      ['analyst by a grant', 'analyst', 1020],
      ['analyst with a key', 'analyst', 1030],
      ['admin of the platform', 'admin', 3001],
      ['analyst of the platform', 'analyst', 3002],
    ]),
    // Not at once: whoever makes a member of a role keeps others from it until the transaction ends.
    logins: () =>
      byLogin(
        story,
        memberRoles.map((role, i): Numbered => [role, role, 1001 + i]),
      ),
    deadLogins: () =>
      byLogin(story, [
        ['analyst whose login was revoked', 'analyst', 1050],
        ['analyst whose login is over', 'analyst', 1051],
      ]),
    async thieves() {
      const logins = await byLogin(story, [['analyst with two doors', 'analyst', 1052]])
      return logins.map((login) => ({
        name: login.name,
        role: login.role,
        world: login.world,
        async become() {
          await login.become(story)
          await story.rows(
            `select set_config('role', 'fluence_analyst', true),
               set_config('fluence.session_id', $1, true)`,
            [handles.get(1002)],
          )
        },
      }))
    },
    nobody: [
      ...peopleRoles.map((role) => ({
        name: `${role} without a session`,
        role: `fluence_${role}`,
        world: 1,
        become: () => story.through('', role),
      })),
      ...(await bySession(story, handles, [
        ['analyst whose session was ended', 'analyst', 1050],
        ['analyst whose session is over', 'analyst', 1051],
        ["auditor with a finance manager's session", 'auditor', 1007],
        ["analyst with a visitor's session", 'analyst', 1013],
      ])),
    ],
    house: houseRoles.map((role) => ({
      name: role,
      role: `fluence_${role}`,
      world: 1,
      become: () => becomeHouse(story, role),
    })),
  }
}

/** Foreign keys are triggers too: so each table can be tried out without minding the others. */
export async function withoutTriggers<T>(story: Story, work: () => Promise<T>): Promise<T> {
  const switchAlways = async (to: 'disable' | 'enable always') => {
    const triggers = await story.rows<{ statement: string }>(
      `select format('alter table %s ${to} trigger %I', t.tgrelid::regclass, t.tgname) as statement
       from pg_trigger as t where t.tgfoid = 'app_private.tg__append_only'::regproc`,
    )
    for (const { statement } of triggers) await story.rows(statement)
  }
  await story.as(null)
  await story.rows('set local session_replication_role = replica')
  await switchAlways('disable')
  const answer = await work()
  await story.as(null)
  await switchAlways('enable always')
  await story.rows('set local session_replication_role = origin')
  return answer
}

/** What somebody is called, in which role they come, and the number of their session or login. */
type Numbered = [name: string, role: string, number: number]

async function bySession(
  story: Story,
  handles: Map<number, string>,
  sessions: readonly Numbered[],
): Promise<Persona[]> {
  const personas: Persona[] = []
  for (const [name, role, number] of sessions) {
    // In the form of an API key: GraphQL takes that as it is, without a token around it.
    const handle = handles.get(number) ?? newOpaque('apiKey')
    handles.set(number, handle)
    await story.rows(
      `update app_private.sessions as s set session_hash = sha256(convert_to($2, 'UTF8'))
       where s.id = $1`,
      [number, handle],
    )
    personas.push({
      name,
      role: `fluence_${role}`,
      world: Math.floor(number / 1000),
      handle,
      become: () => story.through(handle, role),
    })
  }
  return personas
}

async function byLogin(story: Story, logins: readonly Numbered[]): Promise<Persona[]> {
  const personas: Persona[] = []
  // Roles are the cluster's, and other files do the same at the same time.
  const tag = crypto.randomBytes(4).toString('hex')
  await story.as(null)
  for (const [name, role, number] of logins) {
    const login = `matrix_${tag}_${number}`
    await story.rows(`create role ${login} login in role fluence_${role}`)
    await story.rows(
      `update app_private.database_logins as l
       set login_oid = to_regrole($2), login_name = $2 where l.id = $1`,
      [number, login],
    )
    personas.push({
      name,
      role: `fluence_${role}`,
      world: 1,
      async become() {
        await story.as(null)
        await story.rows(`set local session authorization ${login}`)
      },
    })
  }
  return personas
}

async function becomeHouse(story: Story, role: (typeof houseRoles)[number]): Promise<void> {
  if (role === 'server' || role === 'worker') return story.atDoor(`fluence_${role}`)
  await story.as(null)
  await story.rows(`set local role fluence_${role}`)
}
