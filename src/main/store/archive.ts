import type { Archived } from '../../model/sync/journal.ts'
import type { ReadableDb, WritableDb } from './database.ts'
import { entryColumns, type JournalRow, toEntry } from './journal.ts'
import { sql } from './sql.ts'

/** Operations that are read, or leave, in one go: there may be months of them, and scripts are to be answered between. */
const SLICE = 200
/** Without a verified backup at headquarters what it has had for so long is given up: a disk must not fill for ever. */
const KEPT_MS = 90 * 24 * 3_600_000

/** Operations that the feed has shown, in the order in which they were accepted. */
export function readArchive(db: ReadableDb): Archived[] {
  return db
    .all<ArchiveRow>(sql`
      SELECT ${entryColumns}, committed_seq FROM archive JOIN authors ON authors.pk = author_pk ORDER BY local_id`)
    .map(toArchived)
}

/** All of it, some at a time, stopping wherever others may be served. */
export function* readingArchive(db: ReadableDb): Generator<void, Archived[]> {
  const archive: Archived[] = []
  for (;;) {
    const found = db
      .all<ArchiveRow>(sql`
        SELECT ${entryColumns}, committed_seq FROM archive JOIN authors ON authors.pk = author_pk
        WHERE local_id > ${archive.at(-1)?.local_id ?? 0} ORDER BY local_id LIMIT ${SLICE}`)
      .map(toArchived)
    archive.push(...found)
    if (found.length < SLICE) return archive
    yield
  }
}

export function readArchived(db: ReadableDb, op_id: string): Archived | undefined {
  const found = db.one<ArchiveRow>(sql`
    SELECT ${entryColumns}, committed_seq FROM archive JOIN authors ON authors.pk = author_pk WHERE op_id = ${op_id}`)
  return found && toArchived(found)
}

/** Some of those that a verified backup of headquarters holds. */
export function readArchiveUpTo(db: ReadableDb, seq: number): Archived[] {
  return db
    .all<ArchiveRow>(sql`
      SELECT ${entryColumns}, committed_seq FROM archive JOIN authors ON authors.pk = author_pk
      WHERE committed_seq <= ${seq} ORDER BY committed_seq LIMIT ${SLICE}`)
    .map(toArchived)
}

export const hasArchivedUpTo = (db: ReadableDb, seq: number) =>
  db.one(sql`SELECT 1 FROM archive WHERE committed_seq <= ${seq} LIMIT 1`) !== undefined

/**
 * Dates what the feed has just shown, and lets some of it go that is older than 90 days by both clocks: one alone may be years off.
 * @param headquarters_ms headquarters' wall clock
 */
export function ageArchive(db: WritableDb, headquarters_ms: number, here_ms: number): void {
  db.run(sql`UPDATE archive SET archived_at = ${headquarters_ms} WHERE archived_at IS NULL`)
  db.run(sql`DELETE FROM archive WHERE local_id IN (
    SELECT local_id FROM archive WHERE archived_at < ${headquarters_ms - KEPT_MS} AND wall_ms < ${here_ms - KEPT_MS}
    ORDER BY archived_at LIMIT ${SLICE})`)
}

type ArchiveRow = JournalRow & { readonly committed_seq: number }

const toArchived = (row: ArchiveRow): Archived => ({
  ...toEntry(row),
  committed_seq: row.committed_seq,
})
