import type { Noun, Row, State } from '../../model/state.ts'
import { changeBelow } from '../../model/sync/acceptance.ts'
import { canonical } from '../../model/sync/chain.ts'
import { append, emptyFold, refold } from '../../model/sync/fold.ts'
import { type Overlay, overlay } from '../../model/sync/overlay.ts'
import type { Write } from '../../model/sync/station.ts'
import { applyRows, type Vanished } from './apply.ts'
import { baseState, dropBase, keepBase, type Marked, markedState, putMarks, remembering } from './base.ts'
import { meetCreators, sameBirth } from './births.ts'
import { emptyStagedConflicts, keepConflicts, takeStagedConflicts } from './conflicts.ts'
import type { WritableDb } from './database.ts'
import { defer } from './deferred.ts'
import { marksOf } from './marks.ts'
import { changeArchive } from './outbox.ts'
import { sql } from './sql.ts'
import { noStrangers, type Strangers, strangersAmong, without } from './strangers.ts'
import { emptyStage, putStage, stagedBase } from './stage.ts'
import { authorOf, type Synced } from './synced.ts'
import { shapes } from './tables.ts'
import { writeHistory, writeSync } from './sync-state.ts'

/**
 * Does one `Write` of the station's engine, whole, in the caller's transaction: what headquarters said, the waiting operations on
 * top of it, the operations that leave the outbox, and the cursor. It never writes the journal but to take from it what the feed
 * has shown: what comes in from headquarters is not sent back.
 * @param now by this station's clock, milliseconds since 1970 UTC
 * @throws if the footprints were not worked out before (see `Synced.catchUp`)
 */
export function perform(db: WritableDb, synced: Synced, given: Write, now: number): void {
  const write = given.base === undefined ? given : { ...given, base: defer(db, given.base) }
  const strangers = strangersAmong(db, write.base ?? [])
  const base = without(baseState(db), strangers)
  const waiting = synced.outbox.byId(db)
  // With nothing waiting the live rows are the base: there is nothing to decide again and nothing kept aside.
  const quiet = waiting.size === 0 && (write.outbox?.put.length ?? 0) === 0 && write.stage_is !== 'take'
  const change = quiet ? nothing : changeBelow(write, { meta: synced.meta(db)!, base, outbox: waiting })
  if (write.meta !== undefined) {
    synced.replaceMeta(write.meta)
    writeSync(db, write.meta)
  }
  if (write.stage_is === 'empty') emptyStage(db)
  if (write.stage !== undefined) putStage(db, base, write.stage)
  performRecords(db, write, now)
  // Most of what a new station reads was never here: nothing that stands can be in its way.
  const fresh = quiet && write.base !== undefined && write.base.every((row) => isNew(row, strangers))
  const next =
    write.stage_is === 'take' ? stagedBase(db, base) : laidOver(base, fresh ? [] : (write.base ?? []))
  if (write.stage_is === 'take') emptyStage(db)
  if (write.archive !== undefined) changeArchive(db, { put: [], remove: write.archive.remove })
  if (write.archive !== undefined) changeArchive(db, { put: write.archive.put, remove: [] })
  if (write.outbox !== undefined) synced.outbox.change(db, write.outbox)
  if (write.history !== undefined) writeHistory(db, write.history)
  if (fresh) bring(db, write.base, strangers)
  else if (quiet) settle(db, synced, { names: next.touched, live: next, base: next, strangers })
  else if (change === null) foldAll(db, synced, next)
  else foldReached(db, synced, { next, change, strangers })
}

const isNew = ({ id, deleted, into }: Row, strangers: Strangers) =>
  strangers.has(id) && !deleted && into === null

function bring(db: WritableDb, rows: readonly Row[], strangers: Strangers): void {
  const marks = marksOf(db)
  meetCreators(db, rows)
  applyRows(db, rows, [], strangers)
  putMarks(
    db,
    rows.map((row) => ({ row, marks: marks.encode(db, row.marks), in_base: true })),
  )
}

function performRecords(db: WritableDb, { stage_is, stage, words }: Write, now: number): void {
  if (stage_is === 'empty') emptyStagedConflicts(db)
  if (stage !== undefined) keepConflicts(db, 'stage', stage.words, now)
  if (stage_is === 'take') takeStagedConflicts(db)
  if (words !== undefined) keepConflicts(db, 'base', words, now)
}

const nothing = { rows: [], gone: [], changed: [] } as const

function laidOver(base: State, rows: readonly Row[]): Overlay {
  const next = overlay(base)
  // With keys let go of first, no order of rows can make two hold one.
  for (const { noun, id } of rows) next.drop(noun, id)
  for (const row of rows) next.put(row)
  return next
}

interface Below {
  readonly next: Overlay
  readonly change: NonNullable<ReturnType<typeof changeBelow>>
  readonly strangers: Strangers
}

