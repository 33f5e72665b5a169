import type { BatchListQuery } from '../../model/batch.ts'
import { type BatchFilters, filtersOf, firstPlace, openCandidates, passes } from './batch-filters.ts'
import { type BatchRow, batchColumns, pageJson } from './batch-json.ts'
import { HIGHEST, LOWEST, numbersInOrder } from './batches-by-number.ts'
import { standingIds } from './aliases.ts'
import type { ReadableDb } from './database.ts'
import { type Asked, listName, memoryOf } from './list-memory.ts'
import type { People } from './people.ts'
import { type Order, type Place, placeAfter } from './walks.ts'
import { sql } from './sql.ts'

/**
 * One page of the batch list, as JSON text.
 *
 * What is asked decides how the page is found; each way reads in the order asked for and stops after the page:
 * - batches picked by id or number: fetched, tested one by one and sorted, for they are few;
 * - no contents and no search: one walk along the index of creation or of numbers;
 * - contents or search, by creation: their runs (walks.ts), which stand in that order;
 * - anything filtered, by number: batches-by-number.ts.
 * @param version of the commits: pages already served point the way until it moves
 */
export function listBatches(
  { db, people, version }: { db: ReadableDb; people: People; version: number },
  query: BatchListQuery,
): string {
  const { limit, cursor, sort_by, sort_order } = query
  const memory = memoryOf(db, version)
  const filters = filtersOf(db, query, memory.waiting)
  if (filters === undefined) return pageJson(people, [], limit, cursor)
  const name = listName(query)
  const known = memory.markBefore(name, cursor)
  const asked: Asked = {
    order: sort_order,
    skip: cursor - (known?.at ?? 0),
    want: limit + 1,
    after: known?.mark,
  }
  const rows = rowsOf(db, filters, sort_by, asked)
  const last = rows.length > limit ? rows[limit - 1] : undefined
  if (last !== undefined) memory.keepMark(name, cursor + limit, last[0])
  return pageJson(people, rows, limit, cursor)
}

function rowsOf(
  db: ReadableDb,
  filters: BatchFilters,
  sort_by: BatchListQuery['sort_by'],
  asked: Asked,
): BatchRow[] {
  if (filters.ids !== undefined || filters.keys !== undefined)
    return rowsAt(db, pickedInOrder(db, filters, sort_by, asked))
  const plain = filters.contents === undefined && filters.search === undefined
  if (sort_by === 'created_at')
    return plain ? rowsByCreation(db, filters, asked) : rowsAt(db, candidatesInOrder(db, filters, asked))
  return plain && !filters.bounded ? rowsByNumber(db, asked) : rowsAt(db, numbersInOrder(db, filters, asked))
}

function pickedInOrder(
  db: ReadableDb,
  filters: BatchFilters,
  sort_by: BatchListQuery['sort_by'],
  { order, skip, want, after }: Asked,
): number[] {
  type Picked = { pk: number; created_at: number; key: string }
  const { ids, keys } = filters
  let picked: Picked[]
  if (ids !== undefined) {
    picked = db.all(sql`
      SELECT pk, created_at, key FROM batches WHERE id IN ${standingIds('batch', ids)}`)
    const wanted = keys && new Set(keys)
    if (wanted) picked = picked.filter(({ key }) => wanted.has(key))
  } else
    picked = db.all(sql`
      SELECT pk, created_at, key FROM batches WHERE key IN (SELECT value FROM json_each(${JSON.stringify(keys)}))`)
  const step = order === 'asc' ? 1 : -1
  const inOrder = (a: Picked, b: Picked) =>
    step * (sort_by === 'number' ? (a.key < b.key ? -1 : 1) : a.created_at - b.created_at || a.pk - b.pk)
  const begin = after === undefined ? skip : 0
  const passing = picked.filter(({ created_at, pk }) => passes(filters, created_at, pk)).toSorted(inOrder)
  const start = after === undefined ? begin : passing.findIndex(({ pk }) => pk === after.batch_pk) + 1 + skip
  return passing.slice(start, start + want).map(({ pk }) => pk)
}

function rowsByCreation(db: ReadableDb, filters: BatchFilters, asked: Asked): BatchRow[] {
  const { order, skip, want, after } = asked
  const { first, last } = filters
  if (after === undefined && skip === 0) return rowsBetween(db, order, first, last, want)
  const from =
    after === undefined
      ? placeOfRow(db, filters, order, skip)
      : skip === 0
        ? placeAfter(after, order)
        : placeFurther(db, order, placeAfter(after, order), skip)
  if (from === undefined || from.created_at < first || from.created_at > last) return []
  const { created_at, batch_pk } = from
  // An index on a time and the pk is searched by the time alone: after an import thousands may share one, so they come first.
  const same = db.rows<BatchRow>(
    order === 'asc'
      ? sql`SELECT ${batchColumns} FROM batches WHERE created_at = ${created_at} AND pk >= ${batch_pk} ORDER BY pk LIMIT ${want}`
      : sql`SELECT ${batchColumns} FROM batches WHERE created_at = ${created_at} AND pk <= ${batch_pk} ORDER BY pk DESC LIMIT ${want}`,
  )
  if (same.length === want) return same
  const rest =
    order === 'asc'
      ? rowsBetween(db, order, created_at + 1, last, want - same.length)
      : rowsBetween(db, order, first, created_at - 1, want - same.length)
  return [...same, ...rest]
}

