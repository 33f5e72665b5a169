import { afterEach, beforeEach, describe, expect, test } from 'vitest'

import { listBatches } from '../../src/main/store/batch-list.ts'
import { type Database, openDatabase } from '../../src/main/store/database.ts'
import { migrate } from '../../src/main/store/migrate.ts'
import { createPeople } from '../../src/main/store/people.ts'
import { createCommits } from '../../src/main/store/commits.ts'
import {
  goOnMerging,
  mergeGone,
  planMerge,
  planRemoval,
  textsGone,
  textsWaiting,
} from '../../src/main/store/search-merge.ts'
import { keepSearchMerged } from '../../src/main/store/search-upkeep.ts'
import { forgetText, mergePending, noteText, noteTextUnmerged } from '../../src/main/store/search.ts'
import { sql } from '../../src/main/store/sql.ts'
import { serialContains } from '../../src/main/store/unit-search.ts'
import type { BatchListQuery } from '../../src/model/batch.ts'
import { wholeQuery } from '../support/shop.ts'

let database: Database
let version = 0
beforeEach(() => {
  database = openDatabase(':memory:')
  migrate(database)
  database.execute('PRAGMA foreign_keys = OFF')
})
afterEach(() => database.close())

interface Batch {
  pk: number
  number: string
  created_at: number
  serials: string[]
}

function insertBatch({ pk, number, created_at }: Batch): void {
  database.run(sql`INSERT INTO batches (pk, id, number, key, created_at)
    VALUES (${pk}, ${`b${pk}`}, ${number}, ${number.toLowerCase()}, ${created_at})`)
  noteTextUnmerged(database, pk, number.toLowerCase())
}

function insertUnit(serial: string, batch_pk: number | null): void {
  database.run(sql`INSERT INTO units (id, serial_number, key, revision_pk, batch_pk, created_at)
    VALUES (${`u-${serial}`}, ${serial}, ${serial.toLowerCase()}, 1, ${batch_pk}, 0)`)
  if (batch_pk !== null) noteTextUnmerged(database, batch_pk, serial.toLowerCase())
}

function list(query: Partial<BatchListQuery>): string[] {
  version += 1
  const text = listBatches(
    { db: database, people: createPeople(database), version },
    wholeQuery({ limit: 100, ...query }),
  )
  return (JSON.parse(text) as { data: { number: string }[] }).data.map(({ number }) => number)
}

const found = (search_query: string) => list({ search_query, sort_order: 'asc' })

/** A small generator that repeats itself. */
function random(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    return (state >>> 8) % below
  }
}

/** 1,500 batches that arrive out of order, in twelve merges, some of which are renamed or deleted between. */
function manyBatches(): Batch[] {
  database.execute('BEGIN')
  const next = random(42)
  const batches: Batch[] = []
  for (let pk = 1; pk <= 1_500; pk++) {
    const created_at = 1_700_000_000_000 + next(5) * 40_000_000_000 + Math.floor(pk / 3) * 70_001
    const batch = {
      pk,
      number: `LOT-${20 + next(5)}-${String(pk).padStart(5, '0')}`,
      created_at,
      serials: [] as string[],
    }
    insertBatch(batch)
    for (let i = next(4); i > 0; i--) {
      const serial = `SN${pk}.${i}-${next(100_000)}`
      batch.serials.push(serial)
      insertUnit(serial, pk)
    }
    batches.push(batch)
    if (pk % 125 !== 0) continue
    mergePending(database)
    for (let i = 0; i < 10; i++) {
      const [gone] = batches.splice(next(batches.length), 1)
      database.run(sql`UPDATE units SET batch_pk = NULL WHERE batch_pk = ${gone!.pk}`)
      database.run(sql`DELETE FROM batches WHERE pk = ${gone!.pk}`)
      for (const text of [gone!.number, ...gone!.serials])
        forgetText(database, gone!.pk, gone!.created_at, text.toLowerCase())
      const renamed = batches[next(batches.length)]!
      const old = renamed.number
      renamed.number = `NEW.${renamed.pk}`
      database.run(
        sql`UPDATE batches SET number = ${renamed.number}, key = ${renamed.number.toLowerCase()} WHERE pk = ${renamed.pk}`,
      )
      forgetText(database, renamed.pk, renamed.created_at, old.toLowerCase())
      noteTextUnmerged(database, renamed.pk, renamed.number.toLowerCase())
    }
    if (pk % 375 === 0) mergeGone(database)
  }
  database.execute('COMMIT')
  return batches
}

