import type { Story } from '../../harness/test.ts'
import { type Attempt, tryAll } from './attempts.ts'
import { relationsOf, type Routine } from './catalog.ts'
import type { Persona } from './world.ts'

/** Arguments that name something of the own brand (world 1), and the same of the other one. */
const both = (own: string, other: string) => ({ own, other })
const one = (arguments_: string) => ({ '': arguments_ })

/** How each function that people may call and that takes arguments is called. */
const calls: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'app_public.change_role': both(`1002, 'auditor'`, `2002, 'auditor'`),
  'app_public.deactivate_user': both('1002', '2002'),
  'app_public.delete_product': both('1001', '2001'),
  'app_public.end_agency_grant': both('1001', '2001'),
  'app_public.end_session': both('1002', '2002'),
  'app_public.erase_customer': both(`1001, 'Letter'`, `2001, 'Letter'`),
  'app_public.feed_position': one('1'),
  'app_public.find_customer': {
    own: `sha256('mail 1'), null, 'A call'`,
    none: `sha256('mail 3'), null, 'A call'`,
    // The mail of number 900 of the second brand.
    other: `sha256('mail -1100'), null, 'A call'`,
    "other's phone": `null, sha256('phone -1100'), 'A call'`,
  },
  'app_public.grant_agency': both(`'agency-1000', 'analyst'`, `'agency-2000', 'analyst'`),
  'app_public.invite': {
    own: `'person1002@example.com', 'analyst'`,
    new: `'new@example.com', 'analyst'`,
    "other's member": `'person2002@example.com', 'analyst'`,
    "other's guest": `'guest2000@example.com', 'analyst'`,
  },
  'app_public.reactivate_user': both('1040', '2040'),
  'app_public.read_person': {
    ...both(`1001, 'A call'`, `2001, 'A call'`),
    'of both': `900, 'A call'`,
  },
  'app_public.remove_member': both('1002', '2002'),
  'app_public.replay_event': both('1001', '2001'),
  'app_public.require_reader': one(`'A call'`),
  'app_public.reset_second_factor': both('1001', '2001'),
  'app_public.retire_product': both('1001', '2001'),
  'app_public.revoke_api_key': both('1030', '2030'),
  'app_public.revoke_invitation': both('1001', '2001'),
  'app_public.skip_event': both('1001', '2001'),
}

/** Whether it can be tried: what only the house may call has no call here. */
export const isCalled = ({ name, argumentCount, isTrigger }: Routine) =>
  !isTrigger &&
  (name in calls || (argumentCount === 0 && /^app_public|visible_|acts_for/.test(name)))

export function callsOf(routine: Routine): Readonly<Record<string, string>> {
  if (routine.argumentCount === 0) return one('')
  const found = calls[routine.name]
  if (found === undefined) {
    throw new Error(
      `${routine.name} is nowhere called: tell in roles-matrix/routines.ts with which arguments`,
    )
  }
  return found
}

function attempt({ name, givesRows, isProcedure }: Routine, given: string): Attempt {
  if (isProcedure) return { statement: `call ${name}(${given})`, answers: false }
  const what = givesRows ? `count(*) || ' rows'` : `coalesce(to_jsonb(f) #>> '{}', 'null')`
  return { statement: `select ${what} from ${name}(${given}) as f`, answers: true }
}

/** Asks which tables have another row of the other world than now. */
async function touchedOthers(story: Story): Promise<string> {
  await story.as(null)
  const tables = (await relationsOf(story)).filter(({ isView }) => !isView)
  const asked: string[] = []
  for (const { name, world } of tables) {
    const sum = `(select md5(string_agg(t::text, '|' order by t::text)) from ${name} as t where ${world} = 2)`
    const { now } = await story.one<{ now: string | null }>(`select ${sum} as now`)
    asked.push(`('${name}', ${sum}, '${now ?? ''}')`)
  }
  return `
    select ' and changes ' || string_agg(s.name, ', ') || ' of another'
    from (values ${asked.join(', ')}) as s (name, sum, before)
    where coalesce(s.sum, '') <> s.before`
}

/** What each persona is answered; and what of the other world that changes, whatever was named. */
export async function answersOf(
  story: Story,
  routine: Routine,
  personas: readonly Persona[],
): Promise<Map<Persona, string>> {
  const wanted = Object.entries(callsOf(routine))
  const evidence = routine.isVolatile ? await touchedOthers(story) : undefined
  const answers = new Map<Persona, string>()
  for (const persona of personas) {
    const said = await tryAll(
      story,
      persona,
      wanted.map(([, given]) => ({
        ...attempt(routine, given),
        ...(evidence === undefined ? {} : { evidence }),
      })),
    )
    const words = wanted.map(([whose], i) => {
      const answer = inWords(said[i] ?? '')
      return whose === '' ? answer : `${whose}: ${answer}`
    })
    answers.set(persona, words.join(', '))
  }
  return answers
}

function inWords(answer: string): string {
  if (answer === '42501') return 'refused'
  // A row has numbers and times of its own, and a number of ours is another one each time.
  return answer.replace(/^(\{.*\}|\d{13,}\b)/, '').replace(/^(?= and|$)/, 'done')
}
