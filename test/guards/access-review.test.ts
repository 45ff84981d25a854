import { describe, expect } from 'vitest'
import { type Story, test } from '../harness/test.ts'
import { prepareAttempts, tryAll } from './roles-matrix/attempts.ts'
import { type Relation, relationsOf, routinesOf } from './roles-matrix/catalog.ts'
import { memberRoles } from './roles-matrix/roles.ts'
import { answersOf } from './roles-matrix/routines.ts'
import { type Persona, seedWorlds, withoutTriggers } from './roles-matrix/world.ts'

/** A line of the register of sensitive data. */
interface Datum {
  readonly data_class: string
  readonly object: string
  readonly column_name: string | null
  readonly is_told_apart: boolean
}

const nameOf = ({ object, column_name: column }: Datum) =>
  column === null ? object : `${object}.${column}`

/** How the review names the way in of somebody from the matrix of roles; nobody is not in it. */
function holderOf({ name }: Persona, kind: 'membership' | 'database_login'): string | undefined {
  if (name === 'analyst by a grant') return 'agency_grant:1001:1011'
  if (name === 'analyst with a key') return 'api_key:1030'
  if (name === 'admin of the platform') return 'membership:3001'
  if (name === 'analyst of the platform') return 'membership:3002'
  const number = memberRoles.findIndex((role) => role === name)
  return number < 0 ? undefined : `${kind}:${1001 + number}`
}

/** Rows that are somebody's own say nothing of what one can read of others. */
const ofOthers: Readonly<Record<string, string>> = {
  'app_public.users': 'id is distinct from (select app_public.current_user_id())',
}

/** What an address looks like to those who are shown a mask. */
const shape = ({ data_class: kind, is_told_apart: isToldApart, column_name: column }: Datum) => {
  if (!isToldApart) return 'true'
  return kind === 'personal_masked' ? `t.${column} like '%*%'` : `t.${column} not like '%*%'`
}

/** Whose rows somebody really gets to see of it: the numbers of the worlds, or what refused it. */
async function readBy(
  story: Story,
  persona: Persona,
  datum: Datum,
  relations: readonly Relation[],
): Promise<string> {
  if (datum.object.includes('(')) {
    const routines = await routinesOf(story)
    const name = datum.object.split('(')[0]
    const routine = routines.find((each) => each.name === name)
    if (routine === undefined) throw new Error(`there is no ${datum.object}`)
    const answers = await answersOf(story, routine, [persona])
    return answers.get(persona) ?? ''
  }
  const relation = relations.find(({ name }) => name === datum.object)
  if (relation === undefined) throw new Error(`there is no ${datum.object}`)
  const columns = datum.column_name === null ? relation.columns : [datum.column_name]
  // One column that the role may read is enough to count.
  const answers = await tryAll(
    story,
    persona,
    columns.map((column) => ({
      answers: true,
      statement: `
        select coalesce(string_agg(distinct w.world::text, ',' order by w.world::text), '')
        from (
          select ${relation.world} as world, t."${column}" as value from ${relation.name} as t
          where ${ofOthers[relation.name] ?? 'true'} and ${shape(datum)}
        ) as w`,
    })),
  )
  return answers.find((answer) => /^\d(,\d)*$/.test(answer)) ?? answers[0] ?? ''
}

const register = (story: Story) =>
  story.rows<Datum>(
    `select d.data_class, d.object, d.column_name, d.shown_to is not null as is_told_apart
     from app_private.sensitive_data as d`,
  )

/** Of each way in, what the review says that it reads, as "class what", by the world of the data. */
async function reviewed(story: Story): Promise<Map<string, Set<string>>> {
  await story.as(null)
  const rows = await story.rows<{ holder: string; data_class: string; reads: string[] }>(
    `select r.holder, r.data_class, r.reads from app_private.access_rights as r`,
  )
  const found = new Map<string, Set<string>>()
  for (const { holder, data_class: kind, reads } of rows) {
    const ofHolder = found.get(holder) ?? new Set()
    for (const what of reads) ofHolder.add(`${kind} ${what}`)
    found.set(holder, ofHolder)
  }
  return found
}

