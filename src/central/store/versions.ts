import type { Actor } from '../../model/actor.ts'
import { type Refusal, refuse } from '../../model/error.ts'
import { fold } from '../../model/identifier.ts'
import type { State } from '../../model/state.ts'
import { formatTime } from '../../model/time.ts'
import type { VersionDetail } from '../../model/version.ts'
import type { Queryable } from './database.ts'
import { isThere, mayRead } from './links.ts'
import type { Desk } from './own.ts'
import { type CreatorColumns, creators, creatorsOf } from './people.ts'
import { notLinked } from './procedures.ts'
import { sql } from './sql.ts'

interface ByTag {
  readonly procedure_id: string
  readonly tag: string
}

const notFound = ({ procedure_id, tag }: ByTag) =>
  refuse('NOT_FOUND', `Procedure ${procedure_id} has no version ${tag}: version not found`)

/** A station key sees only versions of procedures that its station is linked to. */
export async function getVersion(
  db: Queryable,
  actor: Actor,
  asked: ByTag,
): Promise<VersionDetail | Refusal> {
  if (!(await mayRead(db, actor, asked.procedure_id))) return notLinked(asked.procedure_id)
  const [found] = await db.rows<
    CreatorColumns & { id: string; tag: string; created_at: number; name: string; run_count: number }
  >(sql`
    SELECT v.id, v.tag, v.created_at, ${creators('v')}, q.name,
      (SELECT count(*)::int FROM runs r WHERE r.version_id = v.id AND r.held IS NOT NULL) AS run_count
    FROM versions v JOIN procedures q ON q.id = v.procedure_id
    WHERE v.procedure_id = ${asked.procedure_id} AND v.held = ${fold(asked.tag)}`)
  if (found === undefined) return notFound(asked)
  return {
    id: found.id,
    tag: found.tag,
    created_at: formatTime(found.created_at),
    ...creatorsOf(found),
    procedure: { id: asked.procedure_id, name: found.name },
    run_count: found.run_count,
  }
}

export function createVersion(desk: Desk, { procedure_id, tag }: ByTag): { id: string } | Refusal {
  if (!isThere(desk, procedure_id)) return refuse('NOT_FOUND', `Procedure ${procedure_id} not found`)
  const id = desk.newId()
  return desk.accept({ type: 'version.create', id, procedure_id, tag }) ?? { id }
}

/** The version goes, unless a run is of it. */
export function deleteVersion(desk: Desk, asked: ByTag): { id: string } | Refusal {
  const id = versionId(desk.rows, asked)
  if (id === undefined) return notFound(asked)
  return desk.accept({ type: 'version.delete', id }) ?? { id }
}

/** Id of the procedure's version with this tag, in any case. */
export const versionId = (rows: State, { procedure_id, tag }: ByTag) =>
  rows.holder('version', procedure_id, fold(tag))?.id
