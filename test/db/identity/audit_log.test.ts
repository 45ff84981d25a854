import { describe, expect } from 'vitest'
import { type Story, test } from '../../harness/test.ts'

interface Entry {
  action: string
  door: string
  user_id: string | null
  session_id: string | null
  login: string | null
  role: string | null
  request_id: string | null
  organization_id: string | null
  row_key: unknown
  before: unknown
  after: unknown
  reason: string | null
}

/** What was noted about a table, oldest first. */
async function entries(story: Story, object: string): Promise<Entry[]> {
  await story.as(null)
  return story.rows<Entry>(
    `select l.action, l.door, l.user_id, l.session_id, l.login, l.role, l.request_id,
       l.organization_id, l.row_key, l.before, l.after, l.reason
     from app_public.audit_log as l where l.object = $1 order by l.id`,
    [object],
  )
}

describe('the audit log', () => {
  test('keeps what was added, edited and deleted, and by whom', async ({ story }) => {
    const acme = await story.organization('acme')
    const id = await story.product(acme, { title: 'Apron' })
    await story.rows(`set local application_name = 'fluence req:abc-1'`)
    await story.rows(`update app_public.products set title = 'Bib', stock_quantity = 3`)
    await story.rows('select app_public.delete_product($1)', [id])
    const [added, edited, deleted, ...rest] = await entries(story, 'app_public.products')
    expect(rest).toEqual([])
    const row_key = { brand_id: Number(acme), id: Number(id) }
    expect(added).toMatchObject({
      action: 'insert',
      door: 'app',
      role: 'product_manager',
      login: null,
      organization_id: acme,
      row_key,
      before: null,
      after: { title: 'Apron', stock_quantity: 0 },
    })
    expect(added?.user_id).toMatch(/^\d+$/)
    expect(added?.session_id).toMatch(/^\d+$/)
    expect(edited).toMatchObject({
      action: 'update',
      request_id: 'abc-1',
      row_key,
      before: { title: 'Apron', stock_quantity: 0 },
      after: { title: 'Bib', stock_quantity: 3 },
    })
    expect(deleted).toMatchObject({ action: 'delete', row_key, before: { title: 'Bib' } })
    expect(deleted?.after).toBeNull()
  })

  test('keeps nothing of an update that changes nothing', async ({ story }) => {
    const acme = await story.organization('acme')
    await story.product(acme)
    await story.rows('update app_public.products set title = title')
    expect(await entries(story, 'app_public.products')).toHaveLength(1)
  })

  test('keeps each row of a statement that touched many', async ({ story }) => {
    const acme = await story.organization('acme')
    for (const title of ['Apron', 'Bib', 'Cap']) await story.product(acme, { title })
    await story.rows(`update app_public.products set on_sale = false where title <> 'Bib'`)
    const edits = (await entries(story, 'app_public.products')).slice(3)
    expect(edits.map(({ before }) => before)).toEqual([{ on_sale: true }, { on_sale: true }])
    expect(new Set(edits.map(({ row_key }) => JSON.stringify(row_key))).size).toBe(2)
  })

  test('keeps a row whose key changed as one that went and one that came', async ({ story }) => {
    const acme = await story.organization('acme')
    await story.product(acme)
    await story.as(null)
    await story.rows('update app_public.products set id = 7')
    const changes = (await entries(story, 'app_public.products')).slice(1)
    expect(changes.map(({ action, door }) => `${action} ${door}`).toSorted()).toEqual([
      'delete house',
      'insert house',
    ])
  })

  test('says that a table was emptied, and by whom', async ({ story }) => {
    await story.rows('set local role fluence_owner')
    await story.rows('truncate app_public.products')
    expect(await entries(story, 'app_public.products')).toMatchObject([
      { action: 'truncate', door: 'house', login: 'postgres', organization_id: null },
    ])
  })

  test('takes back with a change its entry', async ({ story }) => {
    const acme = await story.organization('acme')
    await story.product(acme)
    await story.rejects('23514', `update app_public.products set title = ' '`)
    expect(await entries(story, 'app_public.products')).toHaveLength(1)
  })
})

