import { rmSync } from 'node:fs'

import type { Meta } from '../../model/sync/station.ts'
import { type Database, openDatabase, type ReadableDb, type WritableDb } from './database.ts'
import { foldOutbox } from './inbox.ts'
import { lastLocalId } from './journal.ts'
import { migrate } from './migrate.ts'
import { syncToDisk } from './move-file.ts'
import { sql } from './sql.ts'
import { createSynced, type Synced } from './synced.ts'
import { readHistory, readSync, writeHistory, writeSync } from './sync-state.ts'

/**
 * A station that has read nothing of headquarters yet reads it into a file of its own, beside the one that scripts use, and goes on
 * with that file when it is whole ([S23]). Then what is this station's own moves over, and the waiting operations are decided on top.
 *
 *   moved    this station's alone: copied as it stands
 *   merged   this station's too, but named by other rows or met by the feed: `moveIn` says how
 *   read     headquarters' rows and what follows from them; of the old file, the waiting operations make them again
 *   empty    in both files: nothing is confirmed before the first page
 */
export const originOfTables = {
  moved: ['authors', 'journal', 'links', 'replies', 'uploads', 'blobs', 'blob_lane'],
  merged: ['meta', 'users', 'keys', 'stations', 'aliases'],
  read: `parts revisions batches units attachments procedures versions procedure_links runs
    batch_parts batch_revisions batch_revision_keys search search_pending search_gone
    graves row_marks origins base_rows base_references conflicts deferred_rows deferred_fields`.split(/\s+/),
  empty: ['archive', 'stage_rows', 'stage_own', 'stage_conflicts'],
} as const

/** Beside a database. One that a process left behind when it ended is worth nothing. */
export const firstFileOf = (database: string) => `${database}-first`

/** With more waiting, to decide them again in one go would keep scripts waiting: some 200 µs each. */
const WAITING_MAX = 2_000
/** The same at the end: what scripts wrote meanwhile is a reason to wait a moment, and not to read for nothing. */
export const WAITING_AT_END_MAX = 10_000

/** Is there nothing in this database that says that headquarters was read, or told anything, and not too much that waits? */
export function isUntouched(db: ReadableDb, synced: Synced, waiting_max = WAITING_MAX): boolean {
  const { cursor, chain, stage } = synced.meta(db)!
  if (cursor.seq > 0 || chain.seq > 0 || stage !== null) return false
  // Counted there: to hold what was written meanwhile in memory, where it is not needed, took longer than all the rest.
  if (db.one(sql`SELECT 1 FROM journal LIMIT 1 OFFSET ${waiting_max}`) !== undefined) return false
  return [...originOfTables.empty, 'conflicts', 'base_rows', 'deferred_rows'].every(
    (table) => db.one({ text: `SELECT 1 FROM ${table} LIMIT 1`, values: [] }) === undefined,
  )
}

/** It is forced to the disk when it is whole: until then a power cut may take it. */
const IN_NO_HURRY = 'PRAGMA synchronous = OFF'

/** Makes the file: a station's database with its people and itself, and nothing else. */
export function makeFirstFile(file: string, old: string): void {
  removeFirstFile(file)
  const made = openDatabase(file)
  made.execute(IN_NO_HURRY)
  migrate(made)
  made.close()
  withOld(file, old, (db) => {
    db.execute(IN_NO_HURRY)
    transaction(db, () => {
      copy(db, 'meta')
      // With the pks they have: the first user is who stands at the screen.
      copy(db, 'users')
      copy(db, 'stations', `WHERE id = (SELECT value FROM old.meta WHERE name = 'station_id')`)
      copy(
        db,
        'row_marks',
        `WHERE noun = 'station' AND id = (SELECT value FROM old.meta WHERE name = 'station_id')`,
      )
    })
  })
}

export function removeFirstFile(file: string): void {
  for (const ending of ['', '-wal', '-shm', '-journal']) rmSync(file + ending, { force: true })
}

/** The two that may be long, by their keys. They only grow: nothing is sealed, and nothing confirmed, before the first page. */
const growing: Readonly<Record<string, string>> = { journal: 'local_id', blobs: 'sha256' }

