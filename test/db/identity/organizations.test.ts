import { describe, expect } from 'vitest'
import { test } from '../../harness/test.ts'

const create = `select app_private.create_organization('brand', $1, $2, $3, $4)`

describe('an organization', () => {
  test('is created by the server', async ({ story }) => {
    await story.rows('set local session authorization fluence_server')
    const made = await story.one(
      `select o.kind, o.slug, o.name, o.time_zone, o.currency
       from app_private.create_organization('agency', 'a-1', 'A', 'Asia/Kolkata', 'INR') as o`,
    )
    expect(made).toEqual({
      kind: 'agency',
      slug: 'a-1',
      name: 'A',
      time_zone: 'Asia/Kolkata',
      currency: 'INR',
    })
  })

  for (const zone of ['Europe/Atlantis', 'foo5', 'posix/UTC', '', 'europe/berlin', 'Factory']) {
    test(`is refused with the time zone "${zone}"`, async ({ story }) => {
      await story.rejects('FL101', create, ['acme', 'Acme', zone, 'EUR'])
      await story.organization('globex')
      await story.rejects('FL101', 'update app_public.organizations set time_zone = $1', [zone])
    })
  }

  for (const slug of ['A', 'a', '-ab', 'ab-', 'a b', 'a_b', 'ä-b', 'x'.repeat(41), 'ab\n']) {
    test(`is refused with the slug ${JSON.stringify(slug)}`, async ({ story }) => {
      const error = await story.rejects('23514', create, [slug, 'Acme', 'UTC', 'EUR'])
      expect(error.constraint).toBe('organizations_slug_form_check')
    })
  }

  test('is refused with an empty name, an unknown currency, a slug that is taken', async ({
    story,
  }) => {
    await story.organization('acme')
    await story.rejects('23514', create, ['globex', '  ', 'UTC', 'EUR'])
    await story.rejects('23503', create, ['globex', 'Globex', 'UTC', 'XXX'])
    await story.rejects('23505', create, ['acme', 'Acme', 'UTC', 'EUR'])
  })
})

describe('people of an organization', () => {
  test('see it and no other', async ({ story }) => {
    const acme = await story.organization('acme')
    await story.organization('globex')
    await story.as({ role: 'analyst', organization: acme })
    expect(await story.rows('select slug from app_public.organizations')).toEqual([
      { slug: 'acme' },
    ])
  })

  test('an admin renames it, and changes nothing else', async ({ story }) => {
    const acme = await story.organization('acme')
    await story.organization('globex')
    await story.as({ role: 'admin', organization: acme })
    expect(await story.touched(`update app_public.organizations set name = 'New'`)).toBe(1)
    for (const column of ['id = 7', `slug = 'x1'`, `kind = 'agency'`, `time_zone = 'UTC'`]) {
      await story.rejects('42501', `update app_public.organizations set ${column}`)
    }
  })

  test('no login renames it, not even one that a superuser gave the role of admins', async ({
    story,
  }) => {
    const acme = await story.organization('acme')
    const rename = `update app_public.organizations set name = 'New'`
    await story.asStray('admin')
    expect(await story.touched(rename)).toBe(0)
    await story.asLogin({ role: 'auditor', organization: acme })
    await story.rejects('42501', rename)
  })

  test('nobody deletes one', async ({ story }) => {
    const acme = await story.organization('acme')
    for (const role of ['admin', 'product_manager', 'auditor']) {
      await story.as({ role, organization: acme })
      await story.rejects('42501', 'delete from app_public.organizations')
    }
  })

  test('one with products cannot be deleted, not even by the superuser', async ({ story }) => {
    const acme = await story.organization('acme')
    await story.product(acme)
    await story.as(null)
    // PostgreSQL 18 has a code of its own for "restrict".
    await story.rejects(/^23(001|503)$/, 'delete from app_public.organizations where id = $1', [
      acme,
    ])
  })
})
