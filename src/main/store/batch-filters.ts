import type { BatchListQuery } from '../../model/batch.ts'
import { fold } from '../../model/identifier.ts'
import { type Contents, contentsFor } from './batch-contents.ts'
import type { ReadableDb } from './database.ts'
import { pushPlace } from './postings.ts'
import { type Order, type Place, type Walk, blockWalk, meetingWalk, placeAfter, startOf } from './walks.ts'
import { type Search, type Span, type Waiting, searchFor } from './search.ts'
import { sql } from './sql.ts'

/** What a list asks of its batches. Every part that is there must hold. */
export interface BatchFilters {
  /** Inclusive bounds of created_at. */
  readonly first: number
  readonly last: number
  readonly bounded: boolean
  readonly ids: readonly string[] | undefined
  /** Folded numbers. */
  readonly keys: readonly string[] | undefined
  readonly contents: Contents | undefined
  readonly search: Search | undefined
  readonly span: () => Span
}

/** @returns undefined if no batch can match */
export function filtersOf(
  db: ReadableDb,
  query: BatchListQuery,
  waiting: () => Waiting,
): BatchFilters | undefined {
  const { created_after, created_before, search_query } = query
  const contents = contentsFor(db, some(query.part_numbers), some(query.revision_numbers))
  if (contents?.runs === 0) return undefined
  const search = search_query === undefined ? undefined : searchFor(db, waiting(), fold(search_query))
  if (search_query !== undefined && search === undefined) return undefined
  return {
    first: created_after ?? startOf('asc').created_at,
    last: created_before ?? startOf('desc').created_at,
    bounded: created_after !== undefined || created_before !== undefined,
    ids: some(query.ids),
    keys: some(query.numbers)?.map(fold),
    contents,
    search,
    span: () => waiting().span,
  }
}

/** An empty list asks for nothing. */
const some = <Item>(items: readonly Item[] | undefined) => (items?.length ? items : undefined)

/** True if the batch at this place passes the window, the contents and the search. */
export function passes(filters: BatchFilters, created_at: number, batch_pk: number): boolean {
  return (
    created_at >= filters.first &&
    created_at <= filters.last &&
    (filters.contents?.matches(created_at, batch_pk) ?? true) &&
    (filters.search?.matches(created_at, batch_pk) ?? true)
  )
}

/** Batches in the list's order that may pass; those outside the window are not left out. */
export interface Candidates {
  readonly run: Walk
  /** The second look; undefined if every candidate passes. */
  readonly confirm: ((created_at: number, batch_pk: number) => boolean) | undefined
}

/** The whole list, as an index walk in slices. */
function everyBatch(db: ReadableDb, order: Order, from: Place): Walk {
  return blockWalk(order, from, {
    load(into, created_at, batch_pk, inclusive) {
      const pk = inclusive ? batch_pk : placeAfter({ created_at, batch_pk }, order).batch_pk
      let rows = placesAt(db, order, created_at, pk)
      if (rows.length < SLICE) rows = rows.concat(placesBeyond(db, order, created_at))
      into.n = 0
      if (order === 'desc') rows.reverse()
      for (const [at, each] of rows) pushPlace(into, at, each)
    },
  })
}

const SLICE = 1_000
type PlaceRow = [created_at: number, batch_pk: number]

/** Batches of one millisecond: an index on a time and the pk is searched by the time alone, so they are asked for apart. */
function placesAt(db: ReadableDb, order: Order, created_at: number, pk: number): PlaceRow[] {
  return db.rows(
    order === 'asc'
      ? sql`SELECT created_at, pk FROM batches WHERE created_at = ${created_at} AND pk >= ${pk} ORDER BY pk LIMIT ${SLICE}`
      : sql`SELECT created_at, pk FROM batches WHERE created_at = ${created_at} AND pk <= ${pk} ORDER BY pk DESC LIMIT ${SLICE}`,
  )
}

function placesBeyond(db: ReadableDb, order: Order, created_at: number): PlaceRow[] {
  return db.rows(
    order === 'asc'
      ? sql`SELECT created_at, pk FROM batches WHERE created_at > ${created_at} ORDER BY created_at, pk LIMIT ${SLICE}`
      : sql`SELECT created_at, pk FROM batches WHERE created_at < ${created_at} ORDER BY created_at DESC, pk DESC LIMIT ${SLICE}`,
  )
}

/** Above this, contents are looked up for each candidate: so many runs would move for each place asked. */
const MEETING_RUNS_MAX = 4

export function openCandidates(
  db: ReadableDb,
  { contents, search, span }: BatchFilters,
  order: Order,
  from: Place,
): Candidates {
  if (search === undefined)
    return { run: contents?.open(order, from) ?? everyBatch(db, order, from), confirm: undefined }
  const look = search.exact ? undefined : search.confirm
  if (contents === undefined) return { run: search.open(order, from), confirm: look }
  const few = contents.estimate(span())
  if (few <= search.estimate || contents.runs <= MEETING_RUNS_MAX) {
    const runs = [search.open(order, from), contents.open(order, from)]
    return { run: meetingWalk(order, few <= search.estimate ? runs.toReversed() : runs), confirm: look }
  }
  return {
    run: search.open(order, from),
    confirm: (created_at, batch_pk) =>
      contents.matches(created_at, batch_pk) && (look?.(created_at, batch_pk) ?? true),
  }
}

/** Where a list bounded like this begins. */
export function firstPlace({ first, last }: BatchFilters, order: Order): Place {
  const { batch_pk } = startOf(order)
  return { created_at: order === 'asc' ? first : last, batch_pk }
}
