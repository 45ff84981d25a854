import type { Story } from '../../harness/test.ts'
import type { Persona } from './world.ts'

/** A statement to try. What it answers is one text; of a change, it is what the evidence finds. */
export interface Attempt {
  readonly statement: string
  /** Whether the statement gives one text itself. */
  readonly answers: boolean
  readonly evidence?: string
}

/**
 * One function that tries a statement with the rights of whoever calls it and undoes it again. The
 * evidence is looked at by the superuser, who sees what was really changed.
 */
export const prepareAttempts = (story: Story) =>
  story.rows(`
    create function pg_temp.attempt(statement text, answers boolean, evidence text) returns text
    language plpgsql as $$
    declare
      v_answer text;
      v_found text;
    begin
      if attempt.answers then
        execute attempt.statement into v_answer;
      else
        execute attempt.statement;
      end if;
      if attempt.evidence is not null then
        set local session authorization default;
        execute attempt.evidence into v_found;
      end if;
      raise exception using errcode = 'ZZ000', message = concat(v_answer, v_found);
    exception when others then
      return case sqlstate when 'ZZ000' then sqlerrm else sqlstate end;
    end
    $$`)

/** What each attempt answers: the text, or the code of the error. */
export async function tryAll(
  story: Story,
  persona: Persona,
  attempts: readonly Attempt[],
): Promise<string[]> {
  if (attempts.length === 0) return []
  await persona.become(story)
  const rows = await story.rows<{ answer: string }>(
    `select pg_temp.attempt(a.statement, a.answers, a.evidence) as answer
     from unnest($1::text[], $2::boolean[], $3::text[])
       with ordinality as a (statement, answers, evidence, n)
     order by a.n`,
    [
      attempts.map(({ statement }) => statement),
      attempts.map(({ answers }) => answers),
      attempts.map(({ evidence }) => evidence ?? null),
    ],
  )
  await story.as(null)
  return rows.map(({ answer }) => answer)
}
