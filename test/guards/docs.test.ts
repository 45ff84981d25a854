import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { describe, expect } from 'vitest'
import { type Catalog, readCatalog, type Relation } from '../../src/cli/docs/catalog.ts'
import { describe as described, firstSentence } from '../../src/cli/docs/markdown.ts'
import { referenceDir, staleFiles, writeReference } from '../../src/cli/docs/reference.ts'
import { readRooms } from '../../src/cli/docs/rooms.ts'
import { sketch } from '../../src/cli/docs/sketch.ts'
import { listSettings } from '../../src/server/env.ts'
import { readSources, type Source } from '../../src/server/postgres/sources.ts'
import { test } from '../harness/test.ts'

const readPage = (name: string) => {
  const file = path.join(referenceDir, name)
  return fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : ''
}

/** What the pages do not tell of a catalog. */
function untold(catalog: Catalog, pageOf: (room: string) => string): string[] {
  const roomOf = readRooms(readSources())
  const sectionOf = (name: string) =>
    pageOf(`${roomOf(name)}.md`)
      .split(/^(?=##)/m)
      .find((part) => part.startsWith(`### ${name}\n`))
  const wanted = [
    ...catalog.relations.map(({ name, columns }) => ({
      name,
      words: columns.map((column) => `| \`${column.name}\` |`),
    })),
    ...catalog.routines.map(({ name }) => ({ name, words: [] })),
    ...catalog.enums.map(({ name, labels }) => ({
      name,
      words: labels.map((label) => `\`${label}\``),
    })),
  ]
  return wanted.flatMap(({ name, words }) => {
    const section = sectionOf(name)
    if (section === undefined) return [name]
    return words.filter((word) => !section.includes(word)).map((word) => `${name} ${word}`)
  })
}

describe('docs/reference', () => {
  test('tells of every table, view, column, function and type', async ({ story }) => {
    const catalog = await readCatalog(story.client)
    expect(catalog.relations.length).toBeGreaterThan(0)
    expect(untold(catalog, readPage)).toEqual([])
  })

  test('is found wanting when a section, a column or a value is missing', async ({ story }) => {
    const catalog = await readCatalog(story.client)
    const without = (text: string) => (name: string) => readPage(name).replaceAll(text, '')
    expect(untold(catalog, without('### app_public.products\n'))).toContain('app_public.products')
    expect(untold(catalog, without('| `product_price` |'))).toContain(
      'app_public.products | `product_price` |',
    )
    expect(untold(catalog, without('`finance_manager`'))).toContain(
      'app_public.user_role_enum `finance_manager`',
    )
  })

  test('tells of every error code and every setting', async ({ story }) => {
    const { errorCodes } = await readCatalog(story.client)
    const codes = errorCodes.filter(({ code }) => !readPage('error-codes.md').includes(code))
    const settings = listSettings().filter(({ name }) => !readPage('settings.md').includes(name))
    expect({ codes, settings }).toEqual({ codes: [], settings: [] })
  })

  test('draws every table', async ({ story }) => {
    const svg = readPage('er-diagram.svg')
    const { relations } = await readCatalog(story.client)
    const tables = relations.filter(({ is_table }) => is_table)
    expect(tables.filter(({ name }) => !svg.includes(`<title>${name}</title>`))).toEqual([])
  })
})

describe('the room of an object', () => {
  const source = (room: Source['room'], text: string): Source => ({
    id: `${room}/views/sales`,
    room,
    kind: 'views',
    name: 'sales',
    file: 'sales.sql',
    text,
  })

  test('is that of its file', () => {
    const view = source('commerce', 'create or replace view reporting.sales as select 1;')
    expect(readRooms({ files: [view], hash: '' })('reporting.sales')).toBe('commerce')
  })

  test('must be there, once', () => {
    const table = source('commerce', "comment on table app_public.sales is 'x';")
    const other = { ...table, room: 'traffic' as const }
    expect(() => readRooms({ files: [table], hash: '' })('app_public.orders')).toThrow('no room')
    expect(() => readRooms({ files: [table, other], hash: '' })).toThrow('commerce has already')
  })
})

describe('the files of the reference', () => {
  test('are stale when they differ, are missing, or are left over', () => {
    const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'fluence-docs-'))
    const reference = new Map([
      ['same.md', 'a'],
      ['other.md', 'b'],
      ['missing.md', 'c'],
    ])
    fs.writeFileSync(path.join(dir, 'same.md'), 'a')
    fs.writeFileSync(path.join(dir, 'other.md'), 'old')
    fs.writeFileSync(path.join(dir, 'left.md'), 'd')
    expect(staleFiles(reference, dir)).toEqual(['left.md', 'missing.md', 'other.md'])
    writeReference(reference, dir)
    expect(staleFiles(reference, dir)).toEqual([])
    expect(fs.readdirSync(dir).toSorted()).toEqual(['missing.md', 'other.md', 'same.md'])
    fs.rmSync(dir, { recursive: true })
  })
})

describe('a comment', () => {
  test('is shown without its smart tags', () => {
    expect(described('@primaryKey code\nOne row per code. More of it.')).toBe(
      'One row per code. More of it.',
    )
    expect(described(null)).toBe('')
  })

  test('begins with the grain', () => {
    expect(firstSentence('One row per code. More of it.')).toBe('One row per code.')
    expect(firstSentence('no end')).toBe('no end')
  })
})

describe('the sketch of a room', () => {
  const column = (name: string, is_nullable: boolean) => ({
    relation: 'app_public.shoes',
    name,
    type: 'timestamp with time zone',
    is_nullable,
    default: null,
    comment: null,
  })
  const key = (name: string, target: string) => ({
    relation: 'app_public.shoes',
    name: `shoes_${name}_fkey`,
    columns: [name],
    target,
    target_columns: ['id'],
    on_delete: 'restrict',
  })
  const shoes: Relation = {
    name: 'app_public.shoes',
    is_table: true,
    comment: null,
    partitioned_by: null,
    columns: [column('id', false), column('foot_id', false), column('lace_id', true)],
    constraints: [
      {
        relation: 'app_public.shoes',
        name: 'shoes_pkey',
        kind: 'p',
        columns: ['id'],
        definition: 'PRIMARY KEY (id)',
      },
    ],
    foreignKeys: [
      key('id', 'app_public.boxes'),
      key('foot_id', 'app_public.feet'),
      key('lace_id', 'app_public.laces'),
    ],
    indexes: [],
    rights: [],
    policies: [],
    triggers: [],
  }

  test('tells one from many and must from may', () => {
    const lines = sketch([shoes])
      .split('\n')
      .map((line) => line.trim())
    expect(lines).toEqual(
      expect.arrayContaining([
        'app_public__boxes ||--o| app_public__shoes : "id"',
        'app_public__feet ||--o{ app_public__shoes : "foot_id"',
        'app_public__laces |o--o{ app_public__shoes : "lace_id"',
        'timestamptz id PK, FK',
      ]),
    )
  })
})
