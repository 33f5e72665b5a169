import { randomUUID } from 'node:crypto'

import { chainHash } from '../../src/host/hash.ts'
import { newId } from '../../src/host/id.ts'
import type { ClockReading, Operation } from '../../src/model/operation.ts'
import { GENESIS } from '../../src/model/sync/chain.ts'
import { type Cursor, origin, type Position } from '../../src/model/sync/cursor.ts'
import { type Entry, onTheWire, sealed } from '../../src/model/sync/journal.ts'
import { PROTOCOL_VERSION, type PullRequest, type PushRequest } from '../../src/model/sync/protocol.ts'

/** As much of a station as headquarters sees: a chain of its operations and a cursor. */
export interface Chain {
  readonly station_id: string
  /** The next operations of the chain, each a request of its own. */
  push(operations: readonly Operation[], clock?: ClockReading, base?: Position): PushRequest
  pull(cursor: Cursor, limit: number): PullRequest
}

export function createChain(station_id: string): Chain {
  const incarnation = randomUUID()
  let head = { n: 0, hash: GENESIS }
  const envelope = { protocol: PROTOCOL_VERSION, station_id, incarnation, cursor: origin }
  return {
    station_id,
    push(
      operations,
      clock = { wall_ms: Date.now(), boot_id: 'boot', uptime_ms: 0 },
      base = { seq: 0, hash: GENESIS },
    ) {
      const ops = operations.map((operation) => {
        const entry: Entry = {
          local_id: head.n + 1,
          op: {
            op_id: newId(),
            txn_id: newId(),
            actor: { kind: 'station', id: station_id },
            clock,
            created_at: clock.wall_ms,
            operation,
          },
          base,
          rebased: false,
          resent: false,
          known_deleted: [],
          made_as: null,
          renamed_at: null,
          seal: null,
        }
        const made = sealed(chainHash, entry, incarnation, head)
        head = { n: made.seal!.n, hash: made.seal!.hash }
        return onTheWire(made)
      })
      return { kind: 'push', ...envelope, parent: null, ops }
    },
    pull: (cursor, limit) => ({ kind: 'pull', ...envelope, cursor, limit }),
  }
}

export const newBatch = (number: string): Operation => ({ type: 'batch.create', id: randomUUID(), number })
