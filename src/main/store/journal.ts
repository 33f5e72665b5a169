import type { JournaledOperation, Operation } from '../../model/operation.ts'
import type { Entry } from '../../model/sync/journal.ts'
import type { ReadableDb, WritableDb } from './database.ts'
import { type Query, sql } from './sql.ts'

/** What an author knew, where there is a headquarters: how far the base had come, and which names were free again. */
export type Knew = Pick<Entry, 'base' | 'known_deleted'>

/** Before any headquarters there was nothing to know. */
const nothing: Knew = { base: { seq: 0, hash: '' }, known_deleted: [] }

/** Appends an accepted operation; only ever called in the transaction that writes its rows. */
export function appendJournal(db: WritableDb, entry: JournaledOperation, knew = nothing): number {
  const { actor, clock } = entry
  const { changes, pk } = db.run(sql`
    INSERT INTO journal (op_id, txn_id, author_pk, wall_ms, uptime_ms, created_at, operation, base_seq, base_hash, known_deleted)
    SELECT ${entry.op_id}, ${entry.txn_id}, pk, ${clock.wall_ms}, ${clock.uptime_ms}, ${entry.created_at},
      ${JSON.stringify(entry.operation)}, ${knew.base.seq}, ${knew.base.hash}, ${JSON.stringify(knew.known_deleted)}
    FROM authors WHERE actor_kind = ${actor.kind} AND actor_id = ${actor.id} AND boot_id = ${clock.boot_id}`)
  if (changes === 1) return pk
  authorPk(db, actor.kind, actor.id, clock.boot_id)
  return appendJournal(db, entry, knew)
}

export function authorPk(db: WritableDb, kind: string, id: string, boot_id: string): number {
  const found = db.one<{ pk: number }>(
    sql`SELECT pk FROM authors WHERE actor_kind = ${kind} AND actor_id = ${id} AND boot_id = ${boot_id}`,
  )
  return (
    found?.pk ??
    db.run(sql`INSERT INTO authors (actor_kind, actor_id, boot_id) VALUES (${kind}, ${id}, ${boot_id})`).pk
  )
}

export interface JournalRow {
  local_id: number
  op_id: string
  txn_id: string
  actor_kind: 'user' | 'station'
  actor_id: string
  wall_ms: number
  boot_id: string
  uptime_ms: number
  created_at: number
  operation: string
  base_seq: number
  base_hash: string
  rebased: number
  known_deleted: string
  made_as: string | null
  renamed_at: number | null
  resent: number
  incarnation: string | null
  n: number | null
  prev: string | null
  hash: string | null
}

/** Columns of the journal and of the archive, joined with `authors`. */
export const entryColumns: Query = sql`
  local_id, op_id, txn_id, actor_kind, actor_id, wall_ms, boot_id, uptime_ms, created_at, operation,
  base_seq, base_hash, rebased, known_deleted, made_as, renamed_at, resent, incarnation, n, prev, hash`

export function toEntry(row: JournalRow): Entry {
  const { incarnation, n, prev, hash } = row
  return {
    local_id: row.local_id,
    op: {
      op_id: row.op_id,
      txn_id: row.txn_id,
      actor: { kind: row.actor_kind, id: row.actor_id },
      clock: { wall_ms: row.wall_ms, boot_id: row.boot_id, uptime_ms: row.uptime_ms },
      created_at: row.created_at,
      operation: JSON.parse(row.operation) as Operation,
    },
    base: { seq: row.base_seq, hash: row.base_hash },
    rebased: row.rebased === 1,
    known_deleted: JSON.parse(row.known_deleted) as string[],
    made_as: row.made_as,
    renamed_at: row.renamed_at,
    resent: row.resent === 1,
    seal: incarnation === null ? null : { incarnation, n: n!, prev: prev!, hash: hash! },
  }
}

/** The journal from its oldest entry on, in the order in which the station accepted it. */
export function* readJournal(db: ReadableDb): Generator<JournaledOperation> {
  const rows = db.each<JournalRow>(
    sql`SELECT ${entryColumns} FROM journal JOIN authors ON authors.pk = author_pk ORDER BY local_id`,
  )
  for (const row of rows) yield toEntry(row).op
}

/** The newest entry's place in the order of acceptance; 0 if there is none. */
export const lastLocalId = (db: ReadableDb) =>
  db.one<{ last: number | null }>(sql`SELECT max(local_id) AS last FROM journal`)?.last ?? 0

/** Those that wait, from the one after `after` on, with the name of whose key asked for them. */
export function waitingOperations(
  db: ReadableDb,
  after: number,
  limit: number,
): (Entry & { readonly by: string | null })[] {
  return db
    .all<JournalRow & { by: string | null }>(sql`
      SELECT ${entryColumns}, CASE actor_kind
        WHEN 'user' THEN (SELECT name FROM users WHERE users.id = actor_id)
        ELSE (SELECT name FROM stations WHERE stations.id = actor_id) END AS by
      FROM journal JOIN authors ON authors.pk = author_pk
      WHERE local_id > ${after} ORDER BY local_id LIMIT ${limit}`)
    .map((row) => ({ ...toEntry(row), by: row.by }))
}

/** How many operations wait in the journal, and when the oldest was accepted (milliseconds since 1970 UTC). */
export function journalSize(db: ReadableDb): { pending: number; oldest_ms: number | null } {
  return db.one(sql`SELECT count(*) AS pending, min(wall_ms) AS oldest_ms FROM journal`)!
}
