import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { listBatches } from '../../src/main/store/batch-list.ts'
import { type Database, openDatabase } from '../../src/main/store/database.ts'
import { migrate } from '../../src/main/store/migrate.ts'
import { createPeople } from '../../src/main/store/people.ts'
import { mergePending, noteTextUnmerged } from '../../src/main/store/search.ts'
import { type Query, sql } from '../../src/main/store/sql.ts'
import { serialContains } from '../../src/main/store/unit-search.ts'
import { getYield } from '../../src/main/store/yield.ts'
import type { BatchListQuery } from '../../src/model/batch.ts'
import { wholeQuery } from '../support/shop.ts'

let database: Database
let version = 0

/** 3,000 batches: more than any list looks at, so that a plan that reads them all shows. */
beforeAll(() => {
  database = openDatabase(':memory:')
  migrate(database)
  database.execute('BEGIN')
  database.run(
    sql`INSERT INTO parts (pk, id, number, key, name, created_at) VALUES (1, 'p', 'PCB', 'pcb', 'Board', 0), (2, 'q', 'CASE', 'case', 'Case', 0)`,
  )
  database.run(
    sql`INSERT INTO revisions (pk, id, part_pk, number, key, created_at) VALUES (1, 'r', 1, 'A', 'a', 0), (2, 's', 2, 'A', 'a', 0)`,
  )
  for (let pk = 1; pk <= 3_000; pk++) {
    const number = `LOT-${pk}`
    database.run(
      sql`INSERT INTO batches (pk, id, number, key, created_at) VALUES (${pk}, ${`b${pk}`}, ${number}, ${number.toLowerCase()}, ${pk})`,
    )
    database.run(
      sql`INSERT INTO units (id, serial_number, key, revision_pk, batch_pk, created_at) VALUES (${`u${pk}`}, ${`SN-${pk}`}, ${`sn-${pk}`}, ${1 + (pk % 2)}, ${pk}, 0)`,
    )
    noteTextUnmerged(database, pk, number.toLowerCase())
    noteTextUnmerged(database, pk, `sn-${pk}`)
  }
  mergePending(database)
  database.execute('COMMIT')
})
afterAll(() => database.close())

/** Every statement a reading sends, in words of EXPLAIN QUERY PLAN. */
function plansOf(read: (db: Database) => unknown): string[] {
  const texts = new Map<string, Query>()
  const watch = (query: Query) => (texts.set(query.text, query), query)
  read({
    ...database,
    one: (query) => database.one(watch(query)),
    all: (query) => database.all(watch(query)),
    rows: (query) => database.rows(watch(query)),
  })
  return [...texts.values()].flatMap(({ text, values }) =>
    database
      .all<{ detail: string }>({ text: `EXPLAIN QUERY PLAN ${text}`, values })
      .map(({ detail }) => detail),
  )
}

function plansOfList(query: Partial<BatchListQuery>): string[] {
  version += 1
  const people = createPeople(database)
  return plansOf((db) => listBatches({ db, people, version }, wholeQuery(query)))
}

const window = { created_after: 1_000, created_before: 2_900 }
const cases: [name: string, query: Partial<BatchListQuery>][] = [
  ['the newest', {}],
  ['the oldest', { sort_order: 'asc' }],
  ['a deep page', { cursor: 2_000 }],
  ['by number', { sort_by: 'number' }],
  ['by number, deep', { sort_by: 'number', sort_order: 'asc', cursor: 2_000 }],
  ['a window', window],
  ['a window, deep', { ...window, cursor: 1_000, sort_order: 'asc' }],
  ['a window by number', { ...window, sort_by: 'number' }],
  ['by id', { ids: ['b1', 'b2'] }],
  ['by number given', { numbers: ['LOT-1', 'lot-2'] }],
  ['a part', { part_numbers: ['PCB'] }],
  ['a part, deep', { part_numbers: ['PCB'], cursor: 1_000 }],
  ['parts', { part_numbers: ['PCB', 'CASE'], sort_order: 'asc' }],
  ['a revision', { revision_numbers: ['A'] }],
  ['a revision of a part', { part_numbers: ['PCB'], revision_numbers: ['A'] }],
  ['a part by number', { part_numbers: ['PCB'], sort_by: 'number' }],
  ['a common search', { search_query: 'lot' }],
  ['a common search, deep', { search_query: 'lot', cursor: 1_500, sort_order: 'asc' }],
  ['a common search by number', { search_query: 'lot', sort_by: 'number' }],
  ['a rare search', { search_query: 'lot-2999' }],
  ['a rare search by number', { search_query: '2999', sort_by: 'number', sort_order: 'asc' }],
  ['a part, a search and a window', { ...window, part_numbers: ['PCB'], search_query: 'sn' }],
]

/** What may be read whole: it is short (what waits, at most 255 rows) or it is the request itself. */
const MAY_BE_READ_WHOLE = /^SCAN (p|search_gone|json_each|CONSTANT ROW)\b/
/** A search puts what waits in order, and a rare one by number what it collected: both are few. */
const maySort = ({ search_query, sort_by }: Partial<BatchListQuery>) =>
  search_query !== undefined || sort_by === 'number'

describe('a list of batches reads by index:', () => {
  test.each(cases)('%s', (_, query) => {
    const plans = plansOfList(query)
    expect(plans.length, 'nothing was looked at').toBeGreaterThan(0)
    const scans = plans.filter((plan) => plan.startsWith('SCAN') && !MAY_BE_READ_WHOLE.test(plan))
    // Walks along an index, in its order, stop after the page.
    expect(scans.filter((plan) => !/USING (COVERING )?INDEX/.test(plan))).toEqual([])
    expect(plans.filter((plan) => plan.includes('TEMP B-TREE') && !maySort(query))).toEqual([])
  })

  test('places are found by both columns of their order', () => {
    expect(plansOfList({ ...window, cursor: 100 }).join('\n')).toMatch(
      /batches_by_creation \(created_at=\? AND rowid<\?\)/,
    )
    expect(plansOfList({ part_numbers: ['PCB'] }).join('\n')).toMatch(
      /batch_parts USING PRIMARY KEY \(part_pk=\? AND \(created_at,batch_pk\)<\(\?,\?\)\)/,
    )
    expect(plansOfList({ search_query: 'lot' }).join('\n')).toMatch(
      /search USING PRIMARY KEY \(gram=\? AND \(created_at,batch_pk\)<\(\?,\?\)\)/,
    )
  })

  test('a search of units asks for the units of few batches', () => {
    const plans = plansOf((db) =>
      db.all(
        sql`SELECT u.pk FROM units u WHERE ${serialContains(db, 'sn-2999').gather} ORDER BY u.pk LIMIT 51`,
      ),
    )
    expect(plans.join('\n')).toMatch(/SEARCH m USING COVERING INDEX units_by_batch \(batch_pk=\?\)/)
  })
})

test('the yield of a batch reads no run but through the index of first runs, and sorts no runs', () => {
  const plans = plansOf((db) => getYield(db, 'LOT-1', 'UTC'))
  expect(plans.filter((plan) => /^SCAN (u|t|q|units|runs)\b/.test(plan))).toEqual([])
  expect(plans.join('\n')).toMatch(/SEARCH t USING COVERING INDEX runs_by_unit_and_procedure \(unit_pk=\?\)/)
  expect(plans.filter((plan) => plan.includes('TEMP B-TREE'))).toEqual([
    'USE TEMP B-TREE FOR GROUP BY',
    'USE TEMP B-TREE FOR ORDER BY',
  ])
})
