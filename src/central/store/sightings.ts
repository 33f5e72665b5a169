import type { StationHead } from '../../model/sync/envelope.ts'
import type { Database } from './database.ts'
import { sql } from './sql.ts'

/** What stations say of themselves with each request, written down together every now and then: nothing waits for it. */
export interface Sightings {
  note(station_id: string, head: StationHead, at: Cursor): void
  /** Writes what was noted. */
  flush(): Promise<void>
}

interface Cursor {
  readonly incarnation: string
  readonly cursor_seq: number
}

/** A smaller number is an age already: 1973 is no time of a plant's clock. */
const EARLIEST_MS = 100_000_000_000

export function createSightings(db: Database, now: () => number): Sightings {
  let noted = new Map<string, object>()
  return {
    note(station_id, { version, clock, queue, disk_free_bytes }, { incarnation, cursor_seq }) {
      const { pending, oldest_ms, conflicts } = queue
      const age =
        oldest_ms !== null && oldest_ms > EARLIEST_MS ? Math.max(0, clock.wall_ms - oldest_ms) : oldest_ms
      noted.set(station_id, {
        station_id,
        seen_at: now(),
        version,
        pending,
        oldest_ms: age,
        conflicts,
        disk_free_bytes,
        clock_ahead_ms: clock.wall_ms - now(),
        boot_id: clock.boot_id,
        incarnation,
        cursor_seq,
      })
    },
    async flush() {
      if (noted.size === 0) return
      const all = [...noted.values()]
      noted = new Map()
      await db.rows(sql`
        INSERT INTO sightings (station_id, seen_at, version, pending, oldest_ms, conflicts, disk_free_bytes, clock_ahead_ms, boot_id, incarnation, cursor_seq)
        SELECT station_id, seen_at, version, pending, oldest_ms, conflicts, disk_free_bytes, clock_ahead_ms, boot_id, incarnation, cursor_seq
        FROM json_to_recordset(${JSON.stringify(all)}) AS t(station_id text, seen_at bigint, version text, pending bigint,
          oldest_ms bigint, conflicts bigint, disk_free_bytes bigint, clock_ahead_ms bigint, boot_id text, incarnation text, cursor_seq bigint)
        ORDER BY station_id
        ON CONFLICT (station_id) DO UPDATE SET seen_at = excluded.seen_at, version = excluded.version, pending = excluded.pending,
          oldest_ms = excluded.oldest_ms, conflicts = excluded.conflicts, disk_free_bytes = excluded.disk_free_bytes,
          clock_ahead_ms = excluded.clock_ahead_ms, boot_id = excluded.boot_id, incarnation = excluded.incarnation,
          cursor_seq = excluded.cursor_seq
        WHERE sightings.seen_at <= excluded.seen_at`)
    },
  }
}
