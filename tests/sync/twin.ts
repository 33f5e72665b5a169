import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { accept } from '../../src/main/store/accept.ts'
import { baseState, markedState } from '../../src/main/store/base.ts'
import { type Database, openDatabase } from '../../src/main/store/database.ts'
import { perform } from '../../src/main/store/inbox.ts'
import { appendJournal } from '../../src/main/store/journal.ts'
import { migrate } from '../../src/main/store/migrate.ts'
import { sql } from '../../src/main/store/sql.ts'
import { writeSync } from '../../src/main/store/sync-state.ts'
import { createSynced, type Synced, viewOf } from '../../src/main/store/synced.ts'
import { isRefusal } from '../../src/model/error.ts'
import type { JournaledOperation } from '../../src/model/operation.ts'
import type { Noun, Row, State } from '../../src/model/state.ts'
import { canonical } from '../../src/model/sync/chain.ts'
import type { Meta, StationView, Write } from '../../src/model/sync/station.ts'
import { type Kept, type Records, textOf } from '../simulation/records.ts'
import { faults } from '../../src/model/invariants.ts'
import { memory } from '../../src/model/memory.ts'

/** A station's SQLite database beside a station that the simulator holds in memory: it is told the same, and must be the same. */
export interface Twin {
  readonly db: Database
  synced: Synced
}

const folder = mkdtempSync(join(tmpdir(), 'lotkeeper-twin-'))
let count = 0
const open = new Set<Database>()

export function newTwin(meta: Meta): Twin {
  const db = openDatabase(':memory:')
  open.add(db)
  migrate(db)
  // The station's own row: made by no operation, so the simulator knows nothing of it.
  db.run(sql`INSERT INTO stations (id, name, created_at, removed) VALUES (${meta.station_id}, 'own', 0, 1)`)
  db.run(
    sql`INSERT INTO meta (name, value) VALUES ('station_id', ${meta.station_id}), ('incarnation', ${meta.incarnation})`,
  )
  writeSync(db, meta)
  return started({ db, synced: createSynced() })
}

/** What a start of the process does: everything in memory is worked out from the disk. */
export function started(twin: Twin): Twin {
  twin.synced = createSynced()
  twin.synced.meta(twin.db)
  twin.synced.catchUp(twin.db, () => false)
  return twin
}

export function copyOf({ db }: Twin): Twin {
  const file = join(folder, `${(count += 1)}.db`)
  db.execute(`VACUUM INTO '${file}'`)
  const copy = openDatabase(file)
  open.add(copy)
  return started({ db: copy, synced: createSynced() })
}

export function close({ db }: Twin): void {
  open.delete(db)
  db.close()
}

export function closeTwins(): void {
  for (const db of open) db.close()
  open.clear()
  rmSync(folder, { recursive: true, force: true })
}

export function write({ db, synced }: Twin, change: Write): void {
  db.execute('BEGIN IMMEDIATE')
  perform(db, synced, change, 0)
  const dangling = db.all(sql`PRAGMA foreign_key_check`)
  if (dangling.length > 0) throw new Error(`refers to nothing: ${JSON.stringify(dangling)}`)
  db.execute('COMMIT')
}

/** @returns false if the API would refuse it */
export function enter({ db, synced }: Twin, op: JournaledOperation, known: boolean): boolean {
  db.execute('BEGIN IMMEDIATE')
  const author = { actor: op.actor, clock: op.clock, txn_id: op.txn_id, newId: () => op.op_id, synced }
  const before = synced.outbox.list(db).length
  if (!known) appendJournal(db, op, synced.knows(db, op.operation))
  else if (isRefusal(accept(db, author, op.operation, op.created_at))) return (db.execute('ROLLBACK'), false)
  db.execute('COMMIT')
  return synced.outbox.list(db).length > before
}

