import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import {
  goOnMerging,
  type Merge,
  mergeGone,
  mergePending,
  planMerge,
  planRemoval,
} from '../../src/main/store/search-merge.ts'
import { sql } from '../../src/main/store/sql.ts'
import type { BatchListQuery } from '../../src/model/batch.ts'
import { type Shop, openShop } from '../support/shop.ts'

/** Few characters, so that numbers share pieces and clash. */
const number = fc
  .string({ unit: fc.constantFrom('a', 'A', 'b', '0', '1', '-', '.'), minLength: 1, maxLength: 9 })
  .filter((text) => text !== '.' && text !== '..')
const time = fc.integer({ min: 0, max: 6 }).map((n) => 1_700_000_000_000 + n * 1_000)
const pick = fc.nat(1_000)

/** What happens in a shop. Rows are named by an index that wraps round. */
const event = fc.oneof(
  { weight: 4, arbitrary: fc.record({ does: fc.constant('add batch' as const), number, time }) },
  {
    weight: 8,
    arbitrary: fc.record({
      does: fc.constant('add unit' as const),
      number,
      pick,
      other: pick,
      loose: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('rename batch' as const), pick, number }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('rename unit' as const), pick, number }) },
  {
    weight: 3,
    arbitrary: fc.record({ does: fc.constant('move unit' as const), pick, other: pick, loose: fc.boolean() }),
  },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('revise unit' as const), pick, other: pick }) },
  {
    weight: 2,
    arbitrary: fc.record({
      does: fc.constant('rename revision' as const),
      pick,
      letter: fc.constantFrom('A', 'b', 'C', 'z'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('remove batch' as const), pick }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('remove unit' as const), pick }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constantFrom('merge' as const, 'merge gone' as const) }) },
  {
    weight: 4,
    arbitrary: fc.record({ does: fc.constant('go on merging' as const), grams: fc.nat({ max: 60 }) }),
  },
)
type Event = typeof event extends fc.Arbitrary<infer Value> ? Value : never

/** What is merged in pieces: all that waits, then what had left by then. */
const merges = new WeakMap<Shop, { readonly merge: Merge | undefined; readonly now: Merge }>()

function goOn(shop: Shop, grams: number): void {
  const { database } = shop
  const begun = merges.get(shop)
  const merge = begun === undefined ? planMerge(database) : begun.merge
  const now = begun?.now ?? merge ?? planRemoval(database, undefined)!
  merges.set(shop, { merge, now })
  let done = 0
  if (!goOnMerging(database, now, () => (done += 1) > grams)) return
  const removal = now.way === 'in' ? planRemoval(database, merge) : undefined
  if (removal === undefined) merges.delete(shop)
  else merges.set(shop, { merge, now: removal })
}

function happen(shop: Shop, event: Event): void {
  const { batches, units, revisions } = shop
  const at = <Row>(rows: readonly Row[], index: number) => rows[index % rows.length]
  switch (event.does) {
    case 'add batch':
      return void shop.addBatch(event.number, event.time)
    case 'add unit':
      return void shop.addUnit(
        event.number,
        at(revisions, event.other)!,
        event.loose ? undefined : at(batches, event.pick),
      )
    case 'rename revision':
      return void shop.renameRevision(at(revisions, event.pick)!, event.letter)
    case 'merge':
      return void mergePending(shop.database)
    case 'merge gone':
      return mergeGone(shop.database)
    case 'go on merging':
      return goOn(shop, event.grams)
    case 'rename batch':
    case 'remove batch': {
      const batch = at(batches, event.pick)
      if (batch === undefined) return
      return event.does === 'remove batch'
        ? shop.removeBatch(batch)
        : void shop.renameBatch(batch, event.number)
    }
    default: {
      const unit = at(units, event.pick)
      if (unit === undefined) return
      if (event.does === 'rename unit') return void shop.renameUnit(unit, event.number)
      if (event.does === 'remove unit') return shop.removeUnit(unit)
      if (event.does === 'revise unit') return shop.reviseUnit(unit, at(revisions, event.other)!)
      return shop.moveUnit(unit, event.loose ? undefined : at(batches, event.other))
    }
  }
}

const searched = fc.oneof(
  fc.string({ unit: fc.constantFrom('a', 'B', '0', '1', '-', '.'), minLength: 1, maxLength: 7 }),
  fc.constantFrom('%', '_', 'ä', ' ', 'a%', "'", 'K'),
)
/** Few filters at once, or most lists would be empty. */
const maybe = <Value>(arbitrary: fc.Arbitrary<Value>, weight = 1) =>
  fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, { weight, arbitrary })
