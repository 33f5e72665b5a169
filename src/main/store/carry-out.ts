import type { StationView, Step } from '../../model/sync/station.ts'
import { readArchiveUpTo, readingArchive } from './archive.ts'
import type { ReadableDb, WritableDb } from './database.ts'
import { type Foreseen, foreseeing } from './foresee.ts'
import { FarReach } from './redecide.ts'
import { stagedPlaces } from './stage.ts'
import type { Store } from './store.ts'
import { viewOf } from './synced.ts'

/** One step of the engine, and its hands. */
export interface Errand {
  /** What it writes need not wait for the disk. */
  readonly soon: boolean
  /** Of the archive it asks only for what a verified backup holds, up to here; null if for all of it. */
  readonly safe_seq: number | null
  /** What it writes depends on everything that waits when it is written, however long that takes. */
  readonly whole: boolean
  readonly decide: (view: StationView) => Step
  readonly carryOut: (db: WritableDb, step: Step, how: Foreseen | 'near' | 'whole') => void
}

/**
 * Carries out one step of the engine in a transaction. What would keep others waiting there, a long archive to be read or many waiting
 * operations to be decided again, is worked out beside first.
 * @param slice_ms how long others may wait
 * @returns what the engine said, and whether anything was written
 * @throws what the disk says, or `perform`
 */
export async function carriedOut(
  store: Store,
  errand: Errand,
  slice_ms: number,
): Promise<{ readonly step: Step; readonly wrote: boolean }> {
  const { commits, db, synced, snapshot } = store
  const { soon, safe_seq, whole, decide, carryOut } = errand
  const how = soon ? 'writeSoon' : 'writeAlone'
  const near = (now: ReadableDb) => decide(viewOf(now, synced, whole ? {} : nearArchive(now, safe_seq)))
  try {
    if (!soon) {
      const step = near(db)
      if (writeOf(step) === undefined) return { step, wrote: false }
    }
    // Scripts may write until the transaction begins: what is written is decided inside it, on what it sees.
    const step = await commits[how]((writable) => {
      const decided = near(writable)
      carryOut(writable, decided, whole ? 'whole' : 'near')
      return decided
    })
    return { step, wrote: true }
  } catch (error) {
    if (!(error instanceof FarReach)) throw error
  }
  const still = snapshot()
  try {
    const { step, foreseen } = await inSlices(workedOut(still, store, errand), slice_ms)
    // What was accepted since changes nothing of what the engine said: it comes after all of it.
    await commits[how]((writable) => carryOut(writable, step, foreseen))
    return { step, wrote: true }
  } finally {
    still.close()
  }
}

const writeOf = ({ effects }: Step) =>
  effects.flatMap((effect) => (effect.kind === 'write' ? effect.write : [])).at(0)

/** All of it may be long. */
function nearArchive(db: ReadableDb, safe_seq: number | null): Pick<StationView, 'archive'> {
  return {
    archive() {
      if (safe_seq === null) throw new FarReach()
      return readArchiveUpTo(db, safe_seq)
    },
  }
}

function* workedOut(
  still: ReadableDb,
  { db, synced }: Store,
  { safe_seq, decide }: Errand,
): Generator<void, { readonly step: Step; readonly foreseen: Foreseen }> {
  const archive = safe_seq === null ? yield* readingArchive(still) : readArchiveUpTo(still, safe_seq)
  const places = yield* stagedPlaces(still)
  const known = { archive: () => archive, stagedSeq: (op_id: string) => places.get(op_id) }
  const step = decide(viewOf(still, synced, known))
  return { step, foreseen: yield* foreseeing(still, db, synced, writeOf(step)!) }
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
