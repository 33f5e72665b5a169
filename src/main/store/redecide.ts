import type { Row, State } from '../../model/state.ts'
import { changeBelow } from '../../model/sync/acceptance.ts'
import {
  append,
  type Change,
  emptyFold,
  type Fold,
  reachOf,
  type Redecided,
  replaying,
  taking,
} from '../../model/sync/fold.ts'
import type { Author } from '../../model/sync/footprint.ts'
import { type Overlay, overlay } from '../../model/sync/overlay.ts'
import type { Reach } from '../../model/sync/reach.ts'
import { type Waiting, waitingAfter } from '../../model/sync/journal.ts'
import type { Write } from '../../model/sync/station.ts'
import { baseState, markedState, remembering } from './base.ts'
import type { ReadableDb, WritableDb } from './database.ts'
import { deferAnew, knownOf } from './deferred.ts'
import { lastLocalId } from './journal.ts'
import { pendingRows, type StagedBase, stagedBase } from './stage.ts'
import { strangersAmong, without } from './strangers.ts'
import { authorOf, type Synced } from './synced.ts'

/** So many waiting operations are decided again inside a transaction: some milliseconds of it. */
export const NEAR = 50

/** What is written makes more waiting operations come out otherwise than a transaction should wait for (carry-out.ts). */
export class FarReach extends Error {
  constructor() {
    super('many waiting operations are to be decided again')
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

/** What a write of the engine makes of the waiting operations that it reaches, worked out in memory. */
interface Redeciding {
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
 * @param write not one that decides all of them again, and without rows of nouns that are unknown here
 * @param until the last waiting operation that counts, by its `local_id`
 */
function redeciding(
  db: ReadableDb,
  synced: Synced,
  write: Write,
  { base, next }: Below,
  until?: number,
): Redeciding {
  const meta = synced.meta(db)!
  const waiting = synced.outbox.byId(db)
  const change = changeBelow(write, { base, outbox: waiting })!
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
 * @throws `FarReach` if they are more
 */
export function decideHere(
  db: ReadableDb,
  synced: Synced,
  write: Write,
  below: Below,
  most: number,
): Decided {
  const { before, fold, change, reach, steps } = redeciding(db, synced, write, below)
  let step = steps.next()
  for (; !step.done; step = steps.next()) if (reach.operations.size > most) throw new FarReach()
  const decided = step.value
  return {
    before,
    live: fold.live,
    take() {
      for (const _ of taking(fold, change, decided));
    },
  }
}

/** Waiting operations decided again, all of them or those that a write reaches, on rows that nobody else sees yet. */
export interface Beside {
  /** What the tables show. */
  readonly before: State
  /** What headquarters said, and what it says now. */
  readonly base: State
  readonly next: Overlay
  readonly fold: Fold & { readonly live: Overlay }
  readonly author: Author
  /** The last of the operations that were decided, by its `local_id`. */
  readonly last: number
  /** Rows that may be others than the tables show. */
  readonly names: Iterable<string>
  /** What else is to be done in the transaction. */
  also(db: WritableDb): void
}

/** Those that a write reaches, decided again, stopping wherever others may be served. The fold has taken it in then. */
export function* decidedAgain(still: ReadableDb, synced: Synced, write: Write): Generator<void, Beside> {
  const rows = (write.base ?? []).flatMap((row) => knownOf(row) ?? [])
  const known = write.base === undefined ? write : { ...write, base: rows }
  const base = without(baseState(still), strangersAmong(still, rows))
  const next = laidOver(base, rows)
  const last = lastLocalId(still)
  const { before, fold, change, author, steps } = redeciding(still, synced, known, { base, next }, last)
  yield* taking(fold, change, yield* steps)
  return { before, base, next, fold, author, last, names: fold.live.touched, also() {} }
}

/** All that waits, decided again from the first to the last on what headquarters says now. */
export function* decidedAnew(still: ReadableDb, synced: Synced, write: Write): Generator<void, Beside> {
  const base = baseState(still)
  const same: StagedBase = { next: overlay(base), deferred: [] }
  const { next, deferred } = write.stage_is === 'take' ? yield* stagedBase(still, base) : same
  const live = overlay(next)
  const fold = { ...emptyFold(live), live }
  const author = authorOf(write.meta ?? synced.meta(still)!)
  const last = lastLocalId(still)
  // Who asks for the outbox meanwhile is told of what was accepted since, too.
  const waiting = synced.outbox.list(still).filter(({ local_id }) => local_id <= last)
  const entries = waitingAfter(waiting, write)
  for (const entry of entries) {
    append(fold, author, entry)
    yield
  }
  return {
    before: remembering(markedState(still)),
    base,
    next,
    fold,
    author,
    last: Math.max(last, entries.at(-1)?.local_id ?? 0),
    names: new Set([...(yield* pendingRows(still)), ...next.touched, ...live.touched]),
    also(db) {
      synced.replaceFold(fold)
      if (write.stage_is === 'take') deferAnew(db, deferred)
    },
  }
}