describe('personal data and secrets', () => {
  test('are masked wherever they stand, null is not', async ({ story }) => {
    await story.rows(
      `insert into app_public.users (id, display_name, deleted_at)
       values (70, 'Ada Lovelace', null), (71, null, now())`,
    )
    await story.rows(
      `insert into app_private.user_accounts (user_id, mail, mail_key, password_hash)
       values (70, 'Ada@example.org', 'ada@example.org', '$2b$10$${'a'.repeat(53)}')`,
    )
    await story.rows(`update app_private.user_accounts set mail = 'ada@example.com'`)
    const users = await entries(story, 'app_public.users')
    expect(users.map(({ after }) => after)).toMatchObject([
      { id: 70, display_name: '***' },
      { id: 71, display_name: null },
    ])
    const [added, edited] = await entries(story, 'app_private.user_accounts')
    expect(added?.after).toMatchObject({ mail: '***', mail_key: '***', password_hash: '***' })
    expect(edited).toMatchObject({ before: { mail: '***' }, after: { mail: '***' } })
    const [found] = await story.rows<{ n: number }>(
      `select count(*)::int as n from app_public.audit_log as l
       where l::text ~* 'lovelace|ada@|2b.10'`,
    )
    expect(found?.n).toBe(0)
  })

  test('are masked in keys, which stay apart all the same', async ({ story }) => {
    await story.rows(`insert into app_public.users (id, display_name) values (70, 'Ada')`)
    await story.rows(
      `insert into app_private.recovery_codes (user_id, code_hash)
       values (70, sha256('a')), (70, sha256('b'))`,
    )
    await story.rows(
      `update app_private.recovery_codes set used_at = now() where code_hash = sha256('a')`,
    )
    const all = await entries(story, 'app_private.recovery_codes')
    expect(all.map(({ action, row_key }) => ({ action, row_key }))).toEqual(
      ['insert', 'insert', 'update'].map((action) => ({
        action,
        row_key: { user_id: 70, code_hash: '***' },
      })),
    )
  })
})

describe('the door', () => {
  const edit = `update app_public.products set title = title || '!'`
  const lastOf = async (story: Story) => (await entries(story, 'app_public.products')).at(-1)

  test('of a database login is its own, whatever it sets', async ({ story }) => {
    const acme = await story.organization('acme')
    await story.product(acme)
    const session = await story.one<{ handle: string }>(
      `select current_setting('fluence.session_id') as handle`,
    )
    const login = await story.asLogin({ role: 'product_manager', organization: acme })
    for (const [name, value] of [
      ['fluence.session_id', session.handle],
      ['fluence.acting_session', '1'],
      ['fluence.import_run', '1'],
      ['application_name', 'fluence req:forged'],
    ]) {
      await story.rows('select set_config($1, $2, true)', [name, value])
    }
    await story.rows(edit)
    expect(await lastOf(story)).toMatchObject({
      door: 'sql',
      login,
      role: 'product_manager',
      user_id: null,
      session_id: null,
      request_id: null,
    })
  })

  test('of the worker is the worker', async ({ story }) => {
    const acme = await story.organization('acme')
    await story.product(acme)
    await story.as(null)
    await story.rows('grant fluence_definer to fluence_worker')
    await story.atDoor('fluence_worker')
    await story.rows('set local role fluence_definer')
    await story.rows(`insert into app_public.users (display_name) values ('Ada')`)
    await story.as(null)
    const [added] = await entries(story, 'app_public.users').then((all) => all.slice(-1))
    expect(added).toMatchObject({ door: 'worker', login: null })
  })

  test('of the server is a command, or the app where it acts for somebody', async ({ story }) => {
    await story.atDoor('fluence_server')
    const acme = await story.organization('acme')
    const [made] = await entries(story, 'app_public.organizations')
    expect(made).toMatchObject({ door: 'command', organization_id: acme, user_id: null })

    await story.as({ role: 'admin', organization: acme })
    const session = await story.one<{ handle: string }>(
      `select current_setting('fluence.session_id') as handle`,
    )
    await story.atDoor('fluence_server')
    await story.rows(`select app_private.logout(sha256(convert_to($1, 'UTF8')))`, [session.handle])
    const ended = (await entries(story, 'app_private.sessions')).at(-1)
    expect(ended).toMatchObject({ door: 'app', role: 'admin', before: { revoked_at: null } })
    expect(ended?.user_id).not.toBeNull()
  })

  test('is noted with a session that ends itself', async ({ story }) => {
    const acme = await story.organization('acme')
    await story.as({ role: 'admin', organization: acme })
    await story.rows('select app_public.end_all_sessions()')
    const ended = (await entries(story, 'app_private.sessions')).at(-1)
    expect(ended).toMatchObject({ action: 'update', door: 'app', role: 'admin' })
    expect(ended?.session_id).not.toBeNull()
  })
})

