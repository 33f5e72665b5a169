import type { Actor } from '../../model/actor.ts'
import { type Refusal, refuse } from '../../model/error.ts'
import { isLive } from './ledger.ts'
import type { Queryable } from './database.ts'
import type { Desk } from './own.ts'
import { sql } from './sql.ts'

/** May this caller read the procedure? A station key those that its station is linked to. */
export async function mayRead(db: Queryable, actor: Actor, procedure_id: string): Promise<boolean> {
  if (actor.kind === 'user') return true
  const [found] = await db.rows(sql`
    SELECT 1 FROM procedure_links WHERE station_id = ${actor.id} AND procedure_id = ${procedure_id} AND held IS NOT NULL LIMIT 1`)
  return found !== undefined
}

/** The same where rows are decided on. */
export const mayReport = ({ rows, actor }: Desk, procedure_id: string): boolean =>
  actor.kind === 'user' ||
  rows.members('link', 'station_id', actor.id).some(({ fields }) => fields['procedure_id'] === procedure_id)

export function linkProcedure(desk: Desk, station_id: string, procedure_id: string): Refusal | undefined {
  if (!isThere(desk, procedure_id)) return refuse('NOT_FOUND', `Procedure ${procedure_id} not found`)
  return desk.accept({ type: 'link.create', id: desk.newId(), station_id, procedure_id })
}

export function isThere({ rows }: Desk, procedure_id: string): boolean {
  const procedure = rows.get('procedure', procedure_id)
  return procedure !== undefined && isLive(procedure)
}
