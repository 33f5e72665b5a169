import type { Noun, Row } from '../../model/state.ts'
import type { WritableDb } from './database.ts'
import { forgetText, noteText } from './search.ts'
import { sql } from './sql.ts'

/** What stands in the tables before a row is written. */
interface Before {
  readonly pk: number
  readonly key: string
  /** The batch whose search text the key belongs to: the unit's batch, or the batch itself. */
  readonly batch_pk: number | null
}

const referredFirst: readonly Noun[] = ['station', 'part', 'revision', 'batch', 'unit']

/** A row that turns out never to have been: the operation that made it was not done after all. */
export type Vanished = Pick<Row, 'noun' | 'id' | 'created_at'>

/**
 * Writes the rows of a decision: keys released, then rows written (those referred to first), then deleted rows buried.
 * @param vanished rows that leave without a grave
 */
export function applyRows(db: WritableDb, changed: readonly Row[], vanished: readonly Vanished[] = []): void {
  if (changed.length === 1 && vanished.length === 0 && !gone(changed[0]!)) {
    write(db, changed[0]!, before(db, changed[0]!))
    return
  }
  const befores = new Map([...changed, ...vanished].map((row) => [row.id, before(db, row)]))
  for (const row of [...changed, ...vanished]) if (befores.get(row.id)) release(db, row)
  for (const noun of referredFirst)
    for (const row of changed) if (row.noun === noun && !gone(row)) write(db, row, befores.get(row.id))
  for (const row of changed) if (row.noun === 'unit' && !gone(row)) placeUnder(db, row)
  for (const noun of referredFirst.toReversed()) {
    for (const row of changed) if (row.noun === noun && gone(row)) bury(db, row, befores.get(row.id))
    for (const row of vanished) if (row.noun === noun) remove(db, row, befores.get(row.id))
  }
}

/** Among rows that arrive together a child may have been written before its parent. */
function placeUnder(db: WritableDb, row: Row): void {
  const parent_id = text(row, 'parent_id')
  if (parent_id === null) return
  db.run(
    sql`UPDATE units SET parent_pk = (SELECT pk FROM units WHERE id = ${parent_id}) WHERE id = ${row.id} AND parent_pk IS NULL`,
  )
}

const gone = (row: Row) => row.deleted || row.into !== null

function before(db: WritableDb, row: Vanished): Before | undefined {
  switch (row.noun) {
    case 'part':
      return db.one(sql`SELECT pk, key, NULL AS batch_pk FROM parts WHERE id = ${row.id}`)
    case 'revision':
      return db.one(sql`SELECT pk, key, NULL AS batch_pk FROM revisions WHERE id = ${row.id}`)
    case 'batch':
      return db.one(sql`SELECT pk, key, pk AS batch_pk FROM batches WHERE id = ${row.id}`)
    case 'unit':
      return db.one(sql`SELECT pk, key, batch_pk FROM units WHERE id = ${row.id}`)
    case 'station':
      return db.one(sql`SELECT pk, id AS key, NULL AS batch_pk FROM stations WHERE id = ${row.id}`)
  }
}

/** Gives the key away for a moment, so that rows of one decision can swap theirs. `~` is in no identifier. */
function release(db: WritableDb, { noun, id }: Vanished): void {
  switch (noun) {
    case 'part':
      return void db.run(sql`UPDATE parts SET key = '~' || id WHERE id = ${id}`)
    case 'batch':
      return void db.run(sql`UPDATE batches SET key = '~' || id WHERE id = ${id}`)
    case 'unit':
      return void db.run(sql`UPDATE units SET key = '~' || id WHERE id = ${id}`)
    case 'revision':
      return void db.run(sql`UPDATE revisions SET key = '~' || id WHERE id = ${id}`)
    case 'station':
      return
  }
}

function write(db: WritableDb, row: Row, old: Before | undefined): void {
  if (old) update(db, row, old.pk)
  else insert(db, row)
  if (row.noun !== 'batch' && row.noun !== 'unit') return
  keepSearch(db, old, before(db, row))
}

/** The search follows a number or serial number: out of the batch it was in, into the batch it is in. */
function keepSearch(db: WritableDb, old: Before | undefined, now: Before | undefined): void {
  if (old && now && old.key === now.key && old.batch_pk === now.batch_pk) return
  if (old && old.batch_pk !== null) {
    const batch = db.one<{ created_at: number }>(
      sql`SELECT created_at FROM batches WHERE pk = ${old.batch_pk}`,
    )
    if (batch) forgetText(db, old.batch_pk, batch.created_at, old.key)
  }
  if (now && now.batch_pk !== null) noteText(db, now.batch_pk, now.key)
}