describe('a session', () => {
  test('is noted when it begins and ends, not when it is used', async ({ story }) => {
    const acme = await story.organization('acme')
    await story.as({ role: 'analyst', organization: acme })
    await story.as(null)
    await story.rows('update app_private.sessions set last_used_at = now()')
    await story.rows(`update app_private.sessions set expires_at = expires_at + interval '1 day'`)
    await story.rows('update app_private.sessions set revoked_at = now()')
    const all = await entries(story, 'app_private.sessions')
    expect(all).toMatchObject([
      { action: 'insert', organization_id: acme, after: { session_hash: '***' } },
      { action: 'update', before: { revoked_at: null } },
    ])
    // The key of the table is a secret, so another one says which it was.
    const { id } = await story.one<{ id: string }>('select id from app_private.sessions')
    expect(all.map(({ row_key }) => row_key)).toEqual([{ id: Number(id) }, { id: Number(id) }])
    // What alone is not worth an entry stands in that of its end.
    const { last_used_at } = await story.one<{ last_used_at: string }>(
      "select to_jsonb(s) ->> 'last_used_at' as last_used_at from app_private.sessions as s",
    )
    expect(all[1]?.after).toMatchObject({ last_used_at })
  })
})

describe('a run of an import', () => {
  test('is noted at its end with what became of its rows', async ({ story }) => {
    const acme = await story.organization('acme')
    await story.rows(
      `insert into app_public.import_runs (brand_id, kind, started_by) values ($1, 'test', 'Ada')`,
      [acme],
    )
    await story.rows('update app_public.import_runs set rows_read = 2, rows_added = 2')
    await story.rows(`update app_public.import_runs set status = 'done', finished_at = now()`)
    const [, end, ...others] = await entries(story, 'app_public.import_runs')
    expect(others).toEqual([])
    expect(end?.after).toMatchObject({ status: 'done', rows_read: 2, rows_added: 2 })
  })
})

describe('what an import adds', () => {
  const add = (brand: string) =>
    `insert into app_public.channels (brand_id, code, title) values (${brand}, 1, 'Shop')`

  test('is covered by its run, if the server says so', async ({ story }) => {
    const acme = await story.organization('acme')
    await story.rows('grant fluence_definer to fluence_server')
    await story.rows('grant insert on app_public.channels to fluence_definer')
    await story.rows(`do $$ begin
      create policy insert_test on app_public.channels for insert to fluence_definer with check (true);
    end $$`)
    await story.atDoor('fluence_server')
    await story.rows('set local role fluence_definer')
    await story.rows(`set local fluence.import_run = '1'`)
    await story.rows(add(acme))
    expect(await entries(story, 'app_public.channels')).toEqual([])
  })

  test('is noted row by row where anybody else says so', async ({ story }) => {
    const acme = await story.organization('acme')
    await story.rows(`set local fluence.import_run = '1'`)
    await story.rows(add(acme))
    expect(await entries(story, 'app_public.channels')).toHaveLength(1)
  })
})

