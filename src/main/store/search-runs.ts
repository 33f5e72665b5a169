import type { WritableDb } from './database.ts'
import { type Combine, emptyPostings, pack, type Postings, unpack } from './postings.ts'
import { sql } from './sql.ts'

type Piece = [created_at: number, batch_pk: number, n: number, rest: Uint8Array]
const old = emptyPostings()
const now = emptyPostings()

/** Changes one gram's run. Works from the end: of all pieces that begin before the last place, the latest is the one to change. */
export function changeRun(db: WritableDb, gram: number, places: Postings, combine: Combine): void {
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
export function writePieces(db: WritableDb, gram: number, places: Postings, appended: boolean): void {
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
