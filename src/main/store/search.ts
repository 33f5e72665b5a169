/**
 * Substring search over batch numbers and the serial numbers in them, in the order of the list.
 *
 * `search` holds, for each gram (grams.ts), the run of batches in which some text has it. Three tables, one truth:
 * - a text that is in a batch and not yet in `search` waits in search_pending, and is compared letter by letter;
 * - a text that left its batch waits in search_gone, and its batch is looked at again whenever it is found;
 * - for every other batch the runs are exact.
 * So a search misses nothing and shows nothing wrong at any moment, while a write only appends one short row. When enough
 * rows wait they are merged in gram order (search-merge.ts), a few grams at a time between other writes (search-upkeep.ts).
 */
import type { ReadableDb, WritableDb } from './database.ts'
import { type TermGrams, gramsOfTerm } from './grams.ts'
import { type Postings, emptyPostings, pushPlace, unpack } from './postings.ts'
import {
  type Blocks,
  type Order,
  type Place,
  type Walk,
  blockWalk,
  listWalk,
  meetingWalk,
  unionWalk,
} from './walks.ts'
import { mergeGone, mergePending, textsGone, textsWaiting } from './search-merge.ts'
import { sql } from './sql.ts'

export { mergePending } from './search-merge.ts'

/** How many texts wait at most, should nobody merge them in time: then the write that brings one more does it. */
const PENDING_MAX = 16_384
/** The same of those that left. */
const GONE_MAX = 16_384

const left = new WeakSet<ReadableDb>()

/** From now on no text is noted or forgotten on this connection: whoever fills a whole database calls `searchAnew` at its end. */
export const leaveSearch = (db: ReadableDb) => void left.add(db)
export const isSearchKept = (db: ReadableDb) => !left.has(db)

/** A number or serial number now belongs to this batch. */
export function noteText(db: WritableDb, batch_pk: number, key: string): void {
  if (left.has(db)) return
  // A pk is never below the number of texts that wait.
  if (noteTextUnmerged(db, batch_pk, key) >= PENDING_MAX && textsWaiting(db) >= PENDING_MAX) mergePending(db)
}

/** The same for whoever calls `mergePending` itself: once for each transaction of some 10,000 texts. */
export function noteTextUnmerged(db: WritableDb, batch_pk: number, key: string): number {
  return db.run(sql`INSERT INTO search_pending (batch_pk, key) VALUES (${batch_pk}, ${key})`).pk
}

/** The numbers of all rows that a table was given after this pk belong to their batches now. */
export function noteTextsAfter(db: WritableDb, table: string, batch_pk: string, pk: number): void {
  if (left.has(db)) return
  const text = `INSERT INTO search_pending (batch_pk, key) SELECT ${batch_pk}, key FROM ${table}
    WHERE pk > +? AND ${batch_pk} IS NOT NULL ORDER BY pk`
  db.run({ text, values: [pk] })
  if (textsWaiting(db) >= PENDING_MAX) mergePending(db)
}

/**
 * A number or serial number was changed, moved away or deleted: to be called after that.
 * @param created_at the batch's; it may be deleted by now
 */
export function forgetText(db: WritableDb, batch_pk: number, created_at: number, key: string): void {
  if (left.has(db)) return
  const { pk } = db.run(
    sql`INSERT INTO search_gone (batch_pk, created_at, key) VALUES (${batch_pk}, ${created_at}, ${key})`,
  )
  if (pk >= GONE_MAX && textsGone(db) >= GONE_MAX) mergeGone(db)
}

/** What waits for the next merge, read once for all searches between two commits. */
export interface Waiting {
  readonly pending: readonly (readonly [created_at: number, batch_pk: number, key: string])[]
  /** Batches that may be found although they no longer hold the text. */
  readonly doubtful: ReadonlySet<number>
  readonly span: Span
  /** How long the runs of grams are, as far as somebody asked. */
  readonly estimates: Map<number, number>
}

/** When the oldest and the newest batch were made. */
export interface Span {
  readonly first: number
  readonly last: number
}

