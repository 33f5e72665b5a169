import { nouns } from '../../model/decide/nouns.ts'
import type { Noun, Row } from '../../model/state.ts'
import type { WritableDb } from './database.ts'
import { forgetText, isSearchKept, noteText, noteTextsAfter } from './search.ts'
import { sql } from './sql.ts'
import { nameOf, noStrangers, type Strangers } from './strangers.ts'
import {
  idsNamed,
  insertAndRead,
  insertRow,
  insertRows,
  placeAmongOwn,
  readStanding,
  referredFirst,
  releaseKey,
  removeRow,
  shapes,
  type Standing,
  updateRow,
} from './tables.ts'

/** A row that turns out never to have been: the operation that made it was not done after all. */
export type Vanished = Pick<Row, 'noun' | 'id' | 'created_at'>

/**
 * Writes the rows of a decision: keys released, then rows written (those referred to first), then deleted rows buried.
 * @param vanished rows that leave without a grave
 * @param strangers rows that are known not to stand in the tables yet
 */
export function applyRows(
  db: WritableDb,
  changed: readonly Row[],
  vanished: readonly Vanished[] = [],
  strangers: Strangers = noStrangers,
): void {
  const before = (row: Vanished) => (strangers.has(nameOf(row)) ? undefined : standing(db, row))
  if (changed.length === 1 && vanished.length === 0 && !gone(changed[0]!)) {
    write(db, changed[0]!, before(changed[0]!))
    return
  }
  const befores = new Map<string, Standing>()
  for (const row of [...changed, ...vanished]) {
    const old = before(row)
    if (old === undefined) continue
    befores.set(nameOf(row), old)
    if (nouns[row.noun].unique) db.run(releaseKey(row.noun, row.id))
  }
  for (const noun of referredFirst) {
    const rows = changed.filter((row) => row.noun === noun && !gone(row))
    if (rows.length === 0) continue
    for (const row of rows) {
      const old = befores.get(nameOf(row))
      if (old !== undefined) write(db, row, old)
    }
    insert(
      db,
      noun,
      rows.filter((row) => !befores.has(nameOf(row))),
    )
  }
  for (const row of changed) if (!gone(row)) for (const query of placeAmongOwn(row)) db.run(query)
  for (const noun of referredFirst.toReversed()) {
    for (const row of changed) if (row.noun === noun && gone(row)) bury(db, row, befores.get(nameOf(row)))
    for (const row of vanished) if (row.noun === noun) remove(db, row, befores.get(nameOf(row)))
  }
}

const gone = (row: Row) => row.deleted || row.into !== null

const standing = (db: WritableDb, { noun, id }: Vanished) => db.one<Standing>(readStanding(noun, id))

function write(db: WritableDb, row: Row, old: Standing | undefined): void {
  const searched = shapes[row.noun].searched_in !== undefined && isSearchKept(db)
  if (old === undefined && !searched) {
    db.run(insertRow(row))
    return
  }
  const now = db.one<Standing>(old ? updateRow(row, old.pk) : insertAndRead(row))
  if (searched) keepSearch(db, old, now)
}

/** Rows that were not there before. */
function insert(db: WritableDb, noun: Noun, rows: readonly Row[]): void {
  if (rows.length === 0) return
  const { table, searched_in } = shapes[noun]
  const searched = searched_in !== undefined && isSearchKept(db)
  const last = searched
    ? db.one<{ pk: number | null }>({ text: `SELECT max(pk) AS pk FROM ${table}`, values: [] })
    : undefined
  const pks = new Map([...idsNamed(noun, rows)].map(([named, ids]) => [named, pksOf(db, named, ids)]))
  for (const query of insertRows(noun, rows, pks)) db.run(query)
  if (searched) noteTextsAfter(db, table, searched_in, last!.pk ?? 0)
}

function pksOf(db: WritableDb, table: string, ids: ReadonlySet<string>): ReadonlyMap<string, number> {
  const text = `SELECT id, pk FROM ${table} WHERE id IN (SELECT value FROM json_each(+?))`
  return new Map(db.rows<[string, number]>({ text, values: [JSON.stringify([...ids])] }))
}

/** The search follows a number or serial number: out of the batch it was in, into the batch it is in. */
function keepSearch(db: WritableDb, old: Standing | undefined, now: Standing | undefined): void {
  if (old && now && old.key === now.key && old.batch_pk === now.batch_pk) return
  if (old && old.batch_pk !== null) {
    const batch = db.one<{ created_at: number }>(
      sql`SELECT created_at FROM batches WHERE pk = ${old.batch_pk}`,
    )
    if (batch) forgetText(db, old.batch_pk, batch.created_at, old.key)
  }
  if (now && now.batch_pk !== null) noteText(db, now.batch_pk, now.key)
}

/** A deleted row can still be asked for by operations that come late; a joined one goes on answering under its own id. */
function bury(db: WritableDb, row: Row, old: Standing | undefined): void {
  const key = row.into === null ? row.key : null
  db.run(sql`INSERT INTO graves (id, noun, row, scope, key)
    VALUES (${row.id}, ${row.noun}, ${JSON.stringify(row)}, ${row.scope}, ${key})
    ON CONFLICT DO UPDATE SET row = excluded.row, scope = excluded.scope, key = excluded.key`)
  if (row.into === null) db.run(sql`DELETE FROM aliases WHERE id = ${row.id} AND noun = ${row.noun}`)
  else
    db.run(sql`INSERT INTO aliases (id, noun, into_id) VALUES (${row.id}, ${row.noun}, ${row.into})
      ON CONFLICT DO UPDATE SET into_id = excluded.into_id`)
  if (!old && shapes[row.noun].stays) {
    db.run(insertRow(row))
    db.run(removeRow(row.noun, row.id))
  } else remove(db, row, old)
}

function remove(db: WritableDb, row: Vanished, old: Standing | undefined): void {
  if (!old) return
  db.run(removeRow(row.noun, row.id))
  // With the batch itself its time is gone too, by which the search knows it.
  if (row.noun === 'batch') forgetText(db, old.pk, row.created_at, old.key)
  else if (shapes[row.noun].searched_in) keepSearch(db, old, undefined)
}
