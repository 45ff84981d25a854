import { describe, expect } from 'vitest'
import { signIn } from '../../harness/sign-in.ts'
import { type Story, test } from '../../harness/test.ts'

const whoAmI = 'select app_public.current_brand_id() as brand'

async function twoBrands(story: Story): Promise<[string, string]> {
  return [await story.organization('acme'), await story.organization('globex')]
}

describe('through the server', () => {
  test('a session acts for its brand', async ({ story }) => {
    const [acme, globex] = await twoBrands(story)
    await story.as({ role: 'analyst', organization: acme })
    expect(await story.one(whoAmI)).toEqual({ brand: acme })
    await story.as({ role: 'analyst', organization: globex })
    expect(await story.one(whoAmI)).toEqual({ brand: globex })
  })

  test('no session, an unknown one and an empty one are nobody', async ({ story }) => {
    await twoBrands(story)
    await story.as({ role: 'analyst' })
    for (const handle of ['', 'no-such-handle', 'ü\u{1F600}']) {
      await story.rows(`select set_config('fluence.session_id', $1, true)`, [handle])
      expect(await story.one(whoAmI)).toEqual({ brand: null })
    }
  })

  test('a session counts for its own role only', async ({ story }) => {
    const [acme] = await twoBrands(story)
    await story.as({ role: 'analyst', organization: acme })
    await story.rows(`select set_config('role', 'fluence_product_manager', true)`)
    expect(await story.one(whoAmI)).toEqual({ brand: null })
  })

  for (const [how, change] of [
    ['revoked', 'revoked_at = now()'],
    ['over', `created_at = now() - interval '2 hours', expires_at = now() - interval '1 second'`],
  ]) {
    test(`a session that is ${how} ends access at the next statement`, async ({ story }) => {
      const [acme] = await twoBrands(story)
      await story.product(acme)
      expect(await story.rows('select id from app_public.products')).toHaveLength(1)
      await story.rows('reset session authorization')
      await story.rows(`update app_private.sessions set ${change}`)
      await story.rows('set local session authorization fluence_authenticator')
      await story.rows('set local role fluence_product_manager')
      expect(await story.rows('select id from app_public.products')).toEqual([])
      expect(await story.one(whoAmI)).toEqual({ brand: null })
    })
  }

  test('a session that ends by time does so within a long transaction', async ({ story }) => {
    const acme = await story.organization('acme')
    const handle = await signIn(story.client, acme, 'analyst', '50 milliseconds')
    await story.through(handle, 'analyst')
    await story.rows('select pg_sleep(0.1)')
    expect(await story.one(whoAmI)).toEqual({ brand: null })
  })

  test('an agency is an organization and no brand', async ({ story }) => {
    const agency = await story.organization('helpers', 'agency')
    await story.as({ role: 'analyst', organization: agency })
    expect(
      await story.one(
        'select app_public.current_organization_id() as id, (' + whoAmI + ') as brand',
      ),
    ).toEqual({ id: agency, brand: null })
  })
})

describe('through a database login', () => {
  test('the login acts for the brand it is bound to', async ({ story }) => {
    const [acme, globex] = await twoBrands(story)
    await story.product(globex)
    const own = await story.product(acme)
    await story.asLogin({ role: 'analyst', organization: acme })
    expect(await story.one(whoAmI)).toEqual({ brand: acme })
    expect(await story.rows('select id from app_public.products')).toEqual([{ id: own }])
  })

  test('cannot borrow a session of another brand by a setting', async ({ story }) => {
    const [acme, globex] = await twoBrands(story)
    await story.as({ role: 'analyst', organization: globex })
    const { handle } = await story.one<{ handle: string }>(
      `select current_setting('fluence.session_id') as handle`,
    )
    await story.asLogin({ role: 'analyst', organization: acme })
    await story.rows(`select set_config('fluence.session_id', $1, false)`, [handle])
    expect(await story.one(whoAmI)).toEqual({ brand: acme })
  })

  test('an unbound or revoked login is nobody', async ({ story }) => {
    const acme = await story.organization('acme')
    const name = await story.asLogin({ role: 'analyst', organization: acme })
    await story.rows('reset session authorization')
    await story.rows('update app_private.database_logins set revoked_at = now()')
    await story.rows(`set local session authorization ${name}`)
    expect(await story.one(whoAmI)).toEqual({ brand: null })
  })

  test('a login dropped and made again under the same name is nobody', async ({ story }) => {
    const acme = await story.organization('acme')
    const name = await story.asLogin({ role: 'analyst', organization: acme })
    await story.rows('reset session authorization')
    await story.rows(`drop role ${name}`)
    await story.rows(`create role ${name} login in role fluence_analyst`)
    await story.rows(`set local session authorization ${name}`)
    expect(await story.one(whoAmI)).toEqual({ brand: null })
  })

  test('cannot become another role', async ({ story }) => {
    const acme = await story.organization('acme')
    const name = await story.asLogin({ role: 'analyst', organization: acme })
    // A superuser's connection may always change its session; a real login has no such right.
    const { may } = await story.one(
      `select bool_or(pg_has_role($1, r.oid, 'member')) as may from pg_roles as r
       where r.rolname like 'fluence\\_%' and r.rolname <> 'fluence_analyst'`,
      [name],
    )
    expect(may).toBe(false)
  })
})

describe('secrets', () => {
  for (const table of ['sessions', 'database_logins', 'loaded_sources']) {
    test(`nobody but the house reads app_private.${table}`, async ({ story }) => {
      const acme = await story.organization('acme')
      for (const role of ['visitor', 'admin', 'analyst', 'auditor', 'product_manager']) {
        await story.as(role === 'visitor' ? { role } : { role, organization: acme })
        await story.rejects('42501', `select 1 from app_private.${table}`)
      }
    })
  }

  test('only the server creates organizations', async ({ story }) => {
    const acme = await story.organization('acme')
    for (const role of ['visitor', 'admin', 'analyst']) {
      await story.as(role === 'visitor' ? { role } : { role, organization: acme })
      await story.rejects(
        '42501',
        `select app_private.create_organization('brand', 'mine', 'Mine', 'UTC', 'EUR')`,
      )
    }
  })
})
