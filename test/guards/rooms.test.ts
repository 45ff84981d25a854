import { describe, expect } from 'vitest'
import {
  type Kind,
  readSources,
  type Room,
  rooms,
  type Source,
} from '../../src/server/postgres/sources.ts'
import { test } from '../harness/test.ts'
import { dependenciesOf, lateDependencies, misplaced, objectsOf } from './objects.ts'

const { files } = readSources()

const file = (room: Room, kind: Kind, name: string, text: string): Source => ({
  id: `${room}/${kind}/${name}`,
  room,
  kind,
  name,
  file: '',
  text,
})

describe('every object', () => {
  test('is made by the one file that is named after it', async ({ story }) => {
    const objects = await objectsOf(story)
    for (const kind of ['table', 'type', 'view', 'function', 'trigger', 'policy']) {
      expect(objects.map((object) => object.kind)).toContain(kind)
    }
    expect(misplaced(objects, files)).toEqual([])
  })

  test('without a file is found', async ({ story }) => {
    await story.rows(`
      create table app_public.orphans (id bigint primary key);
      create view reporting.orphans as select 1 as one;
      create type app_public.orphan as enum ('a');
      create function app_public.orphan() returns trigger language plpgsql as 'begin end';
      create policy orphan on app_public.products for select to public using (true);
      create trigger orphan before delete on app_public.products
        for each row execute function app_public.orphan()`)
    expect(misplaced(await objectsOf(story), files)).toEqual([
      'function app_public.orphan: made by no file, not by functions/orphan alone',
      'policy orphan on app_public.products: made by no file, not by policies/products alone',
      'table app_public.orphans: made by no file, not by tables/orphans alone',
      'trigger orphan on app_public.products: made by no file, not by triggers/products alone',
      'type app_public.orphan: made by no file, not by types/orphan alone',
      'view reporting.orphans: made by no file, not by views/orphans alone',
    ])
  })

  test('in a file of another name, or in two, is found', () => {
    const view = { kind: 'view', name: 'reporting.seeds', subject: 'reporting.seeds' }
    const text = 'create or replace view reporting.seeds\n'
    const right = file('catalog', 'views', 'seeds', text)
    const wrong = file('catalog', 'views', 'plants', text)
    expect(misplaced([view], [right])).toEqual([])
    expect(misplaced([view], [wrong])).toHaveLength(1)
    expect(misplaced([view], [right, wrong])).toHaveLength(1)
  })
})

describe('a room', () => {
  test('depends on rooms before it only', async ({ story }) => {
    const dependencies = await dependenciesOf(story)
    expect(dependencies.length).toBeGreaterThan(files.length)
    expect(lateDependencies(dependencies, files)).toEqual([])
  })

  const first = rooms[0]
  for (const { by, sql, sources, late } of [
    {
      by: 'a view',
      sql: 'create view reporting.seeds as select p.title from app_public.products as p',
      sources: [file(first, 'views', 'seeds', 'create or replace view reporting.seeds\n')],
      late: 'view reporting.seeds (core) needs table app_public.products (catalog)',
    },
    {
      by: 'a body of text',
      sql: `create function app_public.seeds() returns bigint language plpgsql
            as 'begin return (select count(*) from reporting.category_stock as s); end'`,
      sources: [file(first, 'functions', 'seeds', 'create or replace function app_public.seeds()')],
      late: 'function app_public.seeds (core) needs view reporting.category_stock (catalog)',
    },
    {
      by: 'a body that is parsed',
      sql: `create function app_public.seeds() returns bigint language sql
            begin atomic select count(*) from app_public.products as p; end`,
      sources: [file(first, 'functions', 'seeds', 'create or replace function app_public.seeds()')],
      late: 'function app_public.seeds (core) needs table app_public.products (catalog)',
    },
    {
      by: 'an argument',
      sql: `create function app_public.seeds(kind app_public.organization_kind[]) returns text
            language plpgsql as 'begin return null; end'`,
      sources: [file(first, 'functions', 'seeds', 'create or replace function app_public.seeds(')],
      late: 'function app_public.seeds (core) needs type app_public.organization_kind (identity)',
    },
    {
      by: 'a foreign key',
      sql: `alter table app_public.currencies
              add column owner bigint references app_public.organizations (id)`,
      sources: [],
      late: 'table app_public.currencies (core) needs table app_public.organizations (identity)',
    },
    {
      by: 'a policy',
      sql: `create policy seeds on app_public.currencies
              using (app_public.current_brand_id() is not null)`,
      sources: [file(first, 'policies', 'x', 'create policy seeds on app_public.currencies\n')],
      late:
        'policy seeds on app_public.currencies (core) ' +
        'needs function app_public.current_brand_id (identity)',
    },
    {
      by: 'a trigger',
      sql: `create trigger seeds before insert on app_public.currencies
              for each row execute function app_private.tg__fill_brand()`,
      sources: [
        file(
          first,
          'triggers',
          'x',
          'create trigger seeds\n before insert on app_public.currencies\n',
        ),
      ],
      late:
        'trigger seeds on app_public.currencies (core) ' +
        'needs function app_private.tg__fill_brand (identity)',
    },
  ]) {
    test(`that depends on a later one by ${by} is found`, async ({ story }) => {
      await story.rows(sql)
      expect(lateDependencies(await dependenciesOf(story), [...files, ...sources])).toEqual([late])
    })
  }
})