export function readWaiting(db: ReadableDb): Waiting {
  return {
    pending: db.rows<[number, number, string]>(sql`
      SELECT b.created_at, b.pk, p.key FROM search_pending p JOIN batches b ON b.pk = p.batch_pk ORDER BY b.created_at, b.pk`),
    doubtful: new Set(db.rows<[number]>(sql`SELECT DISTINCT batch_pk FROM search_gone`).map(([pk]) => pk)),
    span: db.one(sql`
      SELECT ifnull((SELECT min(created_at) FROM batches), 0) AS first, ifnull((SELECT max(created_at) FROM batches), 0) AS last`)!,
    estimates: new Map(),
  }
}

/** One search, ready to be read in either order. */
export interface Search {
  /** About how many batches it finds, never counted. */
  readonly estimate: number
  /** Batches that may match; each that matches is among them. */
  open(order: Order, from: Place): Walk
  /** True if what `open` gives needs no second look at all. */
  readonly exact: boolean
  /** The second look, for a place that `open` gave. */
  readonly confirm: (created_at: number, batch_pk: number) => boolean
  /** The same for any batch. */
  readonly matches: (created_at: number, batch_pk: number) => boolean
}

/**
 * @param term folded
 * @returns undefined if nothing can match
 */
export function searchFor(db: ReadableDb, waiting: Waiting, term: string): Search | undefined {
  const wanted = gramsOfTerm(term)
  if (wanted === undefined) return undefined
  const rarest = rarestOf(db, waiting, wanted)
  const pending = placesWith(waiting, term)
  const estimate = (rarest[0]?.estimate ?? 0) + pending.n
  const matches = (created_at: number, batch_pk: number) => contains(db, created_at, batch_pk, term)
  return {
    estimate,
    open(order, from) {
      const runs: Walk[] = []
      if (rarest.length > 0)
        runs.push(
          meetingWalk(
            order,
            rarest.map(({ gram }) => gramWalk(db, gram, order, from)),
          ),
        )
      if (pending.n > 0 || runs.length === 0) runs.push(listWalk(order, from, pending))
      return unionWalk(order, runs)
    },
    exact: wanted.exact && waiting.doubtful.size === 0,
    confirm: (created_at, batch_pk) =>
      (wanted.exact && !waiting.doubtful.has(batch_pk)) || matches(created_at, batch_pk),
    matches,
  }
}

/** Letter by letter. A place whose batch was deleted, or gave its pk to another, holds nothing. */
function contains(db: ReadableDb, created_at: number, batch_pk: number, term: string): boolean {
  const found = db.rows(sql`
    SELECT 1 FROM batches b WHERE b.pk = ${batch_pk} AND b.created_at = ${created_at} AND (instr(b.key, ${term}) > 0
      OR EXISTS (SELECT 1 FROM units u WHERE u.batch_pk = b.pk AND instr(u.key, ${term}) > 0))`)
  return found.length > 0
}

function placesWith({ pending }: Waiting, term: string): Postings {
  const places = emptyPostings(4)
  for (const [created_at, batch_pk, key] of pending) {
    const last = places.n - 1
    const again = last >= 0 && places.times[last] === created_at && places.pks[last] === batch_pk
    if (!again && key.includes(term)) pushPlace(places, created_at, batch_pk)
  }
  return places
}

/** A second look is cheaper than reading a fifth run. */
const RUNS_MAX = 4
/** How many pieces at the end of a run tell how dense it is. */
const PROBE = 3

/** The rarest of the term's grams, rarest first; none if the term's grams never met. */
function rarestOf(
  db: ReadableDb,
  waiting: Waiting,
  { grams }: TermGrams,
): { gram: number; estimate: number }[] {
  // Neighbours share four of five characters: every second one tells as much as all, and the last one ends the term.
  const asked =
    grams.length <= RUNS_MAX ? grams : grams.filter((_, i) => i % 2 === 0 || i === grams.length - 1)
  const all = asked.map((gram) => ({ gram, estimate: estimateOf(db, waiting, gram) }))
  if (all.some(({ estimate }) => estimate === 0)) return []
  return all.toSorted((a, b) => a.estimate - b.estimate).slice(0, RUNS_MAX)
}

