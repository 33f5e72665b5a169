import type { Noun } from '../../model/state.ts'
import type { ReadableDb } from './database.ts'
import { sql } from './sql.ts'
import type { Synced } from './synced.ts'

/** Where the newest state of a row is: on this PC alone, on its way, or at headquarters. */
export type Whereabouts = 'local' | 'sending' | 'headquarters'

export function whereaboutsOf(db: ReadableDb, synced: Synced, id: string): Whereabouts {
  if (synced.meta(db) === undefined) return 'local'
  const found = db.one<{ noun: Noun; in_base: number }>(
    sql`SELECT noun, in_base FROM row_marks WHERE id = ${id}`,
  )
  if (found?.in_base === 1) return 'headquarters'
  const writers = found && synced.fold?.writers.get(`row:${found.noun}:${id}`)
  const waiting = synced.outbox.byId(db)
  const sealed = [...(writers ?? [])].some((op_id) => waiting.get(op_id)?.seal)
  return sealed ? 'sending' : 'local'
}

/** Those of the ids that are batches and whose newest state headquarters does not have. */
export function onlyHere(db: ReadableDb, ids: readonly string[]): string[] {
  return db
    .all<{ id: string }>(sql`
      SELECT b.id FROM batches b LEFT JOIN row_marks m ON m.id = b.id
      WHERE b.id IN (SELECT value FROM json_each(${JSON.stringify(ids)})) AND coalesce(m.in_base, 0) = 0`)
    .map(({ id }) => id)
}