const TERMS = [
  '0',
  'l',
  '-',
  'n1',
  'lot',
  'LOT-2',
  't-22-',
  'lot-24-0',
  '0012',
  '-0012',
  'new',
  'NEW.1',
  '.3-',
  '9.1-5',
  'sn39',
  'zz',
  'lot-23-01499',
  'n.e',
]

describe('a search over many batches', { timeout: 120_000 }, () => {
  test('finds what a naive reading finds, in either order, at any depth, before and after the last merge', () => {
    const batches = manyBatches()
    const check = () => {
      for (const term of TERMS) {
        const matching = batches
          .filter(({ number, serials }) =>
            [number, ...serials].some((text) => text.toLowerCase().includes(term.toLowerCase())),
          )
          .toSorted((a, b) => a.created_at - b.created_at || a.pk - b.pk)
          .map(({ number }) => number)
        const byNumber = matching.toSorted((a, b) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1))
        for (const cursor of [0, 1, 500, 1_200]) {
          const page = <Row>(rows: Row[]) => rows.slice(cursor, cursor + 100)
          const search_query = term
          expect(list({ search_query, cursor, sort_order: 'asc' })).toEqual(page(matching))
          expect(list({ search_query, cursor })).toEqual(page(matching.toReversed()))
          expect(list({ search_query, cursor, sort_by: 'number', sort_order: 'asc' })).toEqual(page(byNumber))
          expect(list({ search_query, cursor, sort_by: 'number' })).toEqual(page(byNumber.toReversed()))
        }
      }
    }
    check()
    mergeGone(database)
    check()
  })

  test('leaves nothing in the index when everything is gone', () => {
    for (const { pk, number, created_at, serials } of manyBatches()) {
      database.run(sql`DELETE FROM batches WHERE pk = ${pk}`)
      database.run(sql`UPDATE units SET batch_pk = NULL WHERE batch_pk = ${pk}`)
      for (const text of [number, ...serials]) forgetText(database, pk, created_at, text.toLowerCase())
    }
    mergeGone(database)
    expect(database.one(sql`SELECT count(*) AS n, total(n) AS places FROM search`)).toEqual({
      n: 0,
      places: 0,
    })
  })

  test('keeps every piece in its page, and its count right', () => {
    manyBatches()
    mergeGone(database)
    expect(
      database.one(sql`SELECT max(length(rest)) <= 900 AS fits, max(n) > 100 AS full FROM search`),
    ).toEqual({ fits: 1, full: 1 })
  })
})

/** A dozen grams, or whatever is asked for, per piece of a merge. */
function pieces(grams: number): () => boolean {
  let done = 0
  return () => (done += 1) % grams === 0
}

