import { type DeskSettings, deskSettings } from '../../model/desk.ts'
import type { ReadableDb, WritableDb } from './database.ts'
import { sql } from './sql.ts'

/** What the operator's page asks of the store beyond the contract. */

export function readDeskSettings(db: ReadableDb): DeskSettings {
  const found = db.one<{ value: string }>(sql`SELECT value FROM meta WHERE name = 'desk_settings'`)
  // Settings of another version that no longer fit are worth less than a page that opens.
  const parsed = deskSettings.safeParse(found === undefined ? {} : JSON.parse(found.value))
  return parsed.data ?? deskSettings.parse({})
}

export function writeDeskSettings(db: WritableDb, settings: DeskSettings): void {
  db.run(sql`INSERT INTO meta (name, value) VALUES ('desk_settings', ${JSON.stringify(settings)})
    ON CONFLICT DO UPDATE SET value = excluded.value`)
}

export function countRows(db: ReadableDb): { batches: number; units: number } {
  return db.one(sql`SELECT (SELECT count(*) FROM batches) AS batches, (SELECT count(*) FROM units) AS units`)!
}

/** Rows made at or after each bound and before the next; times in milliseconds since 1970 UTC. */
export function countBetween(
  db: ReadableDb,
  bounds: readonly number[],
): { from: number; batches: number; units: number }[] {
  return bounds.slice(0, -1).map((from, i) => {
    const until = bounds[i + 1]!
    return db.one(sql`SELECT ${from} AS "from",
      (SELECT count(*) FROM batches WHERE created_at >= ${from} AND created_at < ${until}) AS batches,
      (SELECT count(*) FROM units WHERE created_at >= ${from} AND created_at < ${until}) AS units`)!
  })
}

/** How many operations only this PC has, and when the oldest was made. The journal is in that order: its first row says it. */
export function pendingWork(db: ReadableDb): { pending: number; oldest_ms: number | null } {
  return db.one(sql`SELECT (SELECT count(*) FROM journal) AS pending,
    (SELECT wall_ms FROM journal ORDER BY local_id LIMIT 1) AS oldest_ms`)!
}

export function userName(db: ReadableDb, id: string): string | null {
  return db.one<{ name: string | null }>(sql`SELECT name FROM users WHERE id = ${id}`)?.name ?? null
}
