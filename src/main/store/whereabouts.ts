import type { Noun } from '../../model/state.ts'
import { rowNode } from '../../model/sync/footprint.ts'
import type { ReadableDb } from './database.ts'
import { sql } from './sql.ts'
import type { Synced } from './synced.ts'

/** Where the newest state of a row is: on this PC alone, on its way, or at headquarters. Of several rows of one id: of the last of them. */
export type Whereabouts = 'local' | 'sending' | 'headquarters'

export function whereaboutsOf(db: ReadableDb, synced: Synced, id: string): Whereabouts {
  if (synced.meta(db) === undefined) return 'local'
  const found = db.all<{ noun: Noun; in_base: number }>(
    sql`SELECT noun, in_base FROM row_marks WHERE id = ${id}`,
  )
  const here = found.filter(({ in_base }) => in_base === 0)
  if (found.length > 0 && here.length === 0) return 'headquarters'
  const waiting = synced.outbox.byId(db)
  const sealed = here.some(({ noun }) =>
    [...(synced.fold?.writers.get(rowNode(noun, id)) ?? [])].some((op_id) => waiting.get(op_id)?.seal),
  )
  return sealed ? 'sending' : 'local'
}

/** Those of the ids that are batches and whose newest state headquarters does not have. */
export function onlyHere(db: ReadableDb, ids: readonly string[]): string[] {
  return db
    .all<{ id: string }>(sql`
      SELECT b.id FROM batches b LEFT JOIN row_marks m ON m.id = b.id AND m.noun = 'batch'
      WHERE b.id IN (SELECT value FROM json_each(${JSON.stringify(ids)})) AND coalesce(m.in_base, 0) = 0`)
    .map(({ id }) => id)
}