function foldReached(db: WritableDb, synced: Synced, { next, change, strangers }: Below): void {
  if (next.touched.size === 0 && change.gone.length === 0 && change.changed.length === 0) return
  const { fold } = synced
  if (fold === null) throw new Error('rows were brought before the footprints of what waits were known')
  const before = remembering(markedState(db))
  const live = overlay(before)
  refold({ ...fold, live }, next, synced.outbox.byId(db), authorOf(synced.meta(db)!), change)
  settle(db, synced, { names: live.touched, before, live, base: next, strangers })
}

/**
 * Decides waiting operations on top of a base that was read without them, in the caller's transaction.
 * @param after those accepted after this one; the others were decided here before
 */
export function foldOutbox(db: WritableDb, synced: Synced, after: number): void {
  const base = baseState(db)
  if (after === 0) {
    foldAll(db, synced, overlay(base))
    return
  }
  const live = overlay(markedState(db))
  const fold = emptyFold(live)
  const author = authorOf(synced.meta(db)!)
  for (const entry of synced.outbox.list(db)) if (entry.local_id > after) append(fold, author, entry)
  settle(db, synced, { names: live.touched, live, base, strangers: noStrangers })
}

/** A new history, or operations that came back: everything is decided again. */
function foldAll(db: WritableDb, synced: Synced, next: Overlay): void {
  const live = overlay(next)
  const fold = emptyFold(live)
  const author = authorOf(synced.meta(db)!)
  for (const entry of synced.outbox.list(db)) append(fold, author, entry)
  const pending = db.all<{ noun: Noun; id: string }>(sql`SELECT noun, id FROM row_marks WHERE in_base = 0`)
  const names = new Set([...pending.map(({ noun, id }) => `${noun}:${id}`), ...next.touched, ...live.touched])
  synced.replaceFold(fold)
  settle(db, synced, { names, live, base: next, strangers: noStrangers })
}

interface Settled {
  readonly names: Iterable<string>
  /** What the tables show; read from them if it is not given. */
  readonly before?: State
  readonly live: State
  readonly base: State
  readonly strangers: Strangers
}

/** Makes the tables show `live` for these rows, and remembers how they stand to the base. */
function settle(db: WritableDb, synced: Synced, settled: Settled): void {
  const { names, before = markedState(db), live, base, strangers } = settled
  const own = synced.meta(db)!.station_id
  const shown: { row: Row; base: Row | undefined }[] = []
  const rows: Row[] = []
  const vanished: Vanished[] = []
  for (const name of names) {
    const noun = name.slice(0, name.indexOf(':')) as Noun
    const id = name.slice(noun.length + 1)
    const row = live.get(noun, id)
    const old = strangers.has(id) ? undefined : before.get(noun, id)
    if (row !== undefined) shown.push({ row, base: base.get(noun, id) })
    if (row !== undefined && !(old && isSame(old, row))) rows.push(row)
    // The station itself was made by no operation: none can undo it.
    if (row === undefined && old !== undefined && id !== own) vanished.push(old)
  }
  const marks = marksOf(db)
  const some_kept = db.one(sql`SELECT 1 FROM base_rows LIMIT 1`) !== undefined
  if (some_kept) for (const { row } of shown) if (!strangers.has(row.id)) dropBase(db, row.id)
  for (const { id } of vanished) {
    dropBase(db, id)
    db.run(sql`DELETE FROM row_marks WHERE id = ${id}`)
  }
  const known = rows.filter(({ id }) => !strangers.has(id))
  unbury(db, [...known.filter((row) => !row.deleted && row.into === null), ...vanished])
  meetCreators(db, rows)
  // Of rows that leave together one may refer to another that left before it. Said only where it is so: SQLite prepares every statement
  // anew after this one.
  if (vanished.length > 0 || rows.some((row) => row.deleted || row.into !== null))
    db.run(sql`PRAGMA defer_foreign_keys = ON`)
  // A row that this station made and headquarters does not know yet can turn out to be somebody else's; a station may have been met as the
  // maker of something before anybody said when it was made itself.
  for (const row of known) if (live !== base || shapes[row.noun].stays) sameBirth(db, row)
  applyRows(db, rows, vanished, strangers)
  const marked = shown.map(({ row, base: said }): Marked => {
    const in_base = said !== undefined && (said === row || canonical(said) === canonical(row))
    if (!in_base && said !== undefined) keepBase(db, said)
    return { row, marks: marks.encode(db, row.marks), in_base }
  })
  putMarks(db, marked)
}

/** Whether the tables show the row just so, whoever wrote what in it. Who made it a table may have yet to learn (births.ts). */
function isSame(old: Row, row: Row): boolean {
  if (old.deleted || old.into !== null || shapes[row.noun].stays) return false
  return canonical({ ...old, marks: {} }) === canonical({ ...row, marks: {} })
}

/** Rows that live again, or never were, leave no grave. */
function unbury(db: WritableDb, rows: readonly Vanished[]): void {
  if (rows.length === 0) return
  const ids = JSON.stringify(rows.map(({ id }) => id))
  db.run(sql`DELETE FROM graves WHERE id IN (SELECT value FROM json_each(${ids}))`)
  db.run(sql`DELETE FROM aliases WHERE id IN (SELECT value FROM json_each(${ids}))`)
}
