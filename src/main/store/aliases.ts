import type { ReadableDb } from './database.ts'
import { type Query, sql } from './sql.ts'

/** The right side of `IN` for ids from outside: what was joined into another row is found as that one, whoever remembers it. */
export const standingIds = (ids: readonly string[]): Query => sql`
  (SELECT coalesce((SELECT into_id FROM aliases WHERE aliases.id = json_each.value), json_each.value)
  FROM json_each(${JSON.stringify(ids)}))`

export function standingId(db: ReadableDb, id: string): string {
  return db.one<{ into_id: string }>(sql`SELECT into_id FROM aliases WHERE id = ${id}`)?.into_id ?? id
}
