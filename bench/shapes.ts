import { fold } from '../src/model/identifier.ts'
import type { BatchListQuery } from '../src/model/batch.ts'
import { listBatches } from '../src/main/store/batch-list.ts'
import type { Database } from '../src/main/store/database.ts'
import { createPeople } from '../src/main/store/people.ts'
import { sql } from '../src/main/store/sql.ts'
import { LAST, UNITS_PER_BATCH, partNumber, seeded } from './data.ts'

type Filters = Partial<BatchListQuery>

/** What a shape may ask its database for while it makes up a query; not measured. */
interface Factory {
  readonly count: number
  readonly chance: () => number
  readonly batch: () => { id: string; number: string }
  readonly serial: () => string
}

export interface Shape {
  readonly name: string
  readonly target: number | undefined
  readonly query: (factory: Factory) => Filters
  /** Asked as after a commit: pages served before show no way. */
  readonly forgetful?: true
}

const some = (count: number, make: () => string) => Array.from({ length: count }, make)
const MONTH_MS = 30 * 86_400_000
const window = ({ chance }: Factory) => {
  const created_before = LAST - Math.floor(chance() * 40 * MONTH_MS)
  return { created_after: created_before - MONTH_MS, created_before }
}
const part = ({ chance }: Factory) => partNumber(Math.floor(chance() * 100))
const deep = (share: number, { count, chance }: Factory) =>
  Math.floor(count * share + chance() * count * 0.05)

/** Each is asked anew with other values every time, so that nothing answers from memory. */
export const shapes: readonly Shape[] = [
  { name: 'default', target: 1.5, query: ({ chance }) => ({ limit: 50 - Math.floor(chance() * 3) }) },
  { name: 'by number', target: 1.5, query: () => ({ sort_by: 'number', sort_order: 'asc' }) },
  { name: 'window', target: 1.5, query: window },
  { name: '100 ids', target: 1.5, query: ({ batch }) => ({ ids: some(100, () => batch().id) }) },
  { name: '100 numbers', target: 1.5, query: ({ batch }) => ({ numbers: some(100, () => batch().number) }) },
  { name: 'part', target: 1.5, query: (factory) => ({ part_numbers: [part(factory)] }) },
  {
    name: '100 parts',
    target: 1.5,
    query: ({ chance }) => ({ part_numbers: some(100, () => partNumber(Math.floor(chance() * 500))) }),
  },
  {
    name: 'revision',
    target: 1.5,
    query: ({ chance }) => ({ revision_numbers: ['ABCD'[Math.floor(chance() * 4)]!] }),
  },
  {
    name: 'common search',
    target: 1.5,
    query: ({ chance }) => ({ search_query: chance() < 0.5 ? 'lot' : '-20' }),
  },
  {
    name: '1-character search',
    target: 1.5,
    query: ({ chance }) => ({ search_query: String(Math.floor(chance() * 10)) }),
  },
  {
    name: '2-character search',
    target: 1.5,
    query: ({ chance }) => ({ search_query: `-${Math.floor(chance() * 3)}` }),
  },
  {
    name: 'part, search and window',
    target: 1.5,
    query: (factory) => ({ ...window(factory), part_numbers: [partNumber(0)], search_query: 'lot-20' }),
  },
  { name: 'exact serial', target: 3, query: ({ serial }) => ({ search_query: serial() }) },
  {
    name: 'rare search',
    target: 3,
    query: ({ chance }) => ({ search_query: chance() < 0.5 ? '.qx' : 'qx' }),
  },
  { name: 'cursor 90 % deep, following pages', target: 3, query: () => ({}) },
  {
    name: 'rare conjunction (-0012)',
    target: 10,
    query: ({ chance }) => ({ search_query: `-00${10 + Math.floor(chance() * 5)}` }),
  },
  {
    name: 'rare conjunction (part and month)',
    target: 10,
    query: ({ serial }) => ({ search_query: serial().slice(0, 7) }),
  },
  {
    name: 'common search by number',
    target: 10,
    query: ({ chance }) => ({
      search_query: 'lot',
      sort_by: 'number',
      sort_order: chance() < 0.5 ? 'asc' : 'desc',
    }),
  },
  {
    name: 'common search 50 % deep',
    target: 10,
    forgetful: true,
    query: (factory) => ({ search_query: 'lot', cursor: deep(0.5, factory) }),
  },
  {
    name: 'cursor 90 % deep, out of the blue',
    target: undefined,
    forgetful: true,
    query: (factory) => ({ cursor: deep(0.9, factory) }),
  },
  {
    name: 'common search by number, matches at the far end',
    target: undefined,
    query: ({ chance }) => ({
      search_query: '-2021',
      sort_by: 'number',
      limit: 50 - Math.floor(chance() * 3),
    }),
  },
  {
    name: 'window by number',
    target: undefined,
    query: (factory) => ({ ...window(factory), sort_by: 'number' }),
  },
]