function insert(db: WritableDb, row: Row): void {
  const { id, name, key, created_at, created_by_user_id: user, created_by_station_id: station } = row
  switch (row.noun) {
    case 'part':
      return void db.run(sql`INSERT INTO parts (id, number, key, name, created_at, created_by_user_pk, created_by_station_pk)
        VALUES (${id}, ${name}, ${key}, ${text(row, 'name')}, ${created_at},
          (SELECT pk FROM users WHERE id = ${user}), (SELECT pk FROM stations WHERE id = ${station}))`)
    case 'revision':
      return void db.run(sql`
        INSERT INTO revisions (id, part_pk, number, key, image_id, created_at, created_by_user_pk, created_by_station_pk)
        VALUES (${id}, (SELECT pk FROM parts WHERE id = ${text(row, 'part_id')}), ${name}, ${key}, ${text(row, 'image_id')}, ${created_at},
          (SELECT pk FROM users WHERE id = ${user}), (SELECT pk FROM stations WHERE id = ${station}))`)
    case 'batch':
      return void db.run(sql`INSERT INTO batches (id, number, key, created_at, created_by_user_pk, created_by_station_pk)
        VALUES (${id}, ${name}, ${key}, ${created_at},
          (SELECT pk FROM users WHERE id = ${user}), (SELECT pk FROM stations WHERE id = ${station}))`)
    case 'unit':
      return void db.run(sql`
        INSERT INTO units (id, serial_number, key, revision_pk, batch_pk, parent_pk, sample, metadata, created_at,
          created_by_user_pk, created_by_station_pk)
        VALUES (${id}, ${name}, ${key}, (SELECT pk FROM revisions WHERE id = ${text(row, 'revision_id')}),
          (SELECT pk FROM batches WHERE id = ${text(row, 'batch_id')}), (SELECT pk FROM units WHERE id = ${text(row, 'parent_id')}),
          ${text(row, 'sample')}, ${metadata(row)}, ${created_at},
          (SELECT pk FROM users WHERE id = ${user}), (SELECT pk FROM stations WHERE id = ${station}))`)
    case 'station':
      return void db.run(sql`INSERT INTO stations (id, name, image_id, team_id, created_at, created_by_user_pk, created_by_station_pk)
        VALUES (${id}, ${name}, ${text(row, 'image_id')}, ${text(row, 'team_id')}, ${created_at},
          (SELECT pk FROM users WHERE id = ${user}), (SELECT pk FROM stations WHERE id = ${station}))`)
  }
}

function update(db: WritableDb, row: Row, pk: number): void {
  const { name, key } = row
  switch (row.noun) {
    case 'part':
      return void db.run(
        sql`UPDATE parts SET number = ${name}, key = ${key}, name = ${text(row, 'name')} WHERE pk = ${pk}`,
      )
    case 'revision':
      return void db.run(sql`
        UPDATE revisions SET part_pk = (SELECT pk FROM parts WHERE id = ${text(row, 'part_id')}),
          number = ${name}, key = ${key}, image_id = ${text(row, 'image_id')} WHERE pk = ${pk}`)
    case 'batch':
      return void db.run(sql`UPDATE batches SET number = ${name}, key = ${key} WHERE pk = ${pk}`)
    case 'unit':
      return void db.run(sql`
        UPDATE units SET serial_number = ${name}, key = ${key},
          revision_pk = (SELECT pk FROM revisions WHERE id = ${text(row, 'revision_id')}),
          batch_pk = (SELECT pk FROM batches WHERE id = ${text(row, 'batch_id')}),
          parent_pk = (SELECT pk FROM units WHERE id = ${text(row, 'parent_id')}),
          sample = ${text(row, 'sample')}, metadata = ${metadata(row)} WHERE pk = ${pk}`)
    case 'station':
      return void db.run(sql`UPDATE stations SET name = ${name}, image_id = ${text(row, 'image_id')}, team_id = ${text(row, 'team_id')},
        removed = 0 WHERE pk = ${pk}`)
  }
}

/** A deleted row can still be asked for by operations that come late; a joined one goes on answering under its own id. */
function bury(db: WritableDb, row: Row, old: Before | undefined): void {
  const key = row.into === null ? row.key : null
  db.run(sql`INSERT INTO graves (id, noun, row, scope, key)
    VALUES (${row.id}, ${row.noun}, ${JSON.stringify(row)}, ${row.scope}, ${key})
    ON CONFLICT DO UPDATE SET row = excluded.row, scope = excluded.scope, key = excluded.key`)
  if (row.into === null) db.run(sql`DELETE FROM aliases WHERE id = ${row.id}`)
  else
    db.run(sql`INSERT INTO aliases (id, noun, into_id) VALUES (${row.id}, ${row.noun}, ${row.into})
      ON CONFLICT DO UPDATE SET into_id = excluded.into_id`)
  if (row.noun === 'station' && !old) insert(db, row)
  if (row.noun === 'station') db.run(sql`UPDATE stations SET removed = 1 WHERE id = ${row.id}`)
  else remove(db, row, old)
}

function remove(db: WritableDb, row: Vanished, old: Before | undefined): void {
  if (!old) return
  switch (row.noun) {
    case 'part':
      return void db.run(sql`DELETE FROM parts WHERE pk = ${old.pk}`)
    case 'revision':
      return void db.run(sql`DELETE FROM revisions WHERE pk = ${old.pk}`)
    case 'batch':
      db.run(sql`DELETE FROM batches WHERE pk = ${old.pk}`)
      return forgetText(db, old.pk, row.created_at, old.key)
    case 'unit':
      db.run(sql`DELETE FROM units WHERE pk = ${old.pk}`)
      return keepSearch(db, old, undefined)
    case 'station':
      return void db.run(sql`UPDATE stations SET removed = 1 WHERE pk = ${old.pk}`)
  }
}

const text = (row: Row, field: string) => (row.fields[field] ?? null) as string | null

function metadata(row: Row): string | null {
  const map = row.fields['metadata']
  return map === undefined || map === null || Object.keys(map).length === 0 ? null : JSON.stringify(map)
}
