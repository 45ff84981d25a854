import fs from 'node:fs'
import path from 'node:path'
import { describe, expect } from 'vitest'
import { projectDir } from '../../src/server/env.ts'
import { test } from '../harness/test.ts'
import { takeInventory } from './requirements-map/inventory.ts'
import {
  faultsOf,
  type Inventory,
  missingFrom,
  plannedIn,
  readMap,
} from './requirements-map/map.ts'
import { demands } from './requirements-map/seeds.ts'

const map = fs.readFileSync(path.join(projectDir, 'docs/requirements-map.md'), 'utf8')

describe('the map of requirements', () => {
  test('has a row for everything that the seeds name', () => {
    expect(missingFrom(map, demands)).toEqual([])
  })

  test('tells the truth about the database, commands, settings and files', async ({ story }) => {
    expect(faultsOf(map, await takeInventory(story.client))).toEqual([])
  })

  test('says of every table and column to come where it will be', () => {
    const vague = readMap(map).filter(
      ({ kind, here, status }) =>
        (kind === 'Tables' || kind === 'Columns') &&
        status.startsWith('step') &&
        plannedIn(here).length === 0,
    )
    expect(vague).toEqual([])
  })
})

describe('the check of the map', () => {
  const held = new Set(['table app_public.products', 'column app_public.products.title'])
  const inventory: Inventory = {
    has: (reference) => held.has(reference),
    hasNamed: (name) => name === 'app_public.products' || name === 'products',
  }
  const withRow = (row: string) =>
    `## A document\n\n### Tables\n\n| demand | here | status |\n${row}\n`
  const good = '| `products` | `table app_public.products` | here |'

  test('is silent about a true row', () => {
    expect(faultsOf(withRow(good), inventory)).toEqual([])
    expect(faultsOf(withRow('| a | table app_public.orders | step 5 |'), inventory)).toEqual([])
    expect(faultsOf(withRow('| a | for a good reason | differs |'), inventory)).toEqual([])
  })

  const faults: [string, string, string][] = [
    ['an unknown status', '| a | `table app_public.products` | done |', 'unknown status "done"'],
    [
      'the step that is over',
      '| a | table app_public.orders | step 1 |',
      'unknown status "step 1"',
    ],
    ['a missing status', '| a | a reason |', 'unknown status ""'],
    ['a cell too many', '| a | a reason | differs | here |', 'unknown status "differs | here"'],
    ['an empty cell', '| a |  | differs |', 'says nothing'],
    ['no object', '| a | somewhere | here |', 'is here, but names no object'],
    [
      'a missing object',
      '| a | `view app_public.sales` | here |',
      'there is no view app_public.sales',
    ],
    [
      'a missing object of a row that differs',
      '| a | `column app_public.products.name` | differs |',
      'there is no column app_public.products.name',
    ],
    ['a slip in the notation', '| a | `tabel app_public.products` | here |', 'names no object'],
    ['a plan that came true', '| a | table app_public.products, id | step 5 |', 'exists now'],
    ['a planned bare name that came true', '| a | view products | later |', 'exists now'],
    ['a planned column', '| a | column app_public.products.title | step 5 |', 'exists now'],
  ]
  for (const [what, row, fault] of faults) {
    test(`barks at ${what}`, () => {
      expect(faultsOf(withRow(row), inventory)).toEqual([expect.stringContaining(fault)])
    })
  }

  test('misses a row that was taken away, renamed, retyped or moved to another document', () => {
    const demand = { document: 'A document', kind: 'Tables', name: 'products', words: '' }
    expect(missingFrom(withRow(good), [demand])).toEqual([])
    for (const [text, wanted] of [
      [withRow(''), demand],
      [withRow(good.replace('`products`', '`goods`')), demand],
      [withRow(good).replace('A document', 'Another'), demand],
      [withRow(good).replace('### Tables', '### Views'), demand],
      [withRow(good), { ...demand, words: 'BIGINT' }],
    ] as const) {
      expect(missingFrom(text, [wanted])).toEqual([expect.stringContaining('products')])
    }
  })

  test('misses every single row of the seeds', () => {
    const empty = map.replaceAll(/^\| `.*$/gm, '')
    expect(missingFrom(empty, demands)).toHaveLength(demands.length)
  })
})
