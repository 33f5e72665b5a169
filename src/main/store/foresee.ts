import type { State } from '../../model/state.ts'
import { isSameValue } from '../../model/sync/chain.ts'
import { decidesAnew } from '../../model/sync/acceptance.ts'
import { append } from '../../model/sync/fold.ts'
import { isRowNode } from '../../model/sync/footprint.ts'
import { withAll } from '../../model/sync/journal.ts'
import type { Write } from '../../model/sync/station.ts'
import { markedState } from './base.ts'
import type { ReadableDb, WritableDb } from './database.ts'
import { type Heirs, heirsAmong, type Turn, turnOf } from './heirs.ts'
import { decidedAnew, decidedAgain } from './redecide.ts'
import { isSame, settle } from './settle.ts'
import { nameOf, type Strangers } from './strangers.ts'
import type { Synced } from './synced.ts'

/**
 * A write that reaches many of the waiting operations. They are decided again before its transaction, on what the database held at one moment, and
 * scripts go on meanwhile: what these ask for is later than all that waited then, so it is decided on top, the last of it in the transaction,
 * which has the rows left to write that come out otherwise.
 */
export interface Foreseen {
  /** Makes the tables show it. */
  settle(db: WritableDb, strangers: Strangers): void
}

/**
 * Works it out, stopping wherever others may be served. From its first step to its end the footprints of `synced` are ahead of the database: should
 * the transaction not follow, they are to be forgotten.
 * @param still what the database held when no later transaction had begun
 */
export function* foreseeing(
  still: ReadableDb,
  db: ReadableDb,
  synced: Synced,
  write: Write,
): Generator<void, Foreseen> {
  const decided = decidesAnew(write) ? decidedAnew : decidedAgain
  const beside = yield* decided(still, synced, write)
  const { before, base, next, fold, author } = beside
  const { live } = fold
  let { last } = beside

  const turns: Turn[] = []
  for (const name of beside.names) {
    turns.push(turnOf(name, before, live))
    yield
  }
  const heirs = heirsAmong(turns)
  const changed = new Set<string>()
  for (const turn of turns) {
    const name = nameOf(turn)
    if (next.touched.has(name) || !isAsItStands(turn, heirs, base)) changed.add(name)
    yield
  }

  /** Rows that were written by what was accepted since. */
  const since = new Set<string>()
  function* accepted(now: ReadableDb): Generator<void> {
    for (
      let entries = synced.outbox.since(now, last);
      entries.length > 0;
      entries = synced.outbox.since(now, last)
    )
      for (const entry of entries) {
        for (const node of synced.fold?.footprints.get(entry.op.op_id)?.writes ?? [])
          if (isRowNode(node)) since.add(node.slice('row:'.length))
        for (const row of append(fold, author, withAll(entry, write)).changed) since.add(nameOf(row))
        last = entry.local_id
        yield
      }
  }
  yield* accepted(db)

  return {
    settle(writable, strangers) {
      for (const _ of accepted(writable));
      const names = new Set([...changed, ...since])
      const now = markedState(writable)
      const shown: State = {
        ...before,
        get: (noun, id) => (since.has(`${noun}:${id}`) ? now : before).get(noun, id),
      }
      beside.also(writable)
      settle(writable, synced, { names, before: shown, live, base: next, strangers })
    },
  }
}

/**
 * Nothing of the row is to be written, once those that leave their place have left it. That they will is sure: whoever takes a place away
 * meanwhile takes away what refers to it, and so writes that as well ([I6]).
 */
function isAsItStands({ noun, id, old, row }: Turn, { renamed }: Heirs, base: State): boolean {
  if (old === undefined || row === undefined) return false
  const stands = renamed(old)
  if (stands !== old && base.get(noun, id) !== undefined) return false
  return isSame(stands, row) && isSameValue(old.marks, row.marks)
}