const query = fc.record({
  picks: maybe(fc.array(pick, { maxLength: 12 })),
  numbers: maybe(fc.array(fc.oneof(pick, number), { maxLength: 12 })),
  created_after: maybe(time),
  created_before: maybe(time),
  search_query: maybe(searched, 4),
  part_numbers: maybe(fc.array(fc.constantFrom('PCB', 'pcb', 'PCB-2', 'case', 'none'), { maxLength: 3 })),
  revision_numbers: maybe(fc.array(fc.constantFrom('A', 'a', 'B', 'C', 'z'), { maxLength: 3 })),
  sort_by: fc.constantFrom<BatchListQuery['sort_by']>('number', 'created_at'),
  sort_order: fc.constantFrom<BatchListQuery['sort_order']>('asc', 'desc'),
  limit: fc.integer({ min: 1, max: 6 }),
})

describe('a list of batches', { timeout: 120_000 }, () => {
  test('with any mix of filters, order and pages is what a naive reading gives, whatever happened before', () => {
    fc.assert(
      fc.property(
        fc.array(event, { minLength: 10, maxLength: 60 }),
        fc.array(query, { minLength: 8, maxLength: 8 }),
        (events, queries) => {
          const shop = openShop()
          try {
            for (const event of events) happen(shop, event)
            for (const { limit, picks, ...filters } of queries) {
              const batch = (index: number) => shop.batches[index % shop.batches.length]
              const ids = picks?.map((index) => batch(index)?.id ?? 'none')
              const numbers = filters.numbers?.map((each) =>
                typeof each === 'string' ? each : (batch(each)?.number.toUpperCase() ?? 'none'),
              )
              const asked = Object.fromEntries(
                Object.entries({ ...filters, ids, numbers }).filter(([, value]) => value !== undefined),
              )
              for (let cursor: number | null = 0; cursor !== null;) {
                const page = shop.list({ ...asked, limit, cursor })
                expect(page).toEqual(shop.expect({ ...asked, limit, cursor }))
                cursor = page.meta.next_cursor
              }
              for (const cursor of [1, 3, 7, 1_000, Number.MAX_SAFE_INTEGER])
                expect(shop.list({ ...asked, limit, cursor })).toEqual(
                  shop.expect({ ...asked, limit, cursor }),
                )
            }
            expect(disagreements(shop)).toEqual([])
          } finally {
            shop.close()
          }
        },
      ),
      { numRuns: 80 },
    )
  })

  test('counts its batches, runs and units alike after every single event', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 40 }), (events) => {
        const shop = openShop()
        try {
          for (const event of events) {
            happen(shop, event)
            expect(disagreements(shop)).toEqual([])
          }
        } finally {
          shop.close()
        }
      }),
      { numRuns: 30 },
    )
  })
})

/** Rows of the derived tables that the units do not bear out, and the other way round. */
function disagreements({ database }: Shop): unknown[] {
  const runs = sql`
    SELECT 'part' AS run, part_pk AS key, created_at, batch_pk, n FROM batch_parts
    UNION ALL SELECT 'revision', revision_pk, created_at, batch_pk, n FROM batch_revisions
    UNION ALL SELECT 'number', revision_key, created_at, batch_pk, n FROM batch_revision_keys
    UNION ALL SELECT 'count', '', created_at, pk, unit_count FROM batches WHERE unit_count <> 0`
  const counted = sql`
    SELECT 'part' AS run, r.part_pk AS key, b.created_at, b.pk, count(DISTINCT r.pk) AS n
      FROM units u JOIN revisions r ON r.pk = u.revision_pk JOIN batches b ON b.pk = u.batch_pk GROUP BY b.pk, r.part_pk
    UNION ALL SELECT 'revision', r.pk, b.created_at, b.pk, count(*)
      FROM units u JOIN revisions r ON r.pk = u.revision_pk JOIN batches b ON b.pk = u.batch_pk GROUP BY b.pk, r.pk
    UNION ALL SELECT 'number', r.key, b.created_at, b.pk, count(DISTINCT r.pk)
      FROM units u JOIN revisions r ON r.pk = u.revision_pk JOIN batches b ON b.pk = u.batch_pk GROUP BY b.pk, r.key
    UNION ALL SELECT 'count', '', b.created_at, b.pk, count(*) FROM units u JOIN batches b ON b.pk = u.batch_pk GROUP BY b.pk`
  return database.all(sql`
    SELECT * FROM (SELECT * FROM (${runs}) EXCEPT SELECT * FROM (${counted}))
    UNION ALL SELECT * FROM (SELECT * FROM (${counted}) EXCEPT SELECT * FROM (${runs}))`)
}
