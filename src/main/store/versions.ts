import type { Actor } from '../../model/actor.ts'
import { type Refusal, refuse } from '../../model/error.ts'
import { fold } from '../../model/identifier.ts'
import { formatTime } from '../../model/time.ts'
import type { VersionDetail } from '../../model/version.ts'
import { type Author, accept } from './accept.ts'
import type { ReadableDb, WritableDb } from './database.ts'
import { mayUse, type StationRuns } from './links.ts'
import type { People } from './people.ts'
import { notLinked } from './procedures.ts'
import { sql } from './sql.ts'

const notFound = (procedure_id: string, tag: string) =>
  refuse('NOT_FOUND', `Procedure ${procedure_id} has no version ${tag}: version not found`)

/** A station key sees only versions of procedures that its station is linked to. */
export function getVersion(
  { db, people }: { readonly db: ReadableDb; readonly people: People },
  actor: Actor,
  rule: StationRuns,
  { procedure_id, tag }: { readonly procedure_id: string; readonly tag: string },
): VersionDetail | Refusal {
  if (!mayUse(db, actor, procedure_id, rule)) return notLinked(procedure_id)
  const found = db.one<{
    id: string
    tag: string
    created_at: number
    run_count: number
    name: string
    created_by_user_pk: number | null
    created_by_station_pk: number | null
  }>(sql`
    SELECT v.id, v.tag, v.created_at, v.run_count, q.name, v.created_by_user_pk, v.created_by_station_pk
    FROM versions v JOIN procedures q ON q.pk = v.procedure_pk WHERE q.id = ${procedure_id} AND v.key = ${fold(tag)}`)
  if (!found) return notFound(procedure_id, tag)
  return {
    id: found.id,
    tag: found.tag,
    created_at: formatTime(found.created_at),
    created_by_user: people.user(found.created_by_user_pk),
    created_by_station: people.station(found.created_by_station_pk),
    procedure: { id: procedure_id, name: found.name },
    run_count: found.run_count,
  }
}

export function createVersion(
  db: WritableDb,
  author: Author,
  procedure_id: string,
  tag: string,
): { id: string } | Refusal {
  if (!db.one(sql`SELECT 1 FROM procedures WHERE id = ${procedure_id}`))
    return refuse('NOT_FOUND', `Procedure ${procedure_id} not found`)
  const id = author.newId()
  return accept(db, author, { type: 'version.create', id, procedure_id, tag }) ?? { id }
}

/** The version goes, unless a run is of it. */
export function deleteVersion(
  db: WritableDb,
  author: Author,
  { procedure_id, tag }: { readonly procedure_id: string; readonly tag: string },
): { id: string } | Refusal {
  const id = versionId(db, procedure_id, tag)
  if (id === undefined) return notFound(procedure_id, tag)
  return accept(db, author, { type: 'version.delete', id }) ?? { id }
}

/** Id of the procedure's version with this tag, in any case. */
export function versionId(db: ReadableDb, procedure_id: string, tag: string): string | undefined {
  return db.one<{ id: string }>(sql`
    SELECT v.id FROM versions v JOIN procedures q ON q.pk = v.procedure_pk WHERE q.id = ${procedure_id} AND v.key = ${fold(tag)}`)
    ?.id
}