describe('a merge in pieces', () => {
  const batches: Batch[] = []
  beforeEach(() => {
    batches.length = 0
    for (let pk = 1; pk <= 60; pk++)
      batches.push({ pk, number: `LOT-${pk * 37}`, created_at: 1_000 + (pk % 7), serials: [] })
    batches.forEach(insertBatch)
  })

  function rename(batch: Batch, number: string): void {
    const old = batch.number.toLowerCase()
    batch.number = number
    database.run(
      sql`UPDATE batches SET number = ${number}, key = ${number.toLowerCase()} WHERE pk = ${batch.pk}`,
    )
    forgetText(database, batch.pk, batch.created_at, old)
    noteText(database, batch.pk, number.toLowerCase())
  }

  function expectNaive(): void {
    for (const term of ['l', 'lot', 'lot-1', '7', '37', '-74', 'new', 'new-3', '9'])
      expect(found(term).toSorted()).toEqual(
        batches
          .map(({ number }) => number)
          .filter((number) => number.toLowerCase().includes(term))
          .toSorted(),
      )
  }

  test('finds what a naive reading finds after each piece, whatever is written between', () => {
    const merge = planMerge(database)!
    let steps = 0
    while (!goOnMerging(database, merge, pieces(12))) {
      expectNaive()
      rename(batches[(steps * 11) % batches.length]!, `NEW-${steps}`)
      expectNaive()
      steps += 1
    }
    expectNaive()
    expect(steps).toBeGreaterThan(5)
    mergeGone(database)
    expectNaive()
  })

  test('so does the removal of what left, and what comes back meanwhile is found', () => {
    for (const batch of batches) rename(batch, `OTHER-${batch.pk}`)
    const merged = mergePending(database)
    const removal = planRemoval(database, merged)!
    let steps = 0
    while (!goOnMerging(database, removal, pieces(12))) {
      expectNaive()
      rename(batches[(steps * 11) % batches.length]!, `LOT-${steps * 37}`)
      expectNaive()
      steps += 1
    }
    expectNaive()
    expect(steps).toBeGreaterThan(5)
    // Each renaming since has a text of its own that left.
    expect(textsGone(database)).toBe(steps)
    mergeGone(database)
    expectNaive()
  })

  test('a removal is void once another merge put something in, and is not planned after one that was', () => {
    for (const batch of batches) rename(batch, `OTHER-${batch.pk}`)
    const removal = planRemoval(database, mergePending(database))!
    expect(goOnMerging(database, removal, pieces(12))).toBe(false)
    rename(batches[0]!, 'LOT-37')
    const void_one = planMerge(database)
    mergePending(database)
    expect(planRemoval(database, void_one)).toBe(undefined)
    expect(goOnMerging(database, removal, () => false)).toBe(true)
    expectNaive()
    expect(textsGone(database)).toBe(61)
  })

  test('what came after a merge was planned, and left before it ended, is not taken out before it is in', () => {
    const merge = planMerge(database)!
    expect(goOnMerging(database, merge, pieces(12))).toBe(false)
    rename(batches[0]!, 'Q')
    rename(batches[0]!, 'LOT-37')
    goOnMerging(database, merge, () => false)
    goOnMerging(database, planRemoval(database, merge)!, () => false)
    mergePending(database)
    expect(found('q')).toEqual([])
    expectNaive()
  })

  test('is void once another merge took its texts', () => {
    const merge = planMerge(database)!
    expect(goOnMerging(database, merge, pieces(12))).toBe(false)
    rename(batches[0]!, 'NEW-1')
    mergeGone(database)
    expect(goOnMerging(database, merge, () => false)).toBe(true)
    expectNaive()
    expect(textsWaiting(database)).toBe(0)
  })

  test('can be left and begun again', () => {
    expect(goOnMerging(database, planMerge(database)!, pieces(12))).toBe(false)
    mergePending(database)
    expectNaive()
  })

  test('goes on by itself between other writes once enough texts wait, and tells nobody', async () => {
    const commits = createCommits(database)
    const upkeep = keepSearchMerged({ db: database, commits })
    await commits.write((db) => {
      for (let i = 0; i < 2_048; i++) noteText(db, 1 + (i % 60), `sn-${i}`)
    })
    const { version } = commits
    for (let turns = 0; textsWaiting(database) > 0 && turns < 1_000; turns++)
      await commits.tidy(() => undefined)
    expect(textsWaiting(database)).toBe(0)
    expect(commits.version).toBe(version)
    upkeep.stop()
  })

  test('what left is taken out by itself too, once enough of it waits', async () => {
    mergePending(database)
    const commits = createCommits(database)
    const upkeep = keepSearchMerged({ db: database, commits })
    await commits.write(() => {
      for (let i = 0; i < 2_100; i++) rename(batches[i % 60]!, `NEW-${i}`)
    })
    for (let turns = 0; textsGone(database) > 0 && turns < 1_000; turns++) await commits.tidy(() => undefined)
    expect(textsGone(database)).toBe(0)
    expectNaive()
    upkeep.stop()
  })
})

