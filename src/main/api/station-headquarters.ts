import { type Route, route } from '../../http/routes.ts'
import { ok, refused } from '../../http/wire.ts'
import type { SyncState } from '../../model/desk.ts'
import { refuse } from '../../model/error.ts'
import {
  type HeadquartersAddress,
  type NotEnrolled,
  headquartersEndpoints,
} from '../../model/headquarters.ts'
import type { Operation } from '../../model/operation.ts'
import type { Noun } from '../../model/state.ts'
import { formatTime } from '../../model/time.ts'
import type { ReadableDb } from '../store/database.ts'
import { pendingWork } from '../store/desk.ts'
import { joinedBatches } from '../store/joined.ts'
import { waitingOperations } from '../store/journal.ts'
import { liveState } from '../store/live.ts'
import { type Api, read } from './route.ts'

/** The line to headquarters, as far as these routes use it. */
export interface Line {
  state(): SyncState
  /** One round now, waited for. */
  round(): Promise<SyncState>
  address(): HeadquartersAddress
  /** Spends a code. `undefined` when it worked. */
  enroll(url: string, code: string): Promise<NotEnrolled | undefined>
}

/** Where headquarters is, how to get there, and what has not arrived or was made one there. */
export const headquartersRoutes = (api: Api, line: Line): Route[] => [
  route(headquartersEndpoints.round, async () => ok(JSON.stringify(await line.round()))),
  route(headquartersEndpoints.get, () => ok(JSON.stringify(line.address()))),
  route(headquartersEndpoints.enroll, async ({ body: { url, code } }) => {
    const failed = await line.enroll(url, code.trim())
    if (failed === undefined) return ok(JSON.stringify(line.address()))
    const { reason, message, technical } = failed
    return refused(refuse('CONFLICT', message, { reason, ...(technical === null ? {} : { technical }) }))
  }),
  read(api, headquartersEndpoints.outbox, ({ db }, { query: { limit, cursor } }) => {
    const found = waitingOperations(db, cursor, limit + 1)
    const has_more = found.length > limit
    const page = found.slice(0, limit)
    const rows = liveState(db)
    const nameOf = ({ type, id }: Operation) => rows.get(type.split('.')[0] as Noun, id)?.name ?? null
    return {
      data: page.map(({ op, base, rebased, known_deleted, made_as, seal, by }) => ({
        ...op,
        base,
        rebased,
        known_deleted,
        made_as,
        seal,
        by,
        name: nameOf(op.operation),
        at: formatTime(op.clock.wall_ms),
      })),
      meta: { has_more, next_cursor: has_more ? page.at(-1)!.local_id : null },
    }
  }),
  read(api, headquartersEndpoints.joined, ({ db }, { query: { id } }) => ({
    data: joinedBatches(db, id).map((batch) => ({ ...batch, created_at: formatTime(batch.created_at) })),
  })),
]

/** A station without headquarters. */
export function alone(db: ReadableDb): Line {
  const state = (): SyncState => {
    const { pending, oldest_ms } = pendingWork(db)
    return {
      state: 'no_headquarters',
      pending,
      conflicts: 0,
      last_success_at: null,
      oldest_pending_at: oldest_ms === null ? null : formatTime(oldest_ms),
      progress: null,
      cause: null,
      detail: null,
      technical: null,
      clock_skew_ms: null,
      disk_free_bytes: null,
    }
  }
  return {
    state,
    round: () => Promise.resolve(state()),
    address: () => ({ url: null, by_settings: false }),
    enroll: () =>
      Promise.resolve({
        reason: 'no_line',
        message: 'This station was opened without a way to headquarters',
        technical: null,
      }),
  }
}
