import type { Refusal } from '../../model/error.ts'
import { fold } from '../../model/identifier.ts'
import { FIRST_REVISION, PART_NAME_DEFAULT } from '../../model/part.ts'
import { type Author, accept } from './accept.ts'
import { batchId } from './batches.ts'
import type { WritableDb } from './database.ts'
import { partId } from './parts.ts'
import { sql } from './sql.ts'
import { versionId } from './versions.ts'

/** What a run names and is not there yet comes to be with it. Each gives the id, found in any case or made. */

export function bringBatch(
  db: WritableDb,
  author: Author,
  number: string | undefined,
): string | undefined | Refusal {
  if (number === undefined) return undefined
  const there = batchId(db, number)
  if (there !== undefined) return there
  const id = author.newId()
  return accept(db, author, { type: 'batch.create', id, number }) ?? id
}

export function bringVersion(
  db: WritableDb,
  author: Author,
  procedure_id: string,
  tag: string | null | undefined,
): string | null | Refusal {
  if (tag === undefined || tag === null) return null
  const there = versionId(db, procedure_id, tag)
  if (there !== undefined) return there
  const id = author.newId()
  return accept(db, author, { type: 'version.create', id, procedure_id, tag }) ?? id
}

/** With no number the part's first revision is meant. */
export function bringRevision(
  db: WritableDb,
  author: Author,
  part_number: string,
  number: string | undefined,
): string | Refusal {
  let part_id = partId(db, part_number)
  if (part_id === undefined) {
    part_id = author.newId()
    const name = PART_NAME_DEFAULT
    const refusal = accept(db, author, { type: 'part.create', id: part_id, number: part_number, name })
    if (refusal) return refusal
  }
  const ofPart = sql`SELECT id FROM revisions WHERE part_pk = (SELECT pk FROM parts WHERE id = ${part_id})`
  const there = db.one<{ id: string }>(
    number === undefined ? sql`${ofPart} ORDER BY pk LIMIT 1` : sql`${ofPart} AND key = ${fold(number)}`,
  )
  if (there) return there.id
  const id = author.newId()
  return accept(db, author, { type: 'revision.create', id, part_id, number: number ?? FIRST_REVISION }) ?? id
}
