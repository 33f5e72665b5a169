import type { Person } from '../../model/sync/envelope.ts'
import { type Cursor, type Position, thinned } from '../../model/sync/cursor.ts'
import type { Page } from '../../model/sync/protocol.ts'
import { wordsOf } from '../../model/sync/records.ts'
import { lastImages } from '../../model/sync/station/stage.ts'
import { meetPeople } from './births.ts'
import { type Database, openDatabase } from './database.ts'
import { perform } from './inbox.ts'
import { forceToDisk, syncToDisk } from './move-file.ts'
import { searchAnew } from './search-merge.ts'
import { leaveSearch } from './search.ts'
import { sql } from './sql.ts'
import { createSynced } from './synced.ts'
import { readHistory } from './sync-state.ts'

/** The file of first-file.ts while it is filled: nobody else has it, and whoever stops half-way throws it away. */
export interface FirstRows {
  readonly cursor: Cursor
  /** Lays a page of headquarters' changes on those before it. */
  lay(page: Page, people: readonly Person[], now: number): void
  /** What follows from all rows together: counts, runs of lists, indexes, the search. Then the file is closed. */
  finish(): void
  close(): void
}

/** How much is written between two words to the disk, where it can be chosen: what this takes to write, whoever else commits waits for. */
const FORCE_MS = 20

/**
 * Everything that is cheaper for all rows at once than for each is left for the end: indexes, what triggers keep, the search. There is
 * no log either, and nothing waits for the disk.
 */
export function openFirstRows(file: string): FirstRows {
  const db = openDatabase(file)
  for (const pragma of [
    'journal_mode = OFF',
    'synchronous = OFF',
    'foreign_keys = OFF',
    'locking_mode = EXCLUSIVE',
  ])
    db.execute(`PRAGMA ${pragma}`)
  // Sorting a million keys takes its room on the disk, not in memory.
  db.execute('PRAGMA temp_store = FILE')
  db.execute('PRAGMA cache_size = -64000')
  leaveSearch(db)
  const later = setAside(db)
  const synced = createSynced()
  const { station_id } = synced.meta(db)!
  // Left to the end, all of it at once kept whatever scripts wrote waiting for as long: a disk takes things in their order.
  let forcing = false
  function forceSoon(): void {
    if (forcing) return
    forcing = true
    void forceToDisk(file)
      .catch(() => {})
      .finally(() => (forcing = false))
  }
  let history: readonly Position[] = readHistory(db)
  return {
    get cursor() {
      return synced.meta(db)!.cursor
    },
    lay(page, people, now) {
      db.execute('BEGIN')
      meetPeople(db, people, now)
      history = thinned([...history, { seq: page.to.seq, hash: page.to.hash }], page.safe_seq)
      const { commits } = page
      const meta = { ...synced.meta(db)!, cursor: page.to }
      perform(
        db,
        synced,
        { meta, base: lastImages(commits), words: wordsOf(commits, station_id), history },
        now,
      )
      db.execute('COMMIT')
      forceSoon()
    },
    finish() {
      // No commit writes more than this at once.
      db.execute('PRAGMA cache_size = -16000')
      for (const text of [...derived, ...later]) {
        db.execute(text)
        syncToDisk(file)
      }
      let forced = performance.now()
      db.execute('BEGIN')
      searchAnew(db, () => {
        if (performance.now() - forced < FORCE_MS) return
        db.execute('COMMIT')
        syncToDisk(file)
        db.execute('BEGIN')
        forced = performance.now()
      })
      db.execute('COMMIT')
      db.close()
      syncToDisk(file)
    },
    close: () => db.close(),
  }
}

/** Takes away every index and trigger that was made by a statement of its own. @returns those statements, indexes first */
function setAside(db: Database): readonly string[] {
  const found = db.all<{ type: 'index' | 'trigger'; name: string; sql: string }>(
    sql`SELECT type, name, sql FROM sqlite_schema WHERE type IN ('index', 'trigger') AND sql IS NOT NULL ORDER BY type`,
  )
  for (const { type, name } of found) db.execute(`DROP ${type} ${name}`)
  return found.map((one) => one.sql)
}

/** What triggers keep while rows come one by one (migrations 0006 and 0013), worked out of all rows. */
const derived = [
  `UPDATE batches SET unit_count = held.n
    FROM (SELECT batch_pk, count(*) AS n FROM units WHERE batch_pk IS NOT NULL GROUP BY batch_pk) held WHERE batches.pk = held.batch_pk`,
  `INSERT INTO batch_revisions SELECT u.revision_pk, b.created_at, b.pk, count(*) FROM units u
    JOIN batches b ON b.pk = u.batch_pk GROUP BY 1, 2, 3`,
  ...[
    ['batch_parts', 'r.part_pk'],
    ['batch_revision_keys', 'r.key'],
  ].map(
    ([
      table,
      of,
    ]) => `INSERT INTO ${table} SELECT ${of}, v.created_at, v.batch_pk, count(*) FROM batch_revisions v
      JOIN revisions r ON r.pk = v.revision_pk GROUP BY 1, 2, 3`,
  ),
  `UPDATE units SET run_count = had.n, last_run_at = had.started_at, last_run_pk = had.pk, last_procedure_pk = had.procedure_pk
    FROM (SELECT unit_pk, started_at, pk, procedure_pk, count(*) OVER (PARTITION BY unit_pk) AS n,
        row_number() OVER (PARTITION BY unit_pk ORDER BY started_at DESC, pk DESC) AS nth FROM runs) had
    WHERE had.nth = 1 AND units.pk = had.unit_pk`,
  ...['procedure', 'version'].map(
    (noun) => `UPDATE ${noun}s SET run_count = had.n
      FROM (SELECT ${noun}_pk, count(*) AS n FROM runs WHERE ${noun}_pk IS NOT NULL GROUP BY 1) had WHERE ${noun}s.pk = had.${noun}_pk`,
  ),
]
