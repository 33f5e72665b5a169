import { PROTOCOL_VERSION } from '../../model/sync/protocol.ts'
import type { Event, Session } from '../../model/sync/station.ts'
import { isUntouched } from '../store/first-file.ts'
import type { Store } from '../store/store.ts'
import type { FirstQuestion } from './first-reading.ts'
import { headOf } from './heads.ts'
import type { Sight } from './sight.ts'
import type { Trouble } from './trouble.ts'

/** How a station that has read nothing yet reads a headquarters that has much ([S23]). */
export interface First {
  /** From so many changes on. */
  readonly from: number
  /** @returns false if it did not come to that: nothing was changed then */
  readonly read: (question: FirstQuestion) => Promise<boolean>
}

/** How far it is, null at the end; and what stands between. */
export interface Progress {
  readonly at: number | null
  readonly head_seq: number
  readonly trouble: Trouble | null
}

interface Newcomer {
  /** Does headquarters greet a station that has read nothing of it and told it nothing? Then all is read before anything is sent. */
  isGreeted(event: Event, session: Session, sight: Sight): boolean
  read(): Promise<void>
  stop(): void
}

/** Nobody waits between two pages of so many changes. */
const PAGE = 2_000
/** Bytes that a change may take on the disk for the time being, sorting included; and what is left to scripts in any case. */
const ROOM_PER_CHANGE = 2_000
const ROOM_LEFT = 512 * 1024 * 1024

interface NewcomerParts {
  readonly store: Store
  readonly disk_free: () => number | null
  readonly first?: First
}

export function createNewcomer(
  { store, disk_free, first }: NewcomerParts,
  see: (progress: Progress) => void,
): Newcomer {
  const ended = new AbortController()
  return {
    isGreeted(event, session, { head_seq }) {
      if (first === undefined || event.kind !== 'answer' || event.answer.kind !== 'welcome') return false
      if (event.id !== session.push?.id || event.answer.chain.seq > 0) return false
      if (head_seq === null || head_seq < first.from || !isUntouched(store.db, store.synced)) return false
      return (disk_free() ?? Infinity) > head_seq * ROOM_PER_CHANGE + ROOM_LEFT
    },
    async read() {
      const { station_id, incarnation, cursor } = store.synced.meta(store.db)!
      const who = { protocol: PROTOCOL_VERSION, station_id, incarnation } as const
      const request = { kind: 'pull', ...who, cursor, limit: PAGE } as const
      let head_seq = 0
      try {
        await first!.read({
          request,
          head: headOf(store, request, disk_free()),
          hear(at) {
            ;({ head_seq } = at)
            see(at)
          },
          signal: ended.signal,
        })
      } finally {
        see({ at: null, head_seq, trouble: null })
      }
    },
    stop: () => ended.abort(),
  }
}