async function prepared(story: Story) {
  const worlds = await seedWorlds(story)
  await prepareAttempts(story)
  // An agency with more than one person, else nobody there could read of others; and of the
  // platform what the matrix has no rows of.
  await withoutTriggers(story, () =>
    story.rows(`
      insert into app_public.users (id, display_name) overriding system value
      values (1060, 'Alike'), (3060, 'Alike');
      insert into app_private.user_accounts (user_id, mail, mail_key, password_hash)
      select u.id, 'person' || u.id || '@example.com', 'person' || u.id || '@example.com',
        '$2b$12$' || repeat('x', 53)
      from app_public.users as u where u.id in (1060, 3060);
      insert into app_public.memberships (id, organization_id, user_id, role)
        overriding system value
      values (1060, 1900, 1060, 'agency_manager'), (3060, 3000, 3060, 'analyst');
      insert into app_public.invitations (id, organization_id, role, invited_by, expires_at)
        overriding system value
      values (3001, 3000, 'analyst', 3001, now() + interval '1 day');
      insert into app_private.invitation_mails (invitation_id, mail, mail_key)
      values (3001, 'guest3000@example.com', 'guest3000@example.com');
      insert into app_private.sessions (
        id, session_hash, kind, name, created_by, organization_id, role, expires_at
      ) overriding system value
      values (
        3030, sha256('session 3030'), 'api_key', 'Shop', 3001, 3000, 'analyst',
        now() + interval '1 day'
      )`),
  )
  return worlds
}

/** What the review says and what is so, where they differ. */
async function lies(
  story: Story,
  people: readonly Persona[],
  kind: 'membership' | 'database_login',
): Promise<{ lies: string[]; asked: number; read: number }> {
  const relations = await relationsOf(story)
  const data = await register(story)
  const review = await reviewed(story)
  const found: string[] = []
  let read = 0
  for (const persona of people) {
    const holder = holderOf(persona, kind)
    const says = (holder === undefined ? undefined : review.get(holder)) ?? new Set()
    for (const datum of data) {
      const what = `${datum.data_class} ${nameOf(datum)}`
      const answer = await readBy(story, persona, datum, relations)
      const isRead = datum.object.includes('(')
        ? !/^(own: )?(refused|FL\d{3})\b/.test(answer)
        : answer.split(',').includes(String(persona.world))
      if (isRead) read += 1
      if (isRead !== says.has(what)) {
        found.push(`${persona.name}: ${what}: says ${says.has(what)}, but reading gives ${answer}`)
      }
    }
  }
  return { lies: found, asked: people.length * data.length, read }
}

describe('the access review', () => {
  test('says what each role really reads, by session, grant and key', async ({ story }) => {
    const worlds = await prepared(story)
    const { lies: found, asked, read } = await lies(story, worlds.sessions, 'membership')
    expect(found).toEqual([])
    expect(read).toBeGreaterThan(50)
    expect(asked).toBeGreaterThan(2 * read)
  })

  test('says what each role really reads by a database login', async ({ story }) => {
    const worlds = await prepared(story)
    const logins = await worlds.logins()
    const { lies: found, read } = await lies(story, logins, 'database_login')
    expect(found).toEqual([])
    expect(read).toBeGreaterThan(40)
  })

  test('knows nobody who reads secrets or ciphertext', async ({ story }) => {
    await prepared(story)
    expect(
      await story.rows(
        `select r.holder, r.reads from app_private.access_rights as r
         where r.data_class in ('secrets', 'personal_sealed')`,
      ),
    ).toEqual([])
  })

  for (const [what, lie] of [
    ['a right that it does not know', 'revoke select on app_public.products from fluence_analyst'],
    ['a policy that is gone', 'drop policy select_brand on app_public.products'],
    ['a schema that is closed', 'revoke usage on schema app_public from fluence_analyst'],
  ] as const) {
    test(`notices ${what}`, async ({ story }) => {
      await prepared(story)
      const money = () =>
        story.rows(
          `select from app_private.access_rights as r
           where r.holder = 'membership:1002' and 'app_public.products.cost' = any (r.reads)`,
        )
      expect(await money()).toHaveLength(1)
      await story.rows(lie)
      expect(await money()).toEqual([])
    })
  }

  test('is found out when it lies', async ({ story }) => {
    const worlds = await prepared(story)
    const analyst = worlds.sessions.filter(({ name }) => name === 'analyst')
    // The rows are there, and the policy that lets the role in shows it none of them.
    await story.rows('alter policy select_brand on app_public.products using (false)')
    const { lies: found } = await lies(story, analyst, 'membership')
    expect(found).toEqual([
      'analyst: money app_public.products.product_price: says true, but reading gives ',
      'analyst: money app_public.products.cost: says true, but reading gives ',
    ])
  })
})
