import type { Row } from '../../model/state.ts'
import { decidesAnew } from '../../model/sync/acceptance.ts'
import { append, emptyFold } from '../../model/sync/fold.ts'
import { overlay } from '../../model/sync/overlay.ts'
import type { Write } from '../../model/sync/station.ts'
import { applyRows } from './apply.ts'
import { baseState, markedState, putMarks } from './base.ts'
import { meetCreators } from './births.ts'
import { emptyStagedConflicts, keepConflicts, takeStagedConflicts } from './conflicts.ts'
import type { WritableDb } from './database.ts'
import { defer } from './deferred.ts'
import { marksOf } from './marks.ts'
import { changeArchive } from './outbox.ts'
import { type Foreseen, foreseeing } from './foresee.ts'
import { decideHere, FarReach, laidOver, NEAR } from './redecide.ts'
import { settle } from './settle.ts'
import { nameOf, noStrangers, type Strangers, strangersAmong, without } from './strangers.ts'
import { emptyStage, putStage } from './stage.ts'
import { authorOf, type Synced } from './synced.ts'
import { writeHistory, writeSync } from './sync-state.ts'

/**
 * Does one `Write` of the station's engine, whole, in the caller's transaction: what headquarters said, the waiting operations on
 * top of it, the operations that leave the outbox, and the cursor. It never writes the journal but to take from it what the feed
 * has shown: what comes in from headquarters is not sent back.
 * @param now by this station's clock, milliseconds since 1970 UTC
 * @param how what becomes of the waiting operations: as it was foreseen, or worked out here, `whole` or only where it is `near`
 * @throws `FarReach` if it is not; nothing was done then that a rollback does not undo
 * @throws if the footprints were not worked out before (see `Synced.catchUp`)
 */
export function perform(
  db: WritableDb,
  synced: Synced,
  given: Write,
  now: number,
  how: Foreseen | 'near' | 'whole' = 'whole',
): void {
  if (decidesAnew(given)) return performAnew(db, synced, given, now, how)
  const write = given.base === undefined ? given : { ...given, base: defer(db, given.base) }
  const strangers = strangersAmong(db, write.base ?? [])
  const base = without(baseState(db), strangers)
  // With nothing waiting the live rows are the base: there is nothing to decide again and nothing kept aside.
  const quiet = synced.outbox.byId(db).size === 0 && (write.outbox?.put.length ?? 0) === 0
  // Most of what a new station reads was never here: nothing that stands can be in its way.
  const fresh = quiet && write.base !== undefined && write.base.every((row) => isNew(row, strangers))
  const next = laidOver(base, fresh ? [] : (write.base ?? []))
  const foreseen = typeof how === 'string' ? null : how
  const most = how === 'whole' ? Infinity : NEAR
  const here = quiet || foreseen !== null ? null : decideHere(db, synced, write, { base, next }, most)
  if (write.stage_is === 'empty') emptyStage(db)
  if (write.stage !== undefined) putStage(db, base, write.stage)
  performRecords(db, write, now)
  performOwn(db, synced, write)
  if (fresh) bring(db, write.base, strangers)
  else if (quiet) settle(db, synced, { names: next.touched, live: next, base: next, strangers })
  else if (foreseen !== null) foreseen.settle(db, strangers)
  else if (here !== null) {
    here.take()
    settle(db, synced, { ...here, names: here.live.touched, base: next, strangers })
  }
}

/** A new history, or a new incarnation: all that waits is decided again. What was staged is of no more use then, and still there. */
function performAnew(
  db: WritableDb,
  synced: Synced,
  write: Write,
  now: number,
  how: Foreseen | 'near' | 'whole',
): void {
  if (how === 'near') throw new FarReach()
  if (write.stage !== undefined) putStage(db, baseState(db), write.stage)
  const foreseen = how === 'whole' ? finished(foreseeing(db, db, synced, write)) : how
  performRecords(db, write, now)
  performOwn(db, synced, write)
  foreseen.settle(db, noStrangers)
}

function finished<Result>(work: Generator<void, Result>): Result {
  let step = work.next()
  while (!step.done) step = work.next()
  return step.value
}

/** What this station remembers of itself, and of what it sent. */
function performOwn(db: WritableDb, synced: Synced, write: Write): void {
  if (write.meta !== undefined) {
    synced.replaceMeta(write.meta)
    writeSync(db, write.meta)
  }
  if (write.archive !== undefined) changeArchive(db, write.archive)
  synced.outbox.change(db, write)
  if (write.history !== undefined) writeHistory(db, write.history)
}

const isNew = (row: Row, strangers: Strangers) =>
  strangers.has(nameOf(row)) && !row.deleted && row.into === null

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

/**
 * Decides waiting operations on top of a base that was read without them, in the caller's transaction.
 * @param after those accepted after this one; the others were decided here before
 */
export function foldOutbox(db: WritableDb, synced: Synced, after: number): void {
  const live = overlay(markedState(db))
  const fold = emptyFold(live)
  const author = authorOf(synced.meta(db)!)
  for (const entry of synced.outbox.since(db, after)) append(fold, author, entry)
  settle(db, synced, { names: live.touched, live, base: baseState(db), strangers: noStrangers })
}
