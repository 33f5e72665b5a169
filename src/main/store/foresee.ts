import type { State } from '../../model/state.ts'
import { canonical } from '../../model/sync/chain.ts'
import { append, taking } from '../../model/sync/fold.ts'
import { isRowNode } from '../../model/sync/footprint.ts'
import type { Write } from '../../model/sync/station.ts'
import { baseState, markedState } from './base.ts'
import type { ReadableDb, WritableDb } from './database.ts'
import { type Heirs, heirsAmong, type Turn, turnOf } from './heirs.ts'
import { lastLocalId } from './journal.ts'
import { FarReach, laidOver, redeciding } from './redecide.ts'
import { isSame, settle } from './settle.ts'
import type { Store } from './store.ts'
import { nameOf, type Strangers, strangersAmong, without } from './strangers.ts'
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
 * @param write a write of the engine that is not a new history's
 */
export function* foreseeing(
  still: ReadableDb,
  db: ReadableDb,
  synced: Synced,
  write: Write,
): Generator<void, Foreseen> {
  const base = without(baseState(still), strangersAmong(still, write.base ?? []))
  const next = laidOver(base, write.base ?? [])
  let last = lastLocalId(still)
  const { before, fold, change, author, steps } = redeciding(still, synced, write, { base, next }, last)!
  const { live } = fold
  yield* taking(fold, change, yield* steps)

  const turns: Turn[] = []
  for (const name of live.touched) {
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
        for (const node of fold.footprints.get(entry.op.op_id)?.writes ?? [])
          if (isRowNode(node)) since.add(node.slice('row:'.length))
        for (const row of append(fold, author, entry).changed) since.add(nameOf(row))
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
  return isSame(stands, row) && canonical(old.marks) === canonical(row.marks)
}

/**
 * Carries out one step of the engine in a transaction, and where that reaches far, foresees it first.
 * @param decide what the engine says, asked in the transaction
 * @param slice_ms how long others may wait
 * @throws what the disk says, or `perform`
 */
export async function carriedOut<Step>(
  { commits, db, synced, snapshot }: Store,
  how: 'writeSoon' | 'writeAlone',
  decide: (db: ReadableDb) => Step,
  carryOut: (db: WritableDb, step: Step, how: Foreseen | 'near') => void,
  slice_ms: number,
): Promise<Step> {
  let step: Step | undefined
  try {
    return await commits[how]((writable) => {
      step = decide(writable)
      carryOut(writable, step, 'near')
      return step
    })
  } catch (error) {
    if (!(error instanceof FarReach)) throw error
    const still = snapshot()
    try {
      const foreseen = await inSlices(foreseeing(still, db, synced, error.write), slice_ms)
      // What was accepted since changes nothing of what the engine said: it comes after all of it.
      await commits[how]((writable) => carryOut(writable, step!, foreseen))
      return step!
    } finally {
      still.close()
    }
  }
}

async function inSlices<Result>(work: Generator<void, Result>, slice_ms: number): Promise<Result> {
  for (;;) {
    const end = performance.now() + slice_ms
    let step = work.next()
    while (!step.done && performance.now() < end) step = work.next()
    if (step.done) return step.value
    await new Promise((resolve) => setImmediate(resolve))
  }
}
