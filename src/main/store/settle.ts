import type { Row, State } from '../../model/state.ts'
import { isSameValue } from '../../model/sync/chain.ts'
import { applyRows, type Vanished } from './apply.ts'
import { dropBase, keepBase, type Marked, markedState, putMarks } from './base.ts'
import { meetCreators, sameBirth } from './births.ts'
import type { WritableDb } from './database.ts'
import { heirsAmong, turnOf, withoutHeirs } from './heirs.ts'
import { marksOf } from './marks.ts'
import { sql } from './sql.ts'
import { nameOf, type Strangers, without } from './strangers.ts'
import type { Synced } from './synced.ts'
import { renameRow, shapes } from './tables.ts'

interface Settled {
  readonly names: Iterable<string>
  /** What the tables show; read from them if it is not given. */
  readonly before?: State
  readonly live: State
  readonly base: State
  readonly strangers: Strangers
}

/** Makes the tables show `live` for these rows, and remembers how they stand to the base. */
export function settle(db: WritableDb, synced: Synced, settled: Settled): void {
  const { names, before = markedState(db), live, base } = settled
  const own = synced.meta(db)!.station_id
  const shown = without(before, settled.strangers)
  const turns = [...names].map((name) => {
    const turn = turnOf(name, shown, live)
    return { ...turn, said: base.get(turn.noun, turn.id) }
  })
  const heirs = heirsAmong(turns)
  for (const { noun, id, heir } of heirs.places) db.run(renameRow(noun, id, heir))
  const strangers = withoutHeirs(settled.strangers, heirs)
  const rows = turns.flatMap(({ old, row }) => (row && !(old && isSame(heirs.renamed(old), row)) ? row : []))
  // The station itself was made by no operation: none can undo it.
  const vanished = turns.flatMap(({ noun, id, old, row }) =>
    row === undefined && old && !(noun === 'station' && id === own) ? old : [],
  )
  const marks = marksOf(db)
  const some_kept = db.one(sql`SELECT 1 FROM base_rows LIMIT 1`) !== undefined
  if (some_kept) for (const { row } of turns) if (row && !strangers.has(nameOf(row))) dropBase(db, row)
  for (const row of vanished) {
    dropBase(db, row)
    db.run(sql`DELETE FROM row_marks WHERE id = ${row.id} AND noun = ${row.noun}`)
  }
  const known = rows.filter((row) => !strangers.has(nameOf(row)))
  unbury(db, [...known.filter((row) => !row.deleted && row.into === null), ...vanished])
  meetCreators(db, rows)
  // Of rows that leave together one may refer to another that left before it. Said only where it is so: SQLite prepares every statement
  // anew after this one.
  if (vanished.length > 0 || rows.some((row) => row.deleted || row.into !== null))
    db.run(sql`PRAGMA defer_foreign_keys = ON`)
  // A row that this station made and headquarters does not know yet can turn out to be somebody else's, and so is one that stands where
  // another stood; a station may have been met as the maker of something before anybody said when it was made itself.
  for (const row of known)
    if (live !== base || heirs.places.length > 0 || shapes[row.noun].stays) sameBirth(db, row)
  applyRows(db, rows, vanished, strangers)
  const marked = turns.flatMap(({ row, said }): Marked | [] => {
    if (row === undefined) return []
    const in_base = said !== undefined && isSameValue(said, row)
    if (!in_base && said !== undefined) keepBase(db, said)
    return { row, marks: marks.encode(db, row.marks), in_base }
  })
  putMarks(db, marked)
}

/** Whether the tables show the row just so, whoever wrote what in it. Who made it a table may have yet to learn (births.ts). */
export function isSame(old: Row, row: Row): boolean {
  if (old.deleted || old.into !== null || shapes[row.noun].stays) return false
  return isSameValue({ ...old, marks: row.marks }, row)
}

/** Rows that live again, or never were, leave no grave. */
function unbury(db: WritableDb, rows: readonly Vanished[]): void {
  if (rows.length === 0) return
  const names = JSON.stringify(rows.map(({ noun, id }) => [id, noun]))
  db.run(
    sql`DELETE FROM graves WHERE (id, noun) IN (SELECT value ->> 0, value ->> 1 FROM json_each(${names}))`,
  )
  db.run(
    sql`DELETE FROM aliases WHERE (id, noun) IN (SELECT value ->> 0, value ->> 1 FROM json_each(${names}))`,
  )
}