/**
 * Moves what is this station's own from the file that scripts use into the one that was read, and forces that to the disk. Nothing may
 * be written to the latter meanwhile. Done again, it moves and decides what came since: first where nobody waits, then, with nothing
 * written to either, for good.
 */
export function moveIn(file: string, old: string): void {
  withOld(file, old, (db) => {
    db.execute(IN_NO_HURRY)
    transaction(db, () => {
      const { cursor } = readSync(db)!
      const history = readHistory(db)
      db.run(sql`PRAGMA defer_foreign_keys = ON`)
      const moved = lastLocalId(db)
      for (const table of originOfTables.moved) {
        const key = growing[table]
        if (key === undefined) db.run({ text: `DELETE FROM ${table}`, values: [] })
        copy(db, table, key === undefined ? '' : `WHERE ${key} NOT IN (SELECT ${key} FROM main.${table})`)
      }
      // The numbers of the journal go on where they were.
      db.run(sql`DELETE FROM sqlite_sequence WHERE name = 'journal'`)
      db.run(
        sql`INSERT INTO sqlite_sequence (name, seq) SELECT name, seq FROM old.sqlite_sequence WHERE name = 'journal'`,
      )
      copy(db, 'meta')
      const own: Meta = { ...readSync(db)!, cursor }
      writeSync(db, own)
      writeHistory(db, history)
      mergePeople(db, own)
      foldOutbox(db, createSynced(), moved)
      moveKeys(db)
    })
    db.all(sql`PRAGMA main.wal_checkpoint(TRUNCATE)`)
  })
  syncToDisk(file)
}

/** Users that were made meanwhile; the id that the station had before headquarters named it. */
function mergePeople(db: WritableDb, { station_id }: Meta): void {
  copy(db, 'users', 'WHERE id NOT IN (SELECT id FROM main.users)', ['pk'])
  db.run(sql`INSERT INTO aliases (id, noun, into_id)
    SELECT id, noun, into_id FROM old.aliases WHERE noun = 'station' AND into_id = ${station_id} ON CONFLICT DO NOTHING`)
}

/** Each with its owner, who has another pk here. Whom the waiting operations do not make after all has no key that opens anything. */
function moveKeys(db: WritableDb): void {
  db.run(sql`DELETE FROM keys`)
  db.run(sql`INSERT INTO keys (id, kind, name, hash, user_pk, station_pk, created_at, revoked_at)
    SELECT k.id, k.kind, k.name, k.hash, u.pk, s.pk, k.created_at, k.revoked_at FROM old.keys k
      LEFT JOIN old.users ou ON ou.pk = k.user_pk LEFT JOIN main.users u ON u.id = ou.id
      LEFT JOIN old.stations os ON os.pk = k.station_pk LEFT JOIN main.stations s ON s.id = os.id
    WHERE coalesce(u.pk, s.pk) IS NOT NULL`)
}

/** Both files at once, the older one as `old`. */
function withOld(file: string, old: string, work: (db: Database) => void): void {
  const db = openDatabase(file)
  try {
    db.run(sql`ATTACH DATABASE ${old} AS old`)
    work(db)
    db.execute('DETACH DATABASE old')
  } finally {
    db.close()
  }
}

/** Begun when the first row is written: an immediate one would begin one in the old file too, and keep waiting whoever writes there. */
function transaction(db: Database, work: () => void): void {
  db.execute('BEGIN')
  try {
    work()
    db.execute('COMMIT')
  } catch (error) {
    if (db.in_transaction) db.execute('ROLLBACK')
    throw error
  }
}

/** Rows of the old file, column by column: both are of this program's version. */
function copy(db: WritableDb, table: string, condition = '', without: readonly string[] = []): void {
  const columns = db
    .all<{ name: string }>({ text: `SELECT name FROM pragma_table_info('${table}')`, values: [] })
    .map(({ name }) => name)
    .filter((name) => !without.includes(name))
    .join(', ')
  db.run({
    text: `INSERT OR REPLACE INTO main.${table} (${columns}) SELECT ${columns} FROM old.${table} ${condition}`,
    values: [],
  })
}
