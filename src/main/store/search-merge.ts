import type { ReadableDb, WritableDb } from './database.ts'
import { eachGram } from './grams.ts'
import {
  type Combine,
  type Postings,
  emptyPostings,
  pack,
  pushPlace,
  union,
  unpack,
  without,
} from './postings.ts'
import { sql } from './sql.ts'

/** Which batches gain or lose which grams. Batches come in the order of the list and are numbered as they come. */
interface Changes {
  readonly times: number[]
  readonly pks: number[]
  readonly grams: Map<number, number[]>
}

/**
 * A merge of the texts that waited when it was planned. It may be done in pieces, each in a transaction of its own: until the
 * last one its texts go on waiting, so they are found whichever of their grams are merged, and whoever stops half-way loses
 * nothing, for to merge a gram twice is to merge it once.
 */
export interface Merge {
  readonly last: number
  /** In the order of the list. */
  readonly texts: readonly (readonly [created_at: number, batch_pk: number, key: string])[]
  /** How many of the texts are taken apart. */
  noted: number
  readonly changes: Changes
  /** In their order: pages are visited once each. Known when all texts are taken apart. */
  grams: Float64Array | null
  /** How many of the grams are done. */
  done: number
  readonly nth: number
}

/** Merges finished so far. Each ends the waiting of what earlier plans of the same texts name: they are void. */
const finished = new WeakMap<ReadableDb, number>()
const finishedOn = (db: ReadableDb) => finished.get(db) ?? 0

/** Plans made so far are void: the rows that they name are not what they were. */
export const forgetMerges = (db: ReadableDb) => void finished.set(db, finishedOn(db) + 1)

/** How many texts wait, or at most how many: the pks of search_pending go up without gaps until it is empty. */
export function textsWaiting(db: ReadableDb): number {
  const { span } = db.one<{ span: number | null }>(
    sql`SELECT (SELECT max(pk) FROM search_pending) - (SELECT min(pk) FROM search_pending) AS span`,
  )!
  return span === null ? 0 : span + 1
}

/** What there is to merge now. */
export function planMerge(db: ReadableDb): Merge | undefined {
  const { last } = db.one<{ last: number | null }>(sql`SELECT max(pk) AS last FROM search_pending`)!
  if (last === null) return undefined
  const texts = db.rows<[number, number, string]>(sql`
    SELECT b.created_at, b.pk, p.key FROM search_pending p JOIN batches b ON b.pk = p.batch_pk ORDER BY b.created_at, b.pk`)
  return { last, texts, noted: 0, changes: noChanges(), grams: null, done: 0, nth: finishedOn(db) }
}

const noChanges = (): Changes => ({ times: [], pks: [], grams: new Map() })
/** Texts taken apart between two looks at the time: some 100 µs. */
const TEXTS_AT_ONCE = 64

/** @returns false if there is more to do */
function takeApart(merge: Merge, enough: () => boolean): boolean {
  const { texts, changes } = merge
  while (merge.noted < texts.length) {
    const [created_at, batch_pk, key] = texts[merge.noted]!
    const batch = nameBatch(changes, created_at, batch_pk)
    eachGram(key, (gram) => note(changes, gram, batch))
    merge.noted += 1
    if (merge.noted % TEXTS_AT_ONCE === 0 && enough()) return false
  }
  return true
}

/**
 * Goes on with a merge.
 * @param enough asked after each gram and after some texts: the rest is for the next transaction when it says true
 * @returns false if there is more to do
 */
export function goOnMerging(db: WritableDb, merge: Merge, enough: () => boolean): boolean {
  if (merge.nth !== finishedOn(db)) return true
  if (!takeApart(merge, enough)) return false
  const { changes, last } = merge
  const grams = (merge.grams ??= inOrder(changes))
  while (merge.done < grams.length) {
    applyGram(db, changes, grams[merge.done]!, union)
    merge.done += 1
    if (merge.done < grams.length && enough()) return false
  }
  db.run(sql`DELETE FROM search_pending WHERE pk <= ${last}`)
  finished.set(db, merge.nth + 1)
  return true
}

/** Moves every text of search_pending into `search`. */
export function mergePending(db: WritableDb): void {
  const merge = planMerge(db)
  if (merge !== undefined) goOnMerging(db, merge, () => false)
}

