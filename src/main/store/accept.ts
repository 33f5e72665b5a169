import type { Actor } from '../../model/actor.ts'
import { decide } from '../../model/decide.ts'
import type { Refusal } from '../../model/error.ts'
import type { ClockReading, JournaledOperation, Operation } from '../../model/operation.ts'
import { refusalOf } from '../../model/refusal.ts'
import type { Knowledge } from '../../model/state.ts'
import { applyRows } from './apply.ts'
import type { WritableDb } from './database.ts'
import { appendJournal } from './journal.ts'
import { liveState } from './live.ts'

/** Who writes, when, and where ids come from: one for each request, so that its operations share a `txn_id`. */
export interface Author {
  readonly actor: Actor
  readonly clock: ClockReading
  readonly txn_id: string
  readonly newId: () => string
}

/** Here and now the author sees every row there is. */
const everything: Knowledge = { seen: () => true, rebased: false, known_deleted: [] }

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
  const state = liveState(db)
  const entry: JournaledOperation = {
    op_id: author.newId(),
    txn_id: author.txn_id,
    actor: author.actor,
    clock: author.clock,
    created_at,
    operation,
  }
  const decision = decide(state, entry, everything, {
    op_id: entry.op_id,
    incarnation: '',
    n: 0,
    station_id: null,
    seq: null,
  })
  if (decision.result === 'noop') return undefined
  if (decision.result !== 'applied') return refusalOf(decision.conflicts[0]!, state)
  applyRows(db, decision.changed)
  appendJournal(db, entry)
  return undefined
}
