import type { ReadableDb, WritableDb } from './database.ts'
import { eachGram } from './grams.ts'
import { type Combine, emptyPostings, pushPlace, union, without } from './postings.ts'
import { changeRun, writePieces } from './search-runs.ts'
import { sql } from './sql.ts'

/** Which batches gain or lose which grams. Batches come in the order of the list and are numbered as they come. */
interface Changes {
  readonly times: number[]
  readonly pks: number[]
  readonly grams: Map<number, number[]>
}

type Text = readonly [created_at: number, batch_pk: number, key: string]

/**
 * A merge of texts that waited when it was planned: those that came into their batches, or those that left. It may be done in pieces, each
 * in a transaction of its own: until the last one its texts go on waiting, so a search is right whichever of their grams are merged, and
 * whoever stops half-way loses nothing, for to merge a gram twice is to merge it once.
 */
export interface Merge {
  readonly way: 'in' | 'out'
  readonly last: number
  /** The last text that had left by then. */
  readonly gone: number
  /** In the order of the list. */
  readonly texts: readonly Text[]
  /** How many of the texts are taken apart. */
  noted: number
  readonly changes: Changes
  /** Of the batch whose texts are taken apart now, what it holds still: its grams stay. */
  held: string
  /** In their order: pages are visited once each. Known when all texts are taken apart. */
  grams: Float64Array | null
  /** How many of the grams are done. */
  done: number
  /** It came to its own end: nobody else's took its place. */
  ended: boolean
  readonly nth: number
}

/** Merges finished so far. Each ends the waiting of what earlier plans of the same texts name: they are void. */
const finished = new WeakMap<ReadableDb, number>()
const finishedOn = (db: ReadableDb) => finished.get(db) ?? 0

/** Plans made so far are void: the rows that they name are not what they were. */
export const forgetMerges = (db: ReadableDb) => void finished.set(db, finishedOn(db) + 1)

/** How many texts wait, or at most how many: the pks of search_pending go up without gaps until it is empty. */
export const textsWaiting = (db: ReadableDb) => spanOf(db, 'search_pending')

/** The same of those that left their batches. */
export const textsGone = (db: ReadableDb) => spanOf(db, 'search_gone')

function spanOf(db: ReadableDb, table: string): number {
  const text = `SELECT (SELECT max(pk) FROM ${table}) - (SELECT min(pk) FROM ${table}) AS span`
  const { span } = db.one<{ span: number | null }>({ text, values: [] })!
  return span === null ? 0 : span + 1
}

const lastOf = (db: ReadableDb, table: string) =>
  db.one<{ last: number | null }>({ text: `SELECT max(pk) AS last FROM ${table}`, values: [] })!.last

function planned(db: ReadableDb, way: Merge['way'], last: number, texts: readonly Text[]): Merge {
  return {
    way,
    last,
    gone: lastOf(db, 'search_gone') ?? 0,
    texts,
    noted: 0,
    changes: noChanges(),
    held: '',
    grams: null,
    done: 0,
    ended: false,
    nth: finishedOn(db),
  }
}

/** What there is to merge now. */
export function planMerge(db: ReadableDb): Merge | undefined {
  const last = lastOf(db, 'search_pending')
  if (last === null) return undefined
  const texts = db.rows<[number, number, string]>(sql`
    SELECT b.created_at, b.pk, p.key FROM search_pending p JOIN batches b ON b.pk = p.batch_pk ORDER BY b.created_at, b.pk`)
  return planned(db, 'in', last, texts)
}

/**
 * What there is to take out of `search`. If a batch was deleted and another took its pk, its texts went in under that one's time: so
 * each text is taken out at all times that its pk has had.
 * @param merged the merge of all texts that waited, for a text may be gone before it was merged; undefined if none waits
 * @returns undefined if that merge did not come to its end
 */
export function planRemoval(db: ReadableDb, merged: Merge | undefined): Merge | undefined {
  if (merged !== undefined && !(merged.ended && finishedOn(db) === merged.nth + 1)) return undefined
  const last = merged?.gone ?? lastOf(db, 'search_gone') ?? 0
  const texts = db.rows<[number, number, string]>(sql`
    WITH gone AS (SELECT DISTINCT batch_pk, key FROM search_gone WHERE pk <= ${last}),
      had (batch_pk, created_at) AS (
        SELECT batch_pk, created_at FROM search_gone
        UNION SELECT pk, created_at FROM batches WHERE pk IN (SELECT batch_pk FROM gone))
    SELECT had.created_at, batch_pk, key FROM gone JOIN had USING (batch_pk) ORDER BY had.created_at, batch_pk`)
  return planned(db, 'out', last, texts)
}

const noChanges = (): Changes => ({ times: [], pks: [], grams: new Map() })
/** Texts taken apart between two looks at the time: some 100 µs. */
const TEXTS_AT_ONCE = 64

/** @returns false if there is more to do */
function takeApart(db: ReadableDb, merge: Merge, enough: () => boolean): boolean {
  const { texts, changes, way } = merge
  while (merge.noted < texts.length) {
    const [created_at, batch_pk, key] = texts[merge.noted]!
    const known = changes.pks.length
    const batch = nameBatch(changes, created_at, batch_pk)
    if (way === 'out' && batch === known) merge.held = textsOf(db, created_at, batch_pk)
    const stays = way === 'out' ? gramsWithin(key, merge.held) : none
    eachGram(key, (gram) => {
      if (!stays.has(gram)) note(changes, gram, batch)
    })
    merge.noted += 1
    if ((way === 'out' || merge.noted % TEXTS_AT_ONCE === 0) && enough()) return false
  }
  return true
}

const none: ReadonlySet<number> = new Set()

/**
 * Goes on with a merge.
 * @param enough asked after each gram and after some texts: the rest is for the next transaction when it says true
 * @returns false if there is more to do
 */
export function goOnMerging(db: WritableDb, merge: Merge, enough: () => boolean): boolean {
  // What another merge put in since may be what this one would take out.
  if (merge.nth !== finishedOn(db)) return true
  if (!takeApart(db, merge, enough)) return false
  const { way, changes, last } = merge
  const grams = (merge.grams ??= inOrder(changes))
  while (merge.done < grams.length) {
    applyGram(db, changes, grams[merge.done]!, way === 'in' ? union : without)
    merge.done += 1
    if (merge.done < grams.length && enough()) return false
  }
  if (way === 'in') db.run(sql`DELETE FROM search_pending WHERE pk <= ${last}`)
  else db.run(sql`DELETE FROM search_gone WHERE pk <= ${last}`)
  finished.set(db, merge.nth + 1)
  merge.ended = true
  return true
}

/** Moves every text of search_pending into `search`. */
export function mergePending(db: WritableDb): Merge | undefined {
  const merge = planMerge(db)
  if (merge !== undefined) goOnMerging(db, merge, () => false)
  return merge
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

/**
 * Works the search out of all rows.
 * @param between called between two of its entries: what is written so far may be committed there
 */
export function searchAnew(db: WritableDb, between: () => void = () => {}): void {
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
    bring()
    changes = noChanges()
    held = 0
    put = applyGram
  }
  bring()

  function bring(): void {
    for (const gram of inOrder(changes)) {
      put(db, changes, gram, union)
      between()
    }
  }
}

/** Takes out of `search` what only the texts in search_gone put there; all that waits goes in first. */
export function mergeGone(db: WritableDb): void {
  goOnMerging(db, planRemoval(db, mergePending(db))!, () => false)
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
function textsOf(db: ReadableDb, created_at: number, batch_pk: number): string {
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