describe('what was noted', () => {
  const who = ['fluence_owner', 'fluence_definer', 'fluence_migrator', 'none']

  test('stays, whoever asks: owner, definer, superuser', async ({ story }) => {
    await story.organization('acme')
    const { partition } = await story.one<{ partition: string }>(
      `select tableoid::regclass::text as partition from app_public.audit_log limit 1`,
    )
    await story.rows(
      `grant update, delete, truncate on app_public.audit_log, ${partition}, app_private.audit_seals
       to fluence_definer, fluence_migrator`,
    )
    for (const role of who) {
      await story.rows(`set local role ${role}`)
      for (const table of ['app_public.audit_log', partition, 'app_private.audit_seals']) {
        const column = table.endsWith('seals') ? 'row_count = 1' : `object = 'x'`
        await story.rejects('FL004', `update ${table} set ${column}`)
        await story.rejects('FL004', `delete from ${table}`)
        await story.rejects('FL004', `truncate ${table}`)
      }
    }
  })

  test('stays also for what is replicated', async ({ story }) => {
    await story.organization('acme')
    await story.rows('set local session_replication_role = replica')
    await story.rejects('FL004', 'delete from app_public.audit_log')
  })

  test('is written by functions alone, not even by the owner', async ({ story }) => {
    await story.rows('set local role fluence_owner')
    await story.rejects(
      '42501',
      `insert into app_public.audit_log (series, action, door, object) values (1, 'read', 'app', 'x')`,
    )
  })

  test('is read by admin and auditor of the organization, by nobody else', async ({ story }) => {
    const acme = await story.organization('acme')
    const globex = await story.organization('globex')
    const platform = await story.organization('house', 'platform')
    await story.product(acme)
    await story.product(globex)
    await story.as(null)
    await story.rows(`select app_private.note_in_audit('read', null, 'nobody', null, null)`)
    const seen = async (role: string, organization: string) => {
      await story.as({ role, organization })
      const rows = await story.rows<{ id: string | null }>(
        'select distinct organization_id as id from app_public.audit_log',
      )
      return rows.map(({ id }) => id)
    }
    for (const role of ['admin', 'auditor']) {
      expect(await seen(role, acme)).toEqual([acme])
      expect(await seen(role, globex)).toEqual([globex])
      expect((await seen(role, platform)).toSorted()).toEqual([platform, null])
    }
    for (const role of ['analyst', 'product_manager', 'support_agent']) {
      await story.as({ role, organization: acme })
      await story.rejects('42501', 'select from app_public.audit_log')
    }
    await story.asLogin({ role: 'auditor', organization: acme })
    const [row] = await story.rows<{ n: number }>(
      'select count(distinct organization_id)::int as n from app_public.audit_log',
    )
    expect(row?.n).toBe(1)
  })
})

describe('partitions', () => {
  const months = (story: Story) =>
    story.rows<{ name: string }>(
      `select c.relname as name from pg_inherits as i join pg_class as c on c.oid = i.inhrelid
       where i.inhparent = 'app_public.audit_log'::regclass order by 1`,
    )

  test('are there for this month and the next twelve', async ({ story }) => {
    expect(await months(story)).toHaveLength(13)
    await story.rows('select app_private.make_partitions()')
    expect(await months(story)).toHaveLength(13)
  })

  test('nobody made are made by whoever writes', async ({ story }) => {
    for (const { name } of await months(story)) await story.rows(`drop table app_private.${name}`)
    const acme = await story.organization('acme')
    await story.product(acme)
    expect(await entries(story, 'app_public.products')).toHaveLength(1)
    expect(await months(story)).toHaveLength(1)
    await story.rejects('FL004', 'delete from app_public.audit_log')
  })

  test('are those of months in UTC, whatever the zone of the session', async ({ story }) => {
    for (const { name } of await months(story)) await story.rows(`drop table app_private.${name}`)
    await story.rows(`set local timezone = 'Pacific/Kiritimati'`)
    await story.rows(
      `select app_private.make_partition('app_public.audit_log', '2031-01-31T23:30Z')`,
    )
    await story.rows(`set local timezone = 'UTC'`)
    const made = await story.one(
      `select c.relname as name, pg_get_expr(c.relpartbound, c.oid) as bound
       from pg_inherits as i join pg_class as c on c.oid = i.inhrelid
       where i.inhparent = 'app_public.audit_log'::regclass`,
    )
    expect(made).toEqual({
      name: 'audit_log_2031_01',
      bound: `FOR VALUES FROM ('2031-01-01 00:00:00+00') TO ('2031-02-01 00:00:00+00')`,
    })
  })
})