/** Every row of the tables, deleted and joined ones too. */
export function liveRows(db: Database): Row[] {
  const state = markedState(db)
  const found = db.all<{ noun: Noun; id: string }>(sql`
    SELECT 'part' AS noun, id FROM parts UNION ALL SELECT 'revision', id FROM revisions UNION ALL
    SELECT 'batch', id FROM batches UNION ALL SELECT 'unit', id FROM units UNION ALL
    SELECT 'station', id FROM stations WHERE removed = 0 UNION ALL
    SELECT 'procedure', id FROM procedures UNION ALL SELECT 'version', id FROM versions UNION ALL
    SELECT 'run', id FROM runs UNION ALL SELECT 'link', id FROM procedure_links UNION ALL
    SELECT 'attachment', id FROM attachments UNION ALL SELECT noun, id FROM graves`)
  return found.map(({ noun, id }) => state.get(noun, id)!)
}

export function recordsOf(db: Database): Records {
  const rows = db.all<{
    id: string
    seq: number
    station_id: string
    conflict: string
    answer: string | null
    undo: string | null
  }>(sql`SELECT id, seq, station_id, conflict, answer, undo FROM conflicts`)
  return new Map(
    rows.map(({ conflict, undo, ...row }) => [
      row.id,
      {
        ...row,
        conflict: JSON.parse(conflict) as Kept['conflict'],
        undo: JSON.parse(undo ?? '[]') as Kept['undo'],
      },
    ]),
  )
}

const sorted = (rows: Iterable<Row>) =>
  [...rows].map((row) => canonical(row)).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))

/** What was known to be deleted has no order. */
const listed = (entries: readonly object[]) =>
  canonical(
    entries.map((entry) =>
      'known_deleted' in entry
        ? { ...entry, known_deleted: (entry.known_deleted as string[]).toSorted() }
        : entry,
    ),
  )

/** The first difference between the two, or undefined. */
export function difference(
  { db, synced }: Twin,
  theirs: { view: StationView; base: Iterable<Row>; live: Iterable<Row>; records: Records },
): string | undefined {
  const live = liveRows(db)
  const wanted = sorted(theirs.live)
  const found = sorted(live)
  const at = wanted.findIndex((row, index) => row !== found[index])
  if (at !== -1 || wanted.length !== found.length)
    return `live ${found.length} rows, not ${wanted.length}: ${found[at]} instead of ${wanted[at]}`
  const base: State = baseState(db)
  const rows = [...theirs.base]
  const wrong = rows.find((row) => canonical(base.get(row.noun, row.id) ?? null) !== canonical(row))
  if (wrong !== undefined) return `base of ${wrong.noun} ${wrong.id}`
  const extra = live.find(
    ({ noun, id }) =>
      base.get(noun, id) !== undefined && !rows.some((row) => row.noun === noun && row.id === id),
  )
  if (extra !== undefined) return `base has ${extra.noun} ${extra.id}`
  const view = viewOf(db, synced)
  for (const part of ['meta', 'outbox', 'archive', 'history'] as const) {
    const value = (one: StationView) => (part === 'meta' ? canonical(one.meta) : listed(one[part]()))
    if (value(view) !== value(theirs.view))
      return `${part}: ${value(view)} instead of ${value(theirs.view)}`.slice(0, 2_000)
  }
  const records = textOf(recordsOf(db))
  if (records !== textOf(theirs.records))
    return `records: ${records} instead of ${textOf(theirs.records)}`.slice(0, 2_000)
  const counts = db.all<{ id: string }>(sql`
    SELECT id FROM batches b WHERE unit_count <> (SELECT count(*) FROM units u WHERE u.batch_pk = b.pk)`)
  if (counts.length > 0) return `unit_count of ${counts[0]!.id}`
  for (const [run, of] of [
    ['batch_parts', 'r.part_pk'],
    ['batch_revision_keys', 'r.key'],
  ] as const) {
    const counted = `SELECT ${of}, b.created_at, b.pk, count(DISTINCT r.pk) FROM units u
      JOIN revisions r ON r.pk = u.revision_pk JOIN batches b ON b.pk = u.batch_pk GROUP BY 1, 2, 3`
    for (const text of [`SELECT * FROM ${run} EXCEPT ${counted}`, `${counted} EXCEPT SELECT * FROM ${run}`]) {
      const wrong = db.all({ text, values: [] })
      if (wrong.length > 0) return `${run}: ${JSON.stringify(wrong)}`
    }
  }
  return faults(memory(live))[0]
}
