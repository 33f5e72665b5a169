import { type Refusal, isRefusal, refuse } from '../../model/error.ts'
import { fold } from '../../model/identifier.ts'
import type { RevisionDetail, RevisionUpdate } from '../../model/revision.ts'
import type { State } from '../../model/state.ts'
import { formatTime } from '../../model/time.ts'
import type { Queryable } from './database.ts'
import type { Desk } from './own.ts'
import { partId } from './parts.ts'
import { type CreatorColumns, creators, creatorsOf } from './people.ts'
import { sql } from './sql.ts'

const noPart = (part: string, number: string) =>
  refuse('NOT_FOUND', `Part ${part} not found, so it has no revision ${number}`)
const noRevision = (part: string, number: string) =>
  refuse('NOT_FOUND', `Part ${part} has no revision ${number}: revision not found`)

/** One revision with all its units, in the order of their serial numbers. */
export async function getRevision(
  db: Queryable,
  part_number: string,
  number: string,
): Promise<RevisionDetail | Refusal> {
  const [found] = await db.rows<
    CreatorColumns & {
      id: string | null
      number: string
      created_at: number
      part_id: string
      part_number: string
      part_name: string
    }
  >(sql`
    SELECT r.id, r.number, r.created_at, ${creators('r')}, p.id AS part_id, p.number AS part_number, p.name AS part_name
    FROM parts p LEFT JOIN revisions r ON r.part_id = p.id AND r.held = ${fold(number)}
    WHERE p.held = ${fold(part_number)}`)
  if (found === undefined) return noPart(part_number, number)
  if (found.id === null) return noRevision(part_number, number)
  return {
    id: found.id,
    number: found.number,
    created_at: formatTime(found.created_at),
    ...creatorsOf(found),
    part: { id: found.part_id, number: found.part_number, name: found.part_name },
    units: await db.rows(sql`
      SELECT id, serial_number FROM units WHERE revision_id = ${found.id} AND held IS NOT NULL ORDER BY held`),
  }
}

export function createRevision(desk: Desk, part_number: string, number: string): { id: string } | Refusal {
  const part_id = partId(desk.rows, part_number)
  if (part_id === undefined) return refuse('NOT_FOUND', `Part ${part_number} not found`)
  const id = desk.newId()
  return desk.accept({ type: 'revision.create', id, part_id, number }) ?? { id }
}

export function updateRevision(
  desk: Desk,
  { part_number, revision_number }: { part_number: string; revision_number: string },
  { number, image_id }: RevisionUpdate,
): { id: string } | Refusal {
  const id = revisionId(desk.rows, part_number, revision_number)
  if (isRefusal(id)) return id
  const image = image_id === '' ? null : image_id
  return desk.accept({ type: 'revision.update', id, number, image_id: image }) ?? { id }
}

/** The revision goes, unless a unit is of it. */
export function deleteRevision(desk: Desk, part_number: string, number: string): { id: string } | Refusal {
  const id = revisionId(desk.rows, part_number, number)
  if (isRefusal(id)) return id
  return desk.accept({ type: 'revision.delete', id }) ?? { id }
}

/** Id of the revision with these numbers, in any case; a refusal that says which of the two is not there. */
export function revisionId(rows: State, part_number: string, number: string): string | Refusal {
  const part_id = partId(rows, part_number)
  if (part_id === undefined) return noPart(part_number, number)
  return rows.holder('revision', part_id, fold(number))?.id ?? noRevision(part_number, number)
}
