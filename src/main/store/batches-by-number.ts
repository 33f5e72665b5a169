import { type BatchFilters, firstPlace, openCandidates, passes } from './batch-filters.ts'
import type { ReadableDb } from './database.ts'
import type { Asked } from './list-memory.ts'
import { sql } from './sql.ts'

/*
 * Filtered batches by number. Two ways, each bad where the other is good:
 * - walk the index of numbers and test each batch: quick when matches are common, endless when they all lie at the far end;
 * - collect the matches and put them in order: quick when they are few, slow when they are many.
 * How many there are can be judged beforehand, where they lie cannot. So a walk that promises to be cheaper is tried, and
 * given up for collecting once it took four times what evenly spread matches would need.
 */

/** Every folded number lies between these. */
export const LOWEST = ''
export const HIGHEST = '\u{7f}'

/** Measured, in microseconds: a batch tested, a match fetched and sorted, a batch stepped over in the index of numbers. */
const COST = { search: 6, contents: 3, window: 1, sorted: 1.5, stepped: 0.25 }
const SLICE = 250

/** pks of the page. */
export function numbersInOrder(db: ReadableDb, filters: BatchFilters, asked: Asked): number[] {
  const { search, contents, span } = filters
  const batches = db.one<{ pk: number }>(sql`SELECT ifnull(max(pk), 0) AS pk FROM batches`)!.pk
  const estimate = Math.min(search?.estimate ?? Infinity, contents?.estimate(span()) ?? Infinity)
  const window = filters.bounded ? windowSize(db, filters, estimate) : undefined
  // Numbers mostly follow time: batches of a short window lie together in both orders, and a walk would pass all others first.
  if (window !== undefined && !search && !contents) return sortedWindow(db, filters, asked)
  const matches = Math.min(estimate, window ?? Infinity, batches)
  const even = ((asked.skip + asked.want) * batches) / Math.max(matches, 1)
  const test = search ? COST.search : contents ? COST.contents : COST.window
  const promising = even * test < Math.min(matches * COST.sorted, batches * COST.stepped)
  return (
    (promising ? walk(db, filters, asked, SLICE + 4 * even) : undefined) ??
    collect(db, filters, asked, batches)
  )
}

/** Sizes that a window is compared with, one after the other. */
const WINDOW_SIZES = [64, 256, 1_024, 4_096, 16_384]

/** How many batches a window holds, at most; undefined if they are many, or more than `enough`. */
function windowSize(db: ReadableDb, { first, last }: BatchFilters, enough: number): number | undefined {
  const reaches = (size: number) =>
    db.rows(sql`
      SELECT 1 FROM batches WHERE created_at BETWEEN ${first} AND ${last} LIMIT 1 OFFSET ${size}`).length > 0
  return WINDOW_SIZES.find((size) => size < enough && !reaches(size))
}

function sortedWindow(
  db: ReadableDb,
  { first, last }: BatchFilters,
  { order, skip, want, after }: Asked,
): number[] {
  const rows = db.rows<[number]>(
    order === 'asc'
      ? sql`SELECT pk FROM batches INDEXED BY batches_by_creation
          WHERE created_at BETWEEN ${first} AND ${last} AND key > ${after?.key ?? LOWEST} ORDER BY key LIMIT ${want} OFFSET ${skip}`
      : sql`SELECT pk FROM batches INDEXED BY batches_by_creation
          WHERE created_at BETWEEN ${first} AND ${last} AND key < ${after?.key ?? HIGHEST} ORDER BY key DESC LIMIT ${want} OFFSET ${skip}`,
  )
  return rows.map(([pk]) => pk)
}

function walk(
  db: ReadableDb,
  filters: BatchFilters,
  { order, skip, want, after }: Asked,
  budget: number,
): number[] | undefined {
  const up = order === 'asc'
  let from = after?.key ?? (up ? LOWEST : HIGHEST)
  let left = skip
  const pks: number[] = []
  for (let tested = 0; tested < budget; tested += SLICE) {
    const slice = db.rows<[number, number, string]>(
      up
        ? sql`SELECT pk, created_at, key FROM batches WHERE key > ${from} ORDER BY key LIMIT ${SLICE}`
        : sql`SELECT pk, created_at, key FROM batches WHERE key < ${from} ORDER BY key DESC LIMIT ${SLICE}`,
    )
    for (const [pk, created_at] of slice) {
      if (!passes(filters, created_at, pk)) continue
      if (left > 0) left -= 1
      else if (pks.push(pk) === want) return pks
    }
    if (slice.length < SLICE) return pks
    from = slice[SLICE - 1]![2]
  }
  return undefined
}

