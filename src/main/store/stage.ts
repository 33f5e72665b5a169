import type { Row, State } from '../../model/state.ts'
import { canonical } from '../../model/sync/chain.ts'
import { type Overlay, overlay } from '../../model/sync/overlay.ts'
import type { Write } from '../../model/sync/station.ts'
import type { Noun } from '../../model/state.ts'
import type { ReadableDb, WritableDb } from './database.ts'
import { deferAnew, isNounKnown } from './deferred.ts'
import { sql } from './sql.ts'

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
    const same = before !== undefined && canonical(before) === canonical(row)
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

/** The base as the new history has it; what of that is unknown here is kept from now on in the place of what was kept of the old one. */
export function stagedBase(db: WritableDb, base: State): Overlay {
  const next = overlay(base)
  // A base row is one whose live row is headquarters' row, or whose image was kept aside.
  const gone = db.all<{ noun: Noun; id: string }>(sql`
    SELECT noun, id FROM row_marks WHERE in_base = 1
      AND NOT EXISTS (SELECT 1 FROM stage_rows s WHERE s.id = row_marks.id AND s.noun = row_marks.noun)
    UNION ALL SELECT noun, id FROM base_rows
      WHERE NOT EXISTS (SELECT 1 FROM stage_rows s WHERE s.id = base_rows.id AND s.noun = base_rows.noun)`)
  const found = db.all<{ row: string }>(sql`SELECT row FROM stage_rows WHERE same = 0`)
  const rows = deferAnew(
    db,
    found.map(({ row }) => JSON.parse(row) as Row),
  )
  for (const { noun, id } of [...gone, ...rows]) next.drop(noun, id)
  for (const row of rows) next.put(row)
  return next
}
