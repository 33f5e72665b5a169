import { type BatchFilters, firstPlace, openCandidates, passes } from './batch-filters.ts'
import type { ReadableDb } from './database.ts'
import type { Asked } from './list-memory.ts'
import { sql } from './sql.ts'

/*
 * Filtered batches by number. Two ways, each bad where the other is good:
 * - walk the index of numbers and test each batch: quick when matches are common, endless when they all lie at the far end;
 * - collect the matches and put them in order: quick when they are few, slow when they are many.
 * No probe can tell beforehand where matches lie, so the walk gets a budget. When it is spent the matches are collected,
 * and the most that was lost is the budget.
 */

/** Matches worth collecting without trying to walk. */
const FEW = 1_000
/** Batches tested before the walk is given up. */
const BUDGET = 2_000
const SLICE = 250

/** pks of the page. */
export function numbersInOrder(db: ReadableDb, filters: BatchFilters, asked: Asked): number[] {
  const few = estimateOf(db, filters) <= FEW
  return (few ? undefined : walk(db, filters, asked)) ?? collect(db, filters, asked)
}

function estimateOf(db: ReadableDb, filters: BatchFilters): number {
  const estimate = Math.min(filters.search?.estimate ?? Infinity, filters.contents?.estimate() ?? Infinity)
  if (estimate <= FEW || !filters.bounded) return estimate
  const beyond = db.rows(sql`
    SELECT 1 FROM batches WHERE created_at BETWEEN ${filters.first} AND ${filters.last} LIMIT 1 OFFSET ${FEW}`)
  return beyond.length === 0 ? FEW : estimate
}

function walk(
  db: ReadableDb,
  filters: BatchFilters,
  { order, skip, want, after }: Asked,
): number[] | undefined {
  const up = order === 'asc'
  let from = after?.key ?? (up ? '' : '\u{7f}')
  let left = skip
  const pks: number[] = []
  for (let tested = 0; tested < BUDGET; tested += SLICE) {
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

function collect(db: ReadableDb, filters: BatchFilters, asked: Asked): number[] {
  const size = (db.rows<[number]>(sql`SELECT ifnull(max(pk), 0) FROM batches`)[0]![0] >> 3) + 1
  const sorted_max = Math.max(FEW, Math.min(size, 200_000))
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

/** Few matches: their numbers are fetched and sorted. */
function sortedPage(
  db: ReadableDb,
  pks: number[],
  look: Look,
  { order, skip, want, after }: Asked,
): number[] {
  const list = JSON.stringify(pks)
  const rows = db.rows<[number, number, string]>(
    order === 'asc'
      ? sql`SELECT pk, created_at, key FROM batches WHERE pk IN (SELECT value FROM json_each(${list})) ORDER BY key`
      : sql`SELECT pk, created_at, key FROM batches WHERE pk IN (SELECT value FROM json_each(${list})) ORDER BY key DESC`,
  )
  const page: number[] = []
  let left = skip
  for (const [pk, created_at, key] of rows) {
    if (page.length === want) break
    if (after !== undefined && (order === 'asc' ? key <= after.key : key >= after.key)) continue
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
  let from = after?.key ?? (up ? '' : '\u{7f}')
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
