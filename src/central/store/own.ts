import type { Actor } from '../../model/actor.ts'
import type { Refusal } from '../../model/error.ts'
import type { ClockReading, JournaledOperation, Operation } from '../../model/operation.ts'
import type { State } from '../../model/state.ts'
import { acceptOwn } from '../../model/sync/own.ts'
import { chainHash } from '../../host/hash.ts'
import type { Recorded } from './facts.ts'
import type { KnownReply, Reply } from './replies.ts'
import type { Sequencer } from './sequencer.ts'

/** Where a request that changes rows at headquarters does it: synchronous, over the latest there is. */
export interface Desk {
  readonly rows: State
  readonly actor: Actor
  readonly wall_ms: number
  readonly newId: () => string
  record(id: string): Recorded | undefined
  readonly reply: (fingerprint: string) => KnownReply | undefined
  readonly keepReply: (reply: Reply) => void
  /** Judges the operation and gives it its place; refused if it would not be done exactly as asked. */
  accept(operation: Operation): Refusal | undefined
}

export interface Outside {
  readonly newId: () => string
  readonly readClock: () => ClockReading
}

/** Headquarters' own changes: through the same rules and the same order as those of the stations. */
export function writeHere<Result>(
  sequencer: Sequencer,
  { newId, readClock }: Outside,
  headquarters_id: string,
  actor: Actor,
  work: (desk: Desk) => Result | Refusal,
): Promise<Result | Refusal> {
  const clock = readClock()
  const txn_id = newId()
  // The same ids in every run of the work: what it asks for by a new id must have been answered in the next run.
  const ids: string[] = []
  return sequencer.write((store, entries) => {
    let used = 0
    const id = () => ((ids[used] ??= newId()), ids[used++]!)
    return work({
      rows: store.rows,
      actor,
      wall_ms: clock.wall_ms,
      newId: id,
      record: (record_id) => store.record(record_id),
      reply: (fingerprint) => store.reply(fingerprint),
      keepReply: (reply) => store.keepReply(reply),
      accept(operation) {
        const op_id = id()
        const entry: JournaledOperation = {
          op_id,
          txn_id,
          actor,
          clock,
          created_at: clock.wall_ms,
          operation,
        }
        entries.set(op_id, entry)
        return acceptOwn(store, entry, headquarters_id, chainHash)
      },
    })
  })
}
