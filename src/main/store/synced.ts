import { decide } from '../../model/decide.ts'
import { namingOf } from '../../model/decide/nouns.ts'
import { fold as keyOf } from '../../model/identifier.ts'
import type { JournaledOperation, Operation } from '../../model/operation.ts'
import type { Decision, Knowledge, Mark, Row, State } from '../../model/state.ts'
import { append, emptyFold, type Fold, remember } from '../../model/sync/fold.ts'
import { type Author, decideTracked } from '../../model/sync/footprint.ts'
import type { Entry } from '../../model/sync/journal.ts'
import { authorHere } from '../../model/sync/knowledge.ts'
import { type Overlay, overlay } from '../../model/sync/overlay.ts'
import type { Meta, StationView } from '../../model/sync/station.ts'
import { GENESIS } from '../../model/sync/chain.ts'
import { readArchive, readArchived } from './archive.ts'
import { baseState } from './base.ts'
import type { ReadableDb } from './database.ts'
import type { Knew } from './journal.ts'
import { createOutbox, linkAt, type Outbox } from './outbox.ts'
import { sql } from './sql.ts'
import { stagedSeq } from './stage.ts'
import { readHistory, readSync } from './sync-state.ts'

/**
 * What a station with a headquarters holds in memory beside its database: the waiting operations and the footprint that each
 * left when it was decided last. Both can be worked out from the database at any time; after a transaction that failed,
 * they are.
 */
export interface Synced {
  /** Undefined while the station has no headquarters. */
  meta(db: ReadableDb): Meta | undefined
  readonly outbox: Outbox
  /** Footprints of what waits; null until `catchUp` has worked them out. */
  readonly fold: Fold | null
  /** Reads what waits and works its footprints out, oldest operation first, until it is done (true) or `late` says that others wait. */
  catchUp(db: ReadableDb, late: () => boolean): boolean
  /** Decides an operation that a script asks for. Nothing is written, but its footprint is kept. */
  decide(db: ReadableDb, state: State, op: JournaledOperation): Decision
  /** What the author of an operation accepted now knows. */
  knows(db: ReadableDb, operation: Operation): Knew
  replaceFold(fold: Fold): void
  replaceMeta(meta: Meta): void
  /** Rows as the waiting operations make them, with all marks; only just after `catchUp` was done. */
  takeCaughtUp(): Overlay | null
  forget(): void
}

/** Here and now the author sees every row there is. */
export const everything: Knowledge = { seen: () => true, rebased: false, known_deleted: [] }

export function createSynced(): Synced {
  const outbox = createOutbox()
  let meta: Meta | undefined
  let known = false
  let fold: Fold | null = null
  let build: { readonly fold: Fold; readonly live: Overlay; done: number } | null = null
  let caughtUp: Overlay | null = null

  const self: Synced = {
    outbox,
    get fold() {
      return fold
    },
    meta(db) {
      if (!known) meta = readSync(db)
      known = true
      return meta
    },
    catchUp(db, late) {
      if (!outbox.fill(db, late)) return false
      if (fold !== null) return true
      if (build === null) {
        const live = overlay(baseState(db))
        build = { live, fold: emptyFold(live), done: 0 }
      }
      const author = authorOf(self.meta(db)!)
      for (const entry of outbox.list(db)) {
        if (entry.local_id <= build.done) continue
        append(build.fold, author, entry)
        build.done = entry.local_id
        if (late()) return false
      }
      fold = build.fold
      caughtUp = build.live
      build = null
      return true
    },
    decide(db, state, op) {
      const { station_id } = self.meta(db)!
      const mark = localMark(op.op_id, station_id)
      if (fold === null) return decide(state, op, everything, mark)
      const author: Author = { knowledge: () => everything, mark: () => mark, wrote: () => true }
      const { decision, footprint } = decideTracked(state, author, { op } as Entry)
      if (decision.result === 'applied') remember(fold, op.op_id, footprint)
      return decision
    },
    knows(db, operation) {
      const { seq, hash } = self.meta(db)!.cursor
      return { base: { seq, hash }, known_deleted: freedNames(db, operation).map(({ id }) => id) }
    },
    replaceFold(next) {
      fold = next
    },
    replaceMeta(next) {
      meta = next
    },
    takeCaughtUp() {
      const taken = caughtUp
      caughtUp = null
      return taken
    },
    forget() {
      outbox.forget()
      known = false
      meta = undefined
      fold = null
      build = null
      caughtUp = null
    },
  }
  return self
}

export const authorOf = ({ station_id, incarnation, lineage }: Meta) =>
  authorHere(station_id, incarnation, lineage)

/** What waits has no place in any order yet. */
const localMark = (op_id: string, station_id: string): Mark => ({
  op_id,
  incarnation: '',
  n: 0,
  station_id,
  seq: null,
})

/** Deleted rows that had the name which the operation gives: their author knows that it is free again. */
function freedNames(db: ReadableDb, operation: Operation): Row[] {
  if (!operation.type.endsWith('.create')) return []
  const named = namingOf(operation)
  if (named === undefined) return []
  const { noun, scope, name } = named
  return db
    .all<{ row: string }>(
      sql`SELECT row FROM graves WHERE noun = ${noun} AND key = ${keyOf(name)} AND scope = ${scope} ORDER BY id`,
    )
    .map(({ row }) => JSON.parse(row) as Row)
}

/**
 * What the reducer may ask of this station.
 * @param known what was read of it before, or is to be read otherwise
 */
export function viewOf(db: ReadableDb, synced: Synced, known: Partial<StationView> = {}): StationView {
  const meta = synced.meta(db)!
  return {
    meta,
    base: baseState(db),
    outbox: () => synced.outbox.list(db),
    slips: () => synced.outbox.slips(db),
    waiting: () => synced.outbox.byId(db),
    archive: () => readArchive(db),
    archived: (op_id) => readArchived(db, op_id),
    linkAt: (n) => (n === 0 ? GENESIS : linkAt(db, meta.incarnation, n)),
    history: () => readHistory(db),
    stagedSeq: (op_id) => stagedSeq(db, op_id),
    ...known,
  }
}
