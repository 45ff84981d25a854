import { describe, expect } from 'vitest'
import { test } from '../../harness/test.ts'

const people = `
  select r.oid, r.rolname from pg_roles as r
  where r.rolname like 'fluence\\_%'
    and r.rolname not in (
      'fluence_owner', 'fluence_definer', 'fluence_migrator', 'fluence_server',
      'fluence_authenticator', 'fluence_worker'
    )`

describe('the rights of people', () => {
  test('reach no table and no secret of app_private by SELECT', async ({ story }) => {
    const tables = await story.rows(
      `select r.rolname, c.relname
       from (${people}) as r
       cross join pg_class as c
       where c.relnamespace = 'app_private'::regnamespace and c.relkind in ('r', 'p', 'v')
         and (has_table_privilege(r.oid, c.oid, 'insert, update, delete')
           or has_any_column_privilege(r.oid, c.oid, 'select'))
         -- Behind app_public.parked_events and product_changes, with policies of their own.
         and c.relname not in ('outbox_deliveries', 'feed_entries')`,
    )
    expect(tables).toEqual([])
  })

  test('give them no function of app_private but what views ask', async ({ story }) => {
    const functions = await story.rows<{ proname: string }>(
      `select distinct p.proname
       from (${people}) as r
       cross join pg_proc as p
       where p.pronamespace = 'app_private'::regnamespace
         and has_function_privilege(r.oid, p.oid, 'execute')
       order by p.proname`,
    )
    expect(functions.map(({ proname }) => proname)).toEqual([
      'acts_for_platform',
      'visible_access_rights',
      'visible_api_keys',
      'visible_database_logins',
      'visible_invitations',
      'visible_jobs',
      'visible_members',
      'visible_sessions',
      'visible_workplaces',
    ])
  })

  test('without a session reach nothing: each function answers nothing or refuses', async ({
    story,
  }) => {
    const functions = await story.rows<{ role: string; call: string; name: string }>(
      `select replace(r.rolname, 'fluence_', '') as role, p.proname as name,
         format('select app_public.%I(%s)', p.proname, (
           select string_agg(
             case
               when t.oid = 'app_public.user_role_enum'::regtype then '''analyst''::app_public.user_role_enum'
               when t.oid = 'app_public.mail_address'::regtype then '''a@b.c''::app_public.mail_address'
               else format('1::text::%s', format_type(t.oid, null))
             end, ', ' order by a.n)
           from unnest(p.proargtypes::oid[]) with ordinality as a (oid, n)
           join pg_type as t on t.oid = a.oid
         )) as call
       from (${people}) as r
       cross join pg_proc as p
       where p.pronamespace = 'app_public'::regnamespace
         and p.provolatile = 'v'
         and has_function_privilege(r.oid, p.oid, 'execute')`,
    )
    expect(functions.length).toBeGreaterThan(10)
    for (const { role, call } of functions) {
      await story.as({ role })
      await story.rejects(/^FL/, call)
    }
  })
})
