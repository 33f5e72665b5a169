import type { Row, State } from '../../model/state.ts'
import { isSameValue } from '../../model/sync/chain.ts'
import { type Overlay, overlay } from '../../model/sync/overlay.ts'
import type { Write } from '../../model/sync/station.ts'
import type { Noun } from '../../model/state.ts'
import type { ReadableDb, WritableDb } from './database.ts'
import { isNounKnown, knownOf } from './deferred.ts'
import { type Query, sql } from './sql.ts'

/**
 * Headquarters' new history, read beside the base that scripts still use. The base stands still meanwhile, so a row that is
 * the same in both is noted as that alone: to take the new history then costs what differs.
 */
export function emptyStage(db: WritableDb): void {
  db.run(sql`DELETE FROM stage_rows`)
  db.run(sql`DELETE FROM stage_own`)
}

export function putStage(db: WritableDb, base: State, { rows, own }: NonNullable<Write['stage']>): void {
  for (const row of rows) {
    const before = isNounKnown(row) ? base.get(row.noun, row.id) : undefined
    const same = before !== undefined && isSameValue(before, row)
    db.run(sql`INSERT INTO stage_rows (id, noun, same, row)
      VALUES (${row.id}, ${row.noun}, ${same ? 1 : 0}, ${same ? null : JSON.stringify(row)})
      ON CONFLICT DO UPDATE SET same = excluded.same, row = excluded.row`)
  }
  for (const [op_id, seq] of own)
    if (
      db.one(
        sql`SELECT 1 FROM journal WHERE op_id = ${op_id} UNION ALL SELECT 1 FROM archive WHERE op_id = ${op_id}`,
      )
    )
      db.run(
        sql`INSERT INTO stage_own (op_id, seq) VALUES (${op_id}, ${seq}) ON CONFLICT DO UPDATE SET seq = excluded.seq`,
      )
}

export function stagedSeq(db: ReadableDb, op_id: string): number | undefined {
  return db.one<{ seq: number }>(sql`SELECT seq FROM stage_own WHERE op_id = ${op_id}`)?.seq
}

/** Rows of a table that are looked at in one go: a millisecond. */
const PIECE = 500

/** A table that is keyed by id and noun, piece by piece: each a condition on its key. */
function* piecesOf(db: ReadableDb, table: Query): Generator<Query> {
  let after = { id: '', noun: '' }
  for (;;) {
    const begun = sql`(id, noun) > (${after.id}, ${after.noun})`
    const last = db.one<typeof after>(sql`
      SELECT id, noun FROM ${table} WHERE ${begun} ORDER BY id, noun LIMIT 1 OFFSET ${PIECE - 1}`)
    yield last === undefined ? begun : sql`${begun} AND (id, noun) <= (${last.id}, ${last.noun})`
    if (last === undefined) return
    after = last
  }
}

/** The places of the station's own operations in the new history, stopping wherever others may be served. */
export function* stagedPlaces(db: ReadableDb): Generator<void, ReadonlyMap<string, number>> {
  const places = new Map<string, number>()
  for (let after = ''; ;) {
    const found = db.rows<[string, number]>(
      sql`SELECT op_id, seq FROM stage_own WHERE op_id > ${after} ORDER BY op_id LIMIT ${PIECE}`,
    )
    for (const [op_id, seq] of found) places.set(op_id, seq)
    if (found.length < PIECE) return places
    after = found.at(-1)![0]
    yield
  }
}

/** The base as the new history has it, and its rows of which something is unknown here. */
export interface StagedBase {
  readonly next: Overlay
  readonly deferred: readonly Row[]
}

/** Works it out, stopping wherever others may be served. */
export function* stagedBase(db: ReadableDb, base: State): Generator<void, StagedBase> {
  const next = overlay(base)
  const rows: Row[] = []
  const deferred: Row[] = []
  for (const piece of piecesOf(db, sql`stage_rows`)) {
    for (const { row } of db.all<{ row: string }>(
      sql`SELECT row FROM stage_rows WHERE same = 0 AND ${piece}`,
    )) {
      const whole = JSON.parse(row) as Row
      const known = knownOf(whole)
      if (known !== whole) deferred.push(whole)
      if (known !== undefined) rows.push(known)
    }
    yield
  }
  // With keys let go of first, no order of rows can make two hold one.
  yield* dropGone(db, next)
  for (const { noun, id } of rows) {
    next.drop(noun, id)
    yield
  }
  for (const row of rows) {
    next.put(row)
    yield
  }
  return { next, deferred }
}

/** Of a base row either the live row is headquarters' row, or its image was kept aside. */
function* dropGone(db: ReadableDb, next: Overlay): Generator<void> {
  const tables = [
    [sql`row_marks`, sql`in_base = 1`],
    [sql`base_rows`, sql`true`],
  ] as const
  for (const [table, is_base] of tables)
    for (const piece of piecesOf(db, table)) {
      const gone = db.all<{
        noun: Noun
        id: string
      }>(sql`SELECT noun, id FROM ${table} AS b WHERE ${piece} AND ${is_base}
        AND NOT EXISTS (SELECT 1 FROM stage_rows s WHERE s.id = b.id AND s.noun = b.noun)`)
      for (const { noun, id } of gone) next.drop(noun, id)
      yield
    }
}

/** Rows that waiting operations made another than headquarters has them, stopping wherever others may be served. */
export function* pendingRows(db: ReadableDb): Generator<void, string[]> {
  const names: string[] = []
  for (let after = { id: '', noun: '' }; ;) {
    const found = db.all<typeof after>(sql`SELECT id, noun FROM row_marks INDEXED BY row_marks_pending
      WHERE in_base = 0 AND (id, noun) > (${after.id}, ${after.noun}) ORDER BY id, noun LIMIT ${PIECE}`)
    for (const { id, noun } of found) names.push(`${noun}:${id}`)
    if (found.length < PIECE) return names
    after = found.at(-1)!
    yield
  }
}