/** How many places are held in memory at once; each takes a few bytes. */
const PLACES_MAX = 4_000_000

function* batchesInOrder(db: WritableDb): Generator<[created_at: number, pk: number, key: string]> {
  for (let after: [number, number] = [Number.MIN_SAFE_INTEGER, 0]; ;) {
    const found = db.rows<[number, number, string]>(sql`
      SELECT created_at, pk, key FROM batches WHERE (created_at, pk) > (${after[0]}, ${after[1]}) ORDER BY created_at, pk LIMIT 1000`)
    yield* found
    const last = found.at(-1)
    if (last === undefined) return
    after = [last[0], last[1]]
  }
}

/** Works the search out of all rows. */
export function searchAnew(db: WritableDb): void {
  for (const table of ['search', 'search_pending', 'search_gone'])
    db.run({ text: `DELETE FROM ${table}`, values: [] })
  let changes = noChanges()
  let held = 0
  let put: typeof applyGram = putGram
  for (const [created_at, batch_pk, number] of batchesInOrder(db)) {
    const batch = nameBatch(changes, created_at, batch_pk)
    const serials = db.rows<[string]>(sql`SELECT key FROM units WHERE batch_pk = ${batch_pk}`)
    for (const key of [number, ...serials.map(([serial]) => serial)])
      eachGram(key, (gram) => {
        if (note(changes, gram, batch)) held += 1
      })
    if (held < PLACES_MAX) continue
    for (const gram of inOrder(changes)) put(db, changes, gram, union)
    changes = noChanges()
    held = 0
    put = applyGram
  }
  for (const gram of inOrder(changes)) put(db, changes, gram, union)
}

/**
 * Takes out of `search` what only the texts in search_gone put there. What waits in search_pending must go in first:
 * a text may be gone before it was merged. If its batch was deleted meanwhile and another took the pk, it went in under that
 * one's time: so each text is taken out at all times that its pk has had.
 */
export function mergeGone(db: WritableDb): void {
  mergePending(db)
  const gone = db.rows<[number, number, string]>(sql`
    WITH had (batch_pk, created_at) AS (
      SELECT batch_pk, created_at FROM search_gone
      UNION SELECT pk, created_at FROM batches WHERE pk IN (SELECT batch_pk FROM search_gone))
    SELECT DISTINCT had.created_at, batch_pk, key FROM search_gone JOIN had USING (batch_pk) ORDER BY had.created_at, batch_pk`)
  const changes = noChanges()
  let texts = ''
  for (const [created_at, batch_pk, key] of gone) {
    const known = changes.pks.length
    const batch = nameBatch(changes, created_at, batch_pk)
    if (batch === known) texts = textsOf(db, created_at, batch_pk)
    const kept = gramsWithin(key, texts)
    eachGram(key, (gram) => {
      if (!kept.has(gram)) note(changes, gram, batch)
    })
  }
  for (const gram of inOrder(changes)) applyGram(db, changes, gram, without)
  db.run(sql`DELETE FROM search_gone`)
}

function nameBatch({ times, pks }: Changes, created_at: number, batch_pk: number): number {
  const last = pks.length - 1
  if (last >= 0 && times[last] === created_at && pks[last] === batch_pk) return last
  times.push(created_at)
  return pks.push(batch_pk) - 1
}

/** Batches arrive in order, so a repeat can only be the last one. @returns whether it was none */
function note({ grams }: Changes, gram: number, batch: number): boolean {
  const batches = grams.get(gram)
  if (batches === undefined) grams.set(gram, [batch])
  else if (batches[batches.length - 1] === batch) return false
  else batches.push(batch)
  return true
}

const inOrder = ({ grams }: Changes) => Float64Array.from(grams.keys()).toSorted()

const places = emptyPostings()

function applyGram(db: WritableDb, changes: Changes, gram: number, combine: Combine): void {
  gatherPlaces(changes, gram)
  changeRun(db, gram, places, combine)
}

/** The same where the gram has no run yet. */
function putGram(db: WritableDb, changes: Changes, gram: number): void {
  gatherPlaces(changes, gram)
  writePieces(db, gram, places, true)
}

function gatherPlaces({ times, pks, grams }: Changes, gram: number): void {
  places.n = 0
  for (const batch of grams.get(gram)!) pushPlace(places, times[batch]!, pks[batch]!)
}