/** A set of pks: one bit for each batch there is. */
interface Collected {
  readonly bits: Uint8Array
  readonly pks: number[]
  n: number
}

function collect(db: ReadableDb, filters: BatchFilters, asked: Asked, batches: number): number[] {
  const size = (batches >> 3) + 1
  // Beyond this share it is quicker to step over the others; and a list of pks must not fill the memory.
  const sorted_max = Math.max(1_000, Math.min((batches * COST.stepped) / COST.sorted, 200_000))
  const found: Collected = { bits: new Uint8Array(size), pks: [], n: 0 }
  const add = (pk: number) => {
    found.bits[pk >> 3]! |= 1 << (pk & 7)
    if (found.n++ < sorted_max) found.pks.push(pk)
  }
  // Contents are exact in their runs; the search gets its second look later, and only for batches the page reaches.
  const { search } = filters
  const look = search === undefined || search.exact ? undefined : search.confirm
  collectRun(db, filters, look, add)
  return found.n <= sorted_max
    ? sortedPage(db, found.pks, look, asked)
    : walkedPage(db, found.bits, look, asked)
}

type Look = ((created_at: number, batch_pk: number) => boolean) | undefined

function collectRun(db: ReadableDb, filters: BatchFilters, later: Look, add: (pk: number) => void): void {
  const { run, confirm } = openCandidates(db, filters, 'asc', firstPlace(filters, 'asc'))
  const now = confirm === later ? undefined : confirm
  for (; !run.ended && run.created_at <= filters.last; run.next())
    if (now === undefined || now(run.created_at, run.batch_pk)) add(run.batch_pk)
}

/** Few matches: their numbers are fetched and sorted. Without a second look SQLite need keep no more than the page. */
function sortedPage(
  db: ReadableDb,
  pks: number[],
  look: Look,
  { order, skip, want, after }: Asked,
): number[] {
  const list = JSON.stringify(pks)
  const limit = look === undefined ? skip + want : pks.length
  const rows = db.rows<[number, number]>(
    order === 'asc'
      ? sql`SELECT pk, created_at FROM batches WHERE pk IN (SELECT value FROM json_each(${list})) AND key > ${after?.key ?? LOWEST}
          ORDER BY key LIMIT ${limit}`
      : sql`SELECT pk, created_at FROM batches WHERE pk IN (SELECT value FROM json_each(${list})) AND key < ${after?.key ?? HIGHEST}
          ORDER BY key DESC LIMIT ${limit}`,
  )
  const page: number[] = []
  let left = skip
  for (const [pk, created_at] of rows) {
    if (page.length === want) break
    if (look && !look(created_at, pk)) continue
    if (left > 0) left -= 1
    else page.push(pk)
  }
  return page
}

/** Many matches: the index of numbers gives the order, the bits say which. */
function walkedPage(
  db: ReadableDb,
  bits: Uint8Array,
  look: Look,
  { order, skip, want, after }: Asked,
): number[] {
  const up = order === 'asc'
  let from = after?.key ?? (up ? LOWEST : HIGHEST)
  const page: number[] = []
  let left = skip
  while (page.length < want) {
    const slice = db.rows<[number]>(
      up
        ? sql`SELECT pk FROM batches WHERE key > ${from} ORDER BY key LIMIT 4096`
        : sql`SELECT pk FROM batches WHERE key < ${from} ORDER BY key DESC LIMIT 4096`,
    )
    for (const [pk] of slice) {
      if ((bits[pk >> 3]! & (1 << (pk & 7))) === 0) continue
      if (look && !look(createdAt(db, pk), pk)) continue
      if (left > 0) left -= 1
      else if (page.push(pk) === want) return page
    }
    if (slice.length < 4096) return page
    from = db.rows<[string]>(sql`SELECT key FROM batches WHERE pk = ${slice[4095]![0]}`)[0]![0]
  }
  return page
}

function createdAt(db: ReadableDb, pk: number): number {
  return db.rows<[number]>(sql`SELECT created_at FROM batches WHERE pk = ${pk}`)[0]![0]
}
