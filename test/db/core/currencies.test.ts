import { expect } from 'vitest'
import { test } from '../../harness/test.ts'

test('currencies are there for visitors too, with their smallest unit', async ({ story }) => {
  await story.as({ role: 'visitor' })
  const rows = await story.rows(
    `select code, minor_units from app_public.currencies
     where code in ('EUR', 'JPY', 'KWD', 'TRY') order by code`,
  )
  expect(rows).toEqual([
    { code: 'EUR', minor_units: 2 },
    { code: 'JPY', minor_units: 0 },
    { code: 'KWD', minor_units: 3 },
    { code: 'TRY', minor_units: 2 },
  ])
})

test('nobody changes them', async ({ story }) => {
  const acme = await story.organization('acme')
  await story.as({ role: 'admin', organization: acme })
  await story.rejects('42501', `update app_public.currencies set minor_units = 0`)
  await story.rejects('42501', `delete from app_public.currencies`)
  await story.rejects('42501', `insert into app_public.currencies values ('ABC', 'Abc', 2)`)
})

test('a code and its decimals have a form', async ({ story }) => {
  await story.rejects('23514', `insert into app_public.currencies values ('eur', 'Euro', 2)`)
  await story.rejects('23514', `insert into app_public.currencies values ('EURO', 'Euro', 2)`)
  await story.rejects('23514', `insert into app_public.currencies values ('ABC', 'Abc', 5)`)
})
