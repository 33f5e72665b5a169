import type { WritableDb } from './database.ts'
import { eachGram } from './grams.ts'
import { type Postings, emptyPostings, pack, pushPlace, union, unpack, without } from './postings.ts'
import { sql } from './sql.ts'

/** Which batches gain or lose which grams. Batches come in the order of the list and are numbered as they come. */
interface Changes {
  readonly times: number[]
  readonly pks: number[]
  readonly grams: Map<number, number[]>
}

/** Moves every text of search_pending into `search`, gram by gram in ascending order: pages are visited once each. */
export function mergePending(db: WritableDb): void {
  const waiting = db.rows<[number, number, string]>(sql`
    SELECT b.created_at, b.pk, p.key FROM search_pending p JOIN batches b ON b.pk = p.batch_pk ORDER BY b.created_at, b.pk`)
  if (waiting.length === 0) return
  const changes: Changes = { times: [], pks: [], grams: new Map() }
  for (const [created_at, batch_pk, key] of waiting) {
    const batch = nameBatch(changes, created_at, batch_pk)
    eachGram(key, (gram) => note(changes, gram, batch))
  }
  apply(db, changes, union)
  db.run(sql`DELETE FROM search_pending`)
}

/**
 * Takes out of `search` what only the texts in search_gone put there. What waits in search_pending must go in first:
 * a text may be gone before it was merged.
 */
export function mergeGone(db: WritableDb): void {
  mergePending(db)
  const gone = db.rows<[number, number, string]>(sql`
    SELECT created_at, batch_pk, key FROM search_gone ORDER BY created_at, batch_pk`)
  const changes: Changes = { times: [], pks: [], grams: new Map() }
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
  apply(db, changes, without)
  db.run(sql`DELETE FROM search_gone`)
}

function nameBatch({ times, pks }: Changes, created_at: number, batch_pk: number): number {
  const last = pks.length - 1
  if (last >= 0 && times[last] === created_at && pks[last] === batch_pk) return last
  times.push(created_at)
  return pks.push(batch_pk) - 1
}

/** Batches arrive in order, so a repeat can only be the last one. */
function note({ grams }: Changes, gram: number, batch: number): void {
  const batches = grams.get(gram)
  if (batches === undefined) grams.set(gram, [batch])
  else if (batches[batches.length - 1] !== batch) batches.push(batch)
}

function apply(db: WritableDb, { times, pks, grams }: Changes, combine: Combine): void {
  const places = emptyPostings()
  for (const gram of Float64Array.from(grams.keys()).toSorted()) {
    places.n = 0
    for (const batch of grams.get(gram)!) pushPlace(places, times[batch]!, pks[batch]!)
    changeRun(db, gram, places, combine)
  }
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

type Combine = (old: Postings, places: Postings) => Postings
type Piece = [created_at: number, batch_pk: number, n: number, rest: Uint8Array]
const old = emptyPostings()

/** Changes one gram's run. Works from the end: of all pieces that begin before the last place, the latest is the one to change. */
function changeRun(db: WritableDb, gram: number, places: Postings, combine: Combine): void {
  const rest = { ...places }
  while (rest.n > 0) {
    const piece = pieceAt(db, gram, rest.times[rest.n - 1]!, rest.pks[rest.n - 1]!) ?? firstPiece(db, gram)
    const begin = piece === undefined ? 0 : firstNotBefore(rest, piece[0], piece[1])
    if (piece === undefined) old.n = 0
    else unpack(...piece, old)
    const now = combine(old, slice(rest, begin, rest.n))
    if (now.n !== old.n) {
      const appended = old.n > 0 && now.n > 0 && now.times[old.n - 1] === old.times[old.n - 1]
      if (piece && (now.n === 0 || now.times[0] !== piece[0] || now.pks[0] !== piece[1]))
        db.run(
          sql`DELETE FROM search WHERE gram = ${gram} AND created_at = ${piece[0]} AND batch_pk = ${piece[1]}`,
        )
      writePieces(db, gram, now, appended)
    }
    rest.n = begin
  }
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
function firstNotBefore({ n, times, pks }: Postings, created_at: number, batch_pk: number): number {
  let begin = n
  while (begin > 0 && (times[begin - 1]! - created_at || pks[begin - 1]! - batch_pk) >= 0) begin--
  return begin === n ? 0 : begin
}

const slice = ({ times, pks }: Postings, from: number, to: number): Postings => ({
  n: to - from,
  times: times.subarray(from, to),
  pks: pks.subarray(from, to),
})

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