function rowsBetween(db: ReadableDb, order: Order, first: number, last: number, want: number): BatchRow[] {
  return db.rows(
    order === 'asc'
      ? sql`SELECT ${batchColumns} FROM batches WHERE created_at BETWEEN ${first} AND ${last}
          ORDER BY created_at, pk LIMIT ${want}`
      : sql`SELECT ${batchColumns} FROM batches WHERE created_at BETWEEN ${first} AND ${last}
          ORDER BY created_at DESC, pk DESC LIMIT ${want}`,
  )
}

/** The place of one row of a window: the index alone is read, no row is fetched on the way and nothing is compared. */
function placeOfRow(
  db: ReadableDb,
  { first, last }: BatchFilters,
  order: Order,
  row: number,
): Place | undefined {
  return db.one(
    order === 'asc'
      ? sql`SELECT created_at, pk AS batch_pk FROM batches WHERE created_at BETWEEN ${first} AND ${last}
          ORDER BY created_at, pk LIMIT 1 OFFSET ${row}`
      : sql`SELECT created_at, pk AS batch_pk FROM batches WHERE created_at BETWEEN ${first} AND ${last}
          ORDER BY created_at DESC, pk DESC LIMIT 1 OFFSET ${row}`,
  )
}

/** The place so many places further. */
function placeFurther(db: ReadableDb, order: Order, from: Place, count: number): Place | undefined {
  const { created_at, batch_pk } = from
  return db.one(
    order === 'asc'
      ? sql`SELECT created_at, pk AS batch_pk FROM batches WHERE (created_at, pk) >= (${created_at}, ${batch_pk})
          ORDER BY created_at, pk LIMIT 1 OFFSET ${count}`
      : sql`SELECT created_at, pk AS batch_pk FROM batches WHERE (created_at, pk) <= (${created_at}, ${batch_pk})
          ORDER BY created_at DESC, pk DESC LIMIT 1 OFFSET ${count}`,
  )
}

function rowsByNumber(db: ReadableDb, { order, skip, want, after }: Asked): BatchRow[] {
  const up = order === 'asc'
  let from = after?.key ?? (up ? LOWEST : HIGHEST)
  if (skip > 0) {
    const found = db.rows<[string]>(
      up
        ? sql`SELECT key FROM batches WHERE key > ${from} ORDER BY key LIMIT 1 OFFSET ${skip - 1}`
        : sql`SELECT key FROM batches WHERE key < ${from} ORDER BY key DESC LIMIT 1 OFFSET ${skip - 1}`,
    )[0]
    if (found === undefined) return []
    from = found[0]
  }
  return db.rows<BatchRow>(
    up
      ? sql`SELECT ${batchColumns} FROM batches WHERE key > ${from} ORDER BY key LIMIT ${want}`
      : sql`SELECT ${batchColumns} FROM batches WHERE key < ${from} ORDER BY key DESC LIMIT ${want}`,
  )
}

function candidatesInOrder(
  db: ReadableDb,
  filters: BatchFilters,
  { order, skip, want, after }: Asked,
): number[] {
  const from = after === undefined ? firstPlace(filters, order) : placeAfter(after, order)
  const { run, confirm } = openCandidates(db, filters, order, from)
  const { first, last } = filters
  const pks: number[] = []
  let left = skip
  if (confirm === undefined) {
    run.skip(left)
    left = 0
  }
  for (; !run.ended && pks.length < want; run.next()) {
    if (run.created_at < first || run.created_at > last) break
    if (confirm && !confirm(run.created_at, run.batch_pk)) continue
    if (left > 0) left -= 1
    else pks.push(run.batch_pk)
  }
  return pks
}

/** The rows with these pks, in their order. */
function rowsAt(db: ReadableDb, pks: readonly number[]): BatchRow[] {
  const rows = db.rows<BatchRow>(sql`
    SELECT ${batchColumns} FROM batches WHERE pk IN (SELECT value FROM json_each(${JSON.stringify(pks)}))`)
  const byPk = new Map(rows.map((row) => [row[0], row]))
  return pks.map((pk) => byPk.get(pk)!)
}