describe('a search', () => {
  const LOT: Batch = { pk: 1, number: 'LOT-7', created_at: 5, serials: [] }

  test('takes % and _ and quotes as they are, and finds nothing for what no number can contain', () => {
    insertBatch({ ...LOT, number: 'a_b' })
    insertBatch({ ...LOT, pk: 2, number: 'axb' })
    expect(found('a_b')).toEqual(['a_b'])
    for (const text of ['%', 'a%b', "'", '"', 'a b', 'ä', '\u{212a}', '\u0000', 'a'.repeat(100)])
      expect(found(text)).toEqual([])
  })

  test('does not find what left before it was merged', () => {
    insertBatch(LOT)
    insertBatch({ ...LOT, pk: 2, number: 'KEPT' })
    database.run(sql`UPDATE batches SET number = 'OTHER', key = 'other' WHERE pk = 1`)
    forgetText(database, 1, 5, 'lot-7')
    noteText(database, 1, 'other')
    mergeGone(database)
    mergePending(database)
    for (const text of ['l', 'lo', 'lot', 'lot-7', 'lot-']) expect(found(text)).toEqual([])
    expect(found('othe')).toEqual(['OTHER'])
  })

  test('does not give a deleted batch’s texts to the batch that takes its pk', () => {
    insertBatch(LOT)
    mergePending(database)
    database.run(sql`DELETE FROM batches WHERE pk = 1`)
    forgetText(database, 1, 5, 'lot-7')
    for (const created_at of [5, 6]) {
      insertBatch({ ...LOT, number: 'NEXT', created_at })
      expect(found('lot')).toEqual([])
      mergePending(database)
      expect(found('lot')).toEqual([])
      expect(found('next')).toEqual(['NEXT'])
      if (created_at === 6) mergeGone(database)
      else database.run(sql`DELETE FROM batches WHERE pk = 1`)
      if (created_at === 5) forgetText(database, 1, 5, 'next')
    }
    expect(found('lot')).toEqual([])
    expect(found('n')).toEqual(['NEXT'])
  })

  test('nor the texts that still waited when it was deleted, however many take the pk one after the other', () => {
    insertBatch(LOT)
    for (const [created_at, number] of [
      [6, 'NEXT'],
      [7, 'LAST'],
    ] as const) {
      const before = database.one<{ key: string; created_at: number }>(
        sql`SELECT key, created_at FROM batches`,
      )!
      database.run(sql`DELETE FROM batches WHERE pk = 1`)
      forgetText(database, 1, before.created_at, before.key)
      insertBatch({ ...LOT, number, created_at })
      mergePending(database)
      expect(found('lot')).toEqual([])
    }
    mergeGone(database)
    for (const text of ['lot', 'next', 'x']) expect(found(text)).toEqual([])
    expect(found('last')).toEqual(['LAST'])
  })

  test('a text that leaves and comes back is found throughout', () => {
    insertBatch(LOT)
    insertUnit('SN-1', 1)
    mergePending(database)
    forgetText(database, 1, 5, 'sn-1')
    noteText(database, 1, 'sn-1')
    expect(found('sn-')).toEqual(['LOT-7'])
    mergePending(database)
    expect(found('sn-')).toEqual(['LOT-7'])
    mergeGone(database)
    expect(found('sn-')).toEqual(['LOT-7'])
  })
})

describe('a search for units', () => {
  const units = (text: string) =>
    database
      .all<{ serial_number: string }>(
        sql`SELECT u.serial_number FROM units u WHERE ${serialContains(database, text).gather} ORDER BY u.key`,
      )
      .map(({ serial_number }) => serial_number)

  test('finds those with a batch and those without, by their serial numbers alone', () => {
    insertBatch({ pk: 1, number: 'LOT-SN', created_at: 5, serials: [] })
    insertUnit('SN-1', 1)
    insertUnit('Other', 1)
    insertUnit('sn-2', null)
    for (const settle of [() => {}, () => mergePending(database)]) {
      settle()
      expect(units('sN-')).toEqual(['SN-1', 'sn-2'])
      expect(units('2')).toEqual(['sn-2'])
      expect(units('oth')).toEqual(['Other'])
      expect(units('%')).toEqual([])
    }
  })

  test('finds a common text as well', () => {
    manyBatches()
    const all = database.one<{ n: number }>(sql`SELECT count(*) AS n FROM units WHERE instr(key, '1')`)!
    expect(units('1')).toHaveLength(all.n)
  })
})
