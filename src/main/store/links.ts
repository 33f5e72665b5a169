import type { Actor } from '../../model/actor.ts'
import { type Refusal, refuse } from '../../model/error.ts'
import { type Author, accept } from './accept.ts'
import type { ReadableDb, WritableDb } from './database.ts'
import { sql } from './sql.ts'

/** Of which procedures a station key may report runs: those its station is linked to, or any. */
export type StationRuns = 'linked' | 'any'

/** Which procedures the caller sees: all of them, or undefined for all without a look. */
export function seenBy(db: ReadableDb, actor: Actor, rule: StationRuns): number | undefined {
  if (actor.kind === 'user' || rule === 'any') return undefined
  return db.one<{ pk: number }>(sql`SELECT pk FROM stations WHERE id = ${actor.id}`)!.pk
}

/** May this caller work with the procedure? */
export function mayUse(db: ReadableDb, actor: Actor, procedure_id: string, rule: StationRuns): boolean {
  if (actor.kind === 'user' || rule === 'any') return true
  return linkIds(db, actor.id, procedure_id).length > 0
}

function linkIds(db: ReadableDb, station_id: string, procedure_id: string): string[] {
  return db
    .rows<[string]>(sql`
      SELECT l.id FROM procedure_links l JOIN stations s ON s.pk = l.station_pk JOIN procedures q ON q.pk = l.procedure_pk
      WHERE s.id = ${station_id} AND q.id = ${procedure_id} ORDER BY l.pk`)
    .flat()
}

/** Linking what is linked already changes nothing. */
export function linkProcedure(
  db: WritableDb,
  author: Author,
  station_id: string,
  procedure_id: string,
): Refusal | undefined {
  if (!db.one(sql`SELECT 1 FROM procedures WHERE id = ${procedure_id}`))
    return refuse('NOT_FOUND', `Procedure ${procedure_id} not found`)
  if (linkIds(db, station_id, procedure_id).length > 0) return undefined
  return accept(db, author, { type: 'link.create', id: author.newId(), station_id, procedure_id })
}

/** Takes every link between the two away. */
export function unlinkProcedure(
  db: WritableDb,
  author: Author,
  station_id: string,
  procedure_id: string,
): Refusal | undefined {
  const ids = linkIds(db, station_id, procedure_id)
  if (ids.length === 0) return refuse('NOT_FOUND', `Procedure ${procedure_id} is not linked to this station`)
  for (const id of ids) {
    const refusal = accept(db, author, { type: 'link.delete', id })
    if (refusal) return refusal
  }
  return undefined
}

/** Every procedure, by name, and whether this station is linked to it. */
export function listLinks(
  db: ReadableDb,
  station_id: string,
): { readonly id: string; readonly name: string; readonly linked: number }[] {
  return db.all(sql`
    SELECT q.id, q.name, EXISTS (
      SELECT 1 FROM procedure_links l JOIN stations s ON s.pk = l.station_pk WHERE l.procedure_pk = q.pk AND s.id = ${station_id}) AS linked
    FROM procedures q ORDER BY q.name COLLATE NOCASE, q.pk`)
}
