import type { JournaledOperation } from '../../model/operation.ts'
import type { ReadableDb, WritableDb } from './database.ts'
import { sql } from './sql.ts'

/** Appends an accepted operation; only ever called in the transaction that writes its rows. */
export function appendJournal(db: WritableDb, entry: JournaledOperation): void {
  const { actor, clock } = entry
  db.run(sql`INSERT INTO journal (op_id, txn_id, author_pk, wall_ms, uptime_ms, created_at, operation)
    VALUES (${entry.op_id}, ${entry.txn_id}, ${authorPk(db, actor.kind, actor.id, clock.boot_id)},
      ${clock.wall_ms}, ${clock.uptime_ms}, ${entry.created_at}, ${JSON.stringify(entry.operation)})`)
}

function authorPk(db: WritableDb, kind: string, id: string, boot_id: string): number {
  const found = db.one<{ pk: number }>(
    sql`SELECT pk FROM authors WHERE actor_kind = ${kind} AND actor_id = ${id} AND boot_id = ${boot_id}`,
  )
  return (
    found?.pk ??
    db.run(sql`INSERT INTO authors (actor_kind, actor_id, boot_id) VALUES (${kind}, ${id}, ${boot_id})`).pk
  )
}

interface JournalRow {
  op_id: string
  txn_id: string
  actor_kind: 'user' | 'station'
  actor_id: string
  wall_ms: number
  boot_id: string
  uptime_ms: number
  created_at: number
  operation: string
}

/** The journal from its oldest entry on, in the order in which the station accepted it. */
export function* readJournal(db: ReadableDb): Generator<JournaledOperation> {
  const rows = db.each<JournalRow>(sql`
    SELECT op_id, txn_id, actor_kind, actor_id, wall_ms, boot_id, uptime_ms, created_at, operation
    FROM journal JOIN authors ON authors.pk = author_pk ORDER BY local_id`)
  for (const {
    op_id,
    txn_id,
    actor_kind,
    actor_id,
    wall_ms,
    boot_id,
    uptime_ms,
    created_at,
    operation,
  } of rows)
    yield {
      op_id,
      txn_id,
      actor: { kind: actor_kind, id: actor_id },
      clock: { wall_ms, boot_id, uptime_ms },
      created_at,
      operation: JSON.parse(operation) as JournaledOperation['operation'],
    }
}

/** How many operations wait in the journal, and when the oldest was accepted (milliseconds since 1970 UTC). */
export function journalSize(db: ReadableDb): { pending: number; oldest_ms: number | null } {
  return db.one(sql`SELECT count(*) AS pending, min(wall_ms) AS oldest_ms FROM journal`)!
}