export interface Timed {
  readonly p50_us: number
  readonly worst_us: number
}

const ROUNDS = 5
const PER_ROUND_MS = 250
const PER_ROUND_MAX = 60

/** Times one shape on several databases in turns, so that a noisy neighbour disturbs all of them alike. */
export function timeShape(shape: Shape, databases: ReadonlyMap<number, Database>): Map<number, Timed> {
  const readers = [...databases].map(([count, db]) => ({
    count,
    read: reader(shape, count, db),
    times: [] as number[],
  }))
  for (const { read } of readers) for (let i = 0; i < 10; i++) read()
  for (let round = 0; round < ROUNDS; round++)
    for (const { read, times } of readers) {
      const end = performance.now() + PER_ROUND_MS
      for (let i = 0; i < PER_ROUND_MAX && performance.now() < end; i++) times.push(read())
    }
  return new Map(
    readers.map(({ count, times }) => {
      const sorted = times.toSorted((a, b) => a - b)
      return [count, { p50_us: sorted[sorted.length >> 1]! * 1_000, worst_us: sorted.at(-1)! * 1_000 }]
    }),
  )
}

/** @returns a reading of the shape; it gives its own time in milliseconds */
function reader(shape: Shape, count: number, db: Database): () => number {
  const people = createPeople(db)
  const chance = seeded(7)
  const pick = (below: number) => 1 + Math.floor(chance() * below)
  const factory: Factory = {
    count,
    chance,
    batch: () => db.one(sql`SELECT id, number FROM batches WHERE pk = ${pick(count)}`)!,
    serial: () =>
      db.one<{ serial_number: string }>(
        sql`SELECT serial_number FROM units WHERE pk = ${pick(count * UNITS_PER_BATCH * 0.9)}`,
      )!.serial_number,
  }
  let cursor = Math.floor(count * 0.9)
  let version = 1
  return () => {
    const query = { ...shape.query(factory) }
    if (shape.name.endsWith('following pages')) {
      query.cursor = cursor
      cursor += 50
      if (cursor > count * 0.95) cursor = Math.floor(count * 0.9)
    }
    const asked: BatchListQuery = {
      limit: 50,
      cursor: 0,
      sort_by: 'created_at',
      sort_order: 'desc',
      ...query,
    }
    if (shape.forgetful) version += 1
    const begun = performance.now()
    listBatches({ db, people, version }, asked)
    return performance.now() - begun
  }
}

/** Searches whose answers must not be empty, or the numbers above would say nothing. */
export function checkShapes(db: Database, count: number): void {
  const people = createPeople(db)
  for (const shape of shapes) {
    const factory: Factory = {
      count,
      chance: () => 0.3,
      batch: () => db.one(sql`SELECT id, number FROM batches WHERE pk = 77`)!,
      serial: () =>
        fold(
          db.one<{ serial_number: string }>(sql`SELECT serial_number FROM units WHERE pk = 777`)!
            .serial_number,
        ),
    }
    const text = listBatches(
      { db, people, version: 0 },
      { limit: 50, cursor: 0, sort_by: 'created_at', sort_order: 'desc', ...shape.query(factory) },
    )
    if (text.startsWith('{"data":[]')) throw new Error(`${shape.name} finds nothing among ${count} batches`)
  }
}