/** Every text that belongs to the batch now. Another batch may have taken the pk of a deleted one: then nothing does. */
function textsOf(db: WritableDb, created_at: number, batch_pk: number): string {
  const texts = db.rows<[string]>(sql`
    SELECT key FROM batches WHERE pk = ${batch_pk} AND created_at = ${created_at}
    UNION ALL
    SELECT u.key FROM batches b JOIN units u ON u.batch_pk = b.pk WHERE b.pk = ${batch_pk} AND b.created_at = ${created_at}`)
  return texts.join('\n')
}

/** The grams of `key` that `texts` contain as well. */
function gramsWithin(key: string, texts: string): Set<number> {
  const kept = new Set<number>()
  if (texts === '') return kept
  for (const size of [1, 2, 3, 5])
    for (let i = 0; i + size <= key.length; i++) {
      const piece = key.slice(i, i + size)
      if (texts.includes(piece)) eachGram(piece, (gram) => kept.add(gram))
    }
  return kept
}

type Piece = [created_at: number, batch_pk: number, n: number, rest: Uint8Array]
const old = emptyPostings()
const now = emptyPostings()

/** Changes one gram's run. Works from the end: of all pieces that begin before the last place, the latest is the one to change. */
function changeRun(db: WritableDb, gram: number, places: Postings, combine: Combine): void {
  for (let to = places.n; to > 0;) {
    const piece = pieceAt(db, gram, places.times[to - 1]!, places.pks[to - 1]!) ?? firstPiece(db, gram)
    const from = piece === undefined ? 0 : firstNotBefore(places, to, piece[0], piece[1])
    if (piece === undefined) old.n = 0
    else unpack(...piece, old)
    combine(old, places, from, to, now)
    if (now.n !== old.n) {
      if (piece && (now.n === 0 || now.times[0] !== piece[0] || now.pks[0] !== piece[1]))
        removePiece(db, gram, piece)
      const appended = old.n > 0 && now.n > 0 && now.times[old.n - 1] === old.times[old.n - 1]
      writePieces(db, gram, now, appended)
    }
    to = from
  }
}

function removePiece(db: WritableDb, gram: number, [created_at, batch_pk]: Piece): void {
  db.run(
    sql`DELETE FROM search WHERE gram = ${gram} AND created_at = ${created_at} AND batch_pk = ${batch_pk}`,
  )
}

function pieceAt(db: WritableDb, gram: number, created_at: number, batch_pk: number): Piece | undefined {
  return db.rows<Piece>(sql`
    SELECT created_at, batch_pk, n, rest FROM search
    WHERE gram = ${gram} AND (created_at, batch_pk) <= (${created_at}, ${batch_pk})
    ORDER BY created_at DESC, batch_pk DESC LIMIT 1`)[0]
}

/** Everything that is left lies before the run: it joins the run's first piece. */
function firstPiece(db: WritableDb, gram: number): Piece | undefined {
  return db.rows<Piece>(sql`
    SELECT created_at, batch_pk, n, rest FROM search WHERE gram = ${gram} ORDER BY created_at, batch_pk LIMIT 1`)[0]
}

/** Where the places at or after a piece's first begin; all of them, if all lie before it. */
function firstNotBefore({ times, pks }: Postings, to: number, created_at: number, batch_pk: number): number {
  let from = to
  while (from > 0 && (times[from - 1]! - created_at || pks[from - 1]! - batch_pk) >= 0) from--
  return from === to ? 0 : from
}

/** A piece that grew at its end is left full; one that grew inside is halved, so that it can grow there again. */
function writePieces(db: WritableDb, gram: number, places: Postings, appended: boolean): void {
  let to = appended || pack(places, 0, places.n).next === places.n ? places.n : places.n >> 1
  for (let from = 0; from < places.n;) {
    const { rest, next } = pack(places, from, to)
    db.run(sql`
      INSERT INTO search (gram, created_at, batch_pk, n, rest)
      VALUES (${gram}, ${places.times[from]!}, ${places.pks[from]!}, ${next - from}, ${rest})
      ON CONFLICT DO UPDATE SET n = excluded.n, rest = excluded.rest`)
    from = next
    if (from === to) to = places.n
  }
}
