import { type Refusal, isRefusal, refuse } from '../../model/error.ts'
import { fold } from '../../model/identifier.ts'
import type { RevisionDetail, RevisionUpdate } from '../../model/revision.ts'
import { formatTime } from '../../model/time.ts'
import { type Author, accept } from './accept.ts'
import type { ReadableDb, WritableDb } from './database.ts'
import { partId } from './parts.ts'
import type { People } from './people.ts'
import { sql } from './sql.ts'

/** One revision with all its units, in the order of their serial numbers. */
export function getRevision(
  db: ReadableDb,
  people: People,
  part_number: string,
  number: string,
): RevisionDetail | Refusal {
  const id = revisionId(db, part_number, number)
  if (isRefusal(id)) return id
  const revision = db.one<{
    pk: number
    number: string
    created_at: number
    created_by_user_pk: number | null
    created_by_station_pk: number | null
    part_id: string
    part_number: string
    part_name: string
  }>(sql`
    SELECT r.pk, r.number, r.created_at, r.created_by_user_pk, r.created_by_station_pk,
      p.id AS part_id, p.number AS part_number, p.name AS part_name
    FROM revisions r JOIN parts p ON p.pk = r.part_pk WHERE r.id = ${id}`)!
  return {
    id,
    number: revision.number,
    created_at: formatTime(revision.created_at),
    created_by_user: people.user(revision.created_by_user_pk),
    created_by_station: people.station(revision.created_by_station_pk),
    part: { id: revision.part_id, number: revision.part_number, name: revision.part_name },
    units: db.all(sql`SELECT id, serial_number FROM units WHERE revision_pk = ${revision.pk} ORDER BY key`),
  }
}

export function createRevision(
  db: WritableDb,
  author: Author,
  part_number: string,
  number: string,
): { id: string } | Refusal {
  const part_id = partId(db, part_number)
  if (part_id === undefined) return refuse('NOT_FOUND', `Part ${part_number} not found`)
  const id = author.newId()
  return accept(db, author, { type: 'revision.create', id, part_id, number }) ?? { id }
}

export function updateRevision(
  db: WritableDb,
  author: Author,
  { part_number, revision_number }: { part_number: string; revision_number: string },
  { number, image_id }: RevisionUpdate,
): { id: string } | Refusal {
  const id = revisionId(db, part_number, revision_number)
  if (isRefusal(id)) return id
  const image = image_id === '' ? null : image_id
  return accept(db, author, { type: 'revision.update', id, number, image_id: image }) ?? { id }
}

/** The revision goes, unless a unit is of it. */
export function deleteRevision(
  db: WritableDb,
  author: Author,
  part_number: string,
  number: string,
): { id: string } | Refusal {
  const id = revisionId(db, part_number, number)
  if (isRefusal(id)) return id
  return accept(db, author, { type: 'revision.delete', id }) ?? { id }
}

/** Id of the revision with these numbers, in any case; a refusal that says which of the two is not there. */
export function revisionId(db: ReadableDb, part_number: string, number: string): string | Refusal {
  const found = db.one<{ id: string }>(sql`
    SELECT r.id FROM revisions r JOIN parts p ON p.pk = r.part_pk
    WHERE p.key = ${fold(part_number)} AND r.key = ${fold(number)}`)
  if (found) return found.id
  return partId(db, part_number) === undefined
    ? refuse('NOT_FOUND', `Part ${part_number} not found, so it has no revision ${number}`)
    : refuse('NOT_FOUND', `Part ${part_number} has no revision ${number}: revision not found`)
}
