import type { Noun } from '../../model/state.ts'
import type { ReadableDb } from './database.ts'
import { type Query, sql } from './sql.ts'

/** The right side of `IN` for ids from outside: what was joined into another row is found as that one, whoever remembers it. */
export const standingIds = (noun: Noun, ids: readonly string[]): Query => sql`
  (SELECT coalesce((SELECT into_id FROM aliases WHERE aliases.id = json_each.value AND noun = ${noun}), json_each.value)
  FROM json_each(${JSON.stringify(ids)}))`

export function standingId(db: ReadableDb, noun: Noun, id: string): string {
  const found = db.one<{ into_id: string }>(
    sql`SELECT into_id FROM aliases WHERE id = ${id} AND noun = ${noun}`,
  )
  return found?.into_id ?? id
}
