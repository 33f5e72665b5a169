import type { Actor } from '../../model/actor.ts'
import { decide } from '../../model/decide.ts'
import type { Refusal } from '../../model/error.ts'
import type { ClockReading, JournaledOperation, Operation } from '../../model/operation.ts'
import { refusalOf, refusalOfNothing } from '../../model/refusal.ts'
import type { Decision } from '../../model/state.ts'
import { applyRows } from './apply.ts'
import { dropBase, isInBase, keepBase, markedState, putMarks } from './base.ts'
import type { WritableDb } from './database.ts'
import { appendJournal } from './journal.ts'
import { liveState } from './live.ts'
import { marksOf } from './marks.ts'
import type { Recall } from './recall.ts'
import { everything, type Synced } from './synced.ts'

/** Who writes, when, and where ids come from: one for each request, so that its operations share a `txn_id`. */
export interface Author {
  readonly actor: Actor
  readonly clock: ClockReading
  readonly txn_id: string
  readonly newId: () => string
  /** What the station holds for headquarters, if it has one. */
  readonly synced?: Synced
  readonly recall?: Recall
}

/**
 * The one way a station changes its rows: judge the operation, write the rows it changes, note it in the journal.
 * Runs inside the caller's transaction. An operation that would not be done exactly as asked is refused and writes nothing.
 * @param created_at creation time of the rows it makes, milliseconds since 1970 UTC
 */
export function accept(
  db: WritableDb,
  author: Author,
  operation: Operation,
  created_at: number = author.clock.wall_ms,
): Refusal | undefined {
  const entry: JournaledOperation = {
    op_id: author.newId(),
    txn_id: author.txn_id,
    actor: author.actor,
    clock: author.clock,
    created_at,
    operation,
  }
  const { synced, recall } = author
  if (synced?.meta(db) !== undefined) return acceptSynced(db, synced, entry, recall)
  const state = recall?.over(liveState(db)) ?? liveState(db)
  const decision = decide(state, entry, everything, {
    op_id: entry.op_id,
    incarnation: '',
    n: 0,
    station_id: null,
    seq: null,
  })
  if (decision.result === 'noop') return refusalOfNothing(entry.operation)
  if (decision.result !== 'applied') return refusalOf(decision.conflicts[0]!, state)
  applyRows(db, decision.changed)
  recall?.note(decision.changed)
  appendJournal(db, entry)
  return undefined
}

/** The same with a headquarters: rows keep the marks of who wrote what, and what headquarters said of them is kept aside. */
function acceptSynced(
  db: WritableDb,
  synced: Synced,
  entry: JournaledOperation,
  recall: Recall | undefined,
): Refusal | undefined {
  const state = recall?.over(markedState(db)) ?? markedState(db)
  const decision = synced.decide(db, state, entry)
  if (decision.result === 'noop') return refusalOfNothing(entry.operation)
  if (decision.result !== 'applied') return refusalOf(decision.conflicts[0]!, state)
  const knew = synced.knows(db, entry.operation)
  setAside(db, decision)
  applyRows(db, decision.changed)
  recall?.note(decision.changed)
  const marks = marksOf(db)
  putMarks(
    db,
    decision.changed.map((row) => ({ row, marks: marks.encode(db, row.marks), in_base: false })),
  )
  appendJournal(db, entry, knew)
  return undefined
}

/** Before the first waiting operation touches a row, headquarters' image of it is kept. */
function setAside(db: WritableDb, { changed }: Decision): void {
  const state = markedState(db)
  const untouched = changed.flatMap((row) => (isInBase(db, row) ? state.get(row.noun, row.id)! : []))
  for (const row of untouched) dropBase(db, row)
  for (const row of untouched) keepBase(db, row)
}
