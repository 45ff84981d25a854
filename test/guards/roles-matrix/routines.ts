import type { Story } from '../../harness/test.ts'
import { type Attempt, tryAll } from './attempts.ts'
import type { Routine } from './catalog.ts'
import type { Persona } from './world.ts'

/** Arguments that name something of the own brand (world 1), and the same of the other one. */
const both = (own: string, other: string) => ({ own, other })
const one = (arguments_: string) => ({ '': arguments_ })

/** How each function that people may call and that takes arguments is called. */
const calls: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'app_public.change_role': both(`1002, 'auditor'`, `2002, 'auditor'`),
  'app_public.deactivate_user': both('1002', '2002'),
  'app_public.end_agency_grant': both('1001', '2001'),
  'app_public.end_session': both('1002', '2002'),
  'app_public.feed_position': one('1'),
  'app_public.grant_agency': one(`'agency-2000', 'analyst'`),
  'app_public.invite': one(`'new@example.com', 'analyst'`),
  'app_public.reactivate_user': both('1040', '2040'),
  'app_public.remove_member': both('1002', '2002'),
  'app_public.replay_event': both('1001', '2001'),
  'app_public.retire_product': both('1001', '2001'),
  'app_public.revoke_api_key': both('1030', '2030'),
  'app_public.revoke_invitation': both('1001', '2001'),
  'app_public.skip_event': both('1001', '2001'),
}

function callsOf(routine: Routine): Readonly<Record<string, string>> {
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
  if (isProcedure) return { statement: `call ${name}(${given})`, evidence: `select 'done'` }
  if (givesRows) return { statement: `select count(*) || ' rows' from ${name}(${given})` }
  return { statement: `select coalesce(to_jsonb(f) #>> '{}', 'null') from ${name}(${given}) as f` }
}

/** What each persona is answered. */
export async function answersOf(
  story: Story,
  routine: Routine,
  personas: readonly Persona[],
): Promise<Map<Persona, string>> {
  const wanted = Object.entries(callsOf(routine))
  const answers = new Map<Persona, string>()
  for (const persona of personas) {
    const said = await tryAll(
      story,
      persona,
      wanted.map(([, given]) => attempt(routine, given)),
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
  return answer === '' || answer.startsWith('{') ? 'done' : answer
}
