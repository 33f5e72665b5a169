import type { Row, State } from '../../model/state.ts'
import { changeBelow } from '../../model/sync/acceptance.ts'
import {
  type Change,
  type Fold,
  reachOf,
  type Redecided,
  replaying,
  taking,
  type Waiting,
} from '../../model/sync/fold.ts'
import type { Author } from '../../model/sync/footprint.ts'
import { type Overlay, overlay } from '../../model/sync/overlay.ts'
import type { Reach } from '../../model/sync/reach.ts'
import type { Write } from '../../model/sync/station.ts'
import { markedState, remembering } from './base.ts'
import type { ReadableDb } from './database.ts'
import { authorOf, type Synced } from './synced.ts'

/** So many waiting operations are decided again inside a transaction: some milliseconds of it. */
export const NEAR = 50

/** What is written makes more waiting operations come out otherwise than a transaction should wait for (foresee.ts). */
export class FarReach extends Error {
  readonly write: Write
  constructor(write: Write) {
    super('many waiting operations are to be decided again')
    this.write = write
  }
}

/** The base with these rows laid over it. */
export function laidOver(base: State, rows: readonly Row[]): Overlay {
  const next = overlay(base)
  // With keys let go of first, no order of rows can make two hold one.
  for (const { noun, id } of rows) next.drop(noun, id)
  for (const row of rows) next.put(row)
  return next
}

/** The base as it was, and with the rows of a write. */
export interface Below {
  readonly base: State
  readonly next: State
}

/** What a write of the engine makes of the waiting operations, worked out in memory. */
export interface Redeciding {
  /** What the tables show. */
  readonly before: State
  /** The fold of the waiting operations, on top of `before`. */
  readonly fold: Fold & { readonly live: Overlay }
  readonly change: Change
  readonly author: Author
  readonly reach: Reach
  readonly steps: Generator<void, Redecided>
}

/**
 * @param write without rows of nouns that are unknown here
 * @param until the last waiting operation that counts, by its `local_id`
 * @returns null if all of them are to be decided again
 */
export function redeciding(
  db: ReadableDb,
  synced: Synced,
  write: Write,
  { base, next }: Below,
  until?: number,
): Redeciding | null {
  const meta = synced.meta(db)!
  const waiting = synced.outbox.byId(db)
  const change = changeBelow(write, { meta, base, outbox: waiting })
  if (change === null) return null
  if (synced.fold === null)
    throw new Error('rows were brought before the footprints of what waits were known')
  const before = remembering(markedState(db))
  const fold = { ...synced.fold, live: overlay(before) }
  const author = authorOf(write.meta ?? meta)
  const outbox = withChanges(waiting, write.outbox)
  const reach = reachOf(fold, outbox, author, change, until)
  return { before, fold, change, author, reach, steps: replaying(fold, next, outbox, author, reach) }
}

function withChanges(waiting: Waiting, change: Write['outbox']): Waiting {
  const put = new Map(change?.put.map((entry) => [entry.op.op_id, entry]))
  return { get: (op_id) => put.get(op_id) ?? waiting.get(op_id) }
}

/** What a write makes of the operations that it reaches. */
export interface Decided {
  readonly before: State
  readonly live: Overlay
  /** The fold takes it in. */
  take(): void
}

/**
 * @param most how many of them may be decided again
 * @returns null if all of them are to be
 * @throws `FarReach` if they are more
 */
export function decideHere(
  db: ReadableDb,
  synced: Synced,
  write: Write,
  below: Below,
  most: number,
): Decided | null {
  const begun = redeciding(db, synced, write, below)
  if (begun === null) return null
  const { before, fold, change, reach, steps } = begun
  let step = steps.next()
  for (; !step.done; step = steps.next()) if (reach.operations.size > most) throw new FarReach(write)
  const decided = step.value
  return {
    before,
    live: fold.live,
    take() {
      for (const _ of taking(fold, change, decided));
    },
  }
}