/** Length of a gram's run: exact for a short one, else judged by how far back its last pieces reach. */
function estimateOf(db: ReadableDb, { span, estimates }: Waiting, gram: number): number {
  let estimate = estimates.get(gram)
  if (estimate !== undefined) return estimate
  const pieces = db.rows<[created_at: number, n: number]>(sql`
    SELECT created_at, n FROM search WHERE gram = ${gram} ORDER BY created_at DESC, batch_pk DESC LIMIT ${PROBE}`)
  estimate = pieces.reduce((sum, [, size]) => sum + size, 0)
  if (pieces.length === PROBE)
    estimate *= Math.max(1, (span.last - span.first) / Math.max(1, span.last - pieces[PROBE - 1]![0]))
  estimates.set(gram, estimate)
  return estimate
}

type Piece = [created_at: number, batch_pk: number, n: number, rest: Uint8Array]

/** One gram's run, piece by piece. */
function gramWalk(db: ReadableDb, gram: number, order: Order, from: Place): Walk {
  return blockWalk(order, from, order === 'asc' ? gramUpwards(db, gram) : gramDownwards(db, gram))
}

function gramUpwards(db: ReadableDb, gram: number): Blocks {
  return {
    load(into, created_at, batch_pk, inclusive) {
      const piece =
        (inclusive ? pieceAt(db, gram, created_at, batch_pk) : undefined) ??
        db.rows<Piece>(sql`
          SELECT created_at, batch_pk, n, rest FROM search
          WHERE gram = ${gram} AND (created_at, batch_pk) > (${created_at}, ${batch_pk})
          ORDER BY created_at, batch_pk LIMIT 1`)[0]
      fill(into, piece)
    },
    leap(created_at, batch_pk, count) {
      const pieces = db.rows<[number, number, number]>(sql`
        SELECT created_at, batch_pk, n FROM search
        WHERE gram = ${gram} AND (created_at, batch_pk) > (${created_at}, ${batch_pk})
        ORDER BY created_at, batch_pk LIMIT ${leapPieces(count)}`)
      let passed = 1
      for (const [i, [at, pk, n]] of pieces.entries()) {
        if (i === pieces.length - 1 || passed + n > count)
          return { created_at: at, batch_pk: pk, passed, inclusive: true }
        passed += n
      }
      return undefined
    },
  }
}

function gramDownwards(db: ReadableDb, gram: number): Blocks {
  return {
    load(into, created_at, batch_pk, inclusive) {
      const piece = inclusive
        ? pieceAt(db, gram, created_at, batch_pk)
        : db.rows<Piece>(sql`
            SELECT created_at, batch_pk, n, rest FROM search
            WHERE gram = ${gram} AND (created_at, batch_pk) < (${created_at}, ${batch_pk})
            ORDER BY created_at DESC, batch_pk DESC LIMIT 1`)[0]
      fill(into, piece)
    },
    leap(created_at, batch_pk, count) {
      const pieces = db.rows<[number, number, number]>(sql`
        SELECT created_at, batch_pk, n FROM search
        WHERE gram = ${gram} AND (created_at, batch_pk) < (${created_at}, ${batch_pk})
        ORDER BY created_at DESC, batch_pk DESC LIMIT ${leapPieces(count)}`)
      let passed = 1
      let before: [number, number] = [created_at, batch_pk]
      for (const [at, pk, n] of pieces) {
        if (passed + n > count) break
        passed += n
        before = [at, pk]
      }
      return { created_at: before[0], batch_pk: before[1], passed, inclusive: false }
    },
  }
}

/** Pieces hold some 100 to 300 places each. */
const leapPieces = (count: number) => Math.min(1_000, Math.ceil(count / 100))

/** The piece that holds the place, or would. */
function pieceAt(db: ReadableDb, gram: number, created_at: number, batch_pk: number): Piece | undefined {
  return db.rows<Piece>(sql`
    SELECT created_at, batch_pk, n, rest FROM search
    WHERE gram = ${gram} AND (created_at, batch_pk) <= (${created_at}, ${batch_pk})
    ORDER BY created_at DESC, batch_pk DESC LIMIT 1`)[0]
}

function fill(into: Postings, piece: Piece | undefined): void {
  if (piece === undefined) into.n = 0
  else unpack(...piece, into)
}
