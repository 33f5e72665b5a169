import type { Refusal } from '../../model/error.ts'
import { fold } from '../../model/identifier.ts'
import { FIRST_REVISION, PART_NAME_DEFAULT } from '../../model/part.ts'
import { batchId } from './batches.ts'
import type { Desk } from './own.ts'
import { partId } from './parts.ts'
import { versionId } from './versions.ts'

/** What a run names and is not there yet comes to be with it. Each gives the id, found in any case or made. */

export function bringBatch(desk: Desk, number: string | undefined): string | undefined | Refusal {
  if (number === undefined) return undefined
  const there = batchId(desk.rows, number)
  if (there !== undefined) return there
  const id = desk.newId()
  return desk.accept({ type: 'batch.create', id, number }) ?? id
}

export function bringVersion(
  desk: Desk,
  procedure_id: string,
  tag: string | null | undefined,
): string | null | Refusal {
  if (tag === undefined || tag === null) return null
  const there = versionId(desk.rows, { procedure_id, tag })
  if (there !== undefined) return there
  const id = desk.newId()
  return desk.accept({ type: 'version.create', id, procedure_id, tag }) ?? id
}

/** With no number the part's first revision is meant. */
export function bringRevision(desk: Desk, part_number: string, number: string | undefined): string | Refusal {
  let part_id = partId(desk.rows, part_number)
  if (part_id === undefined) {
    part_id = desk.newId()
    const name = PART_NAME_DEFAULT
    const refusal = desk.accept({ type: 'part.create', id: part_id, number: part_number, name })
    if (refusal) return refusal
  }
  const there =
    number === undefined
      ? firstRevision(desk, part_id)
      : desk.rows.holder('revision', part_id, fold(number))?.id
  if (there !== undefined) return there
  const id = desk.newId()
  return desk.accept({ type: 'revision.create', id, part_id, number: number ?? FIRST_REVISION }) ?? id
}

function firstRevision({ rows }: Desk, part_id: string): string | undefined {
  const [first] = rows
    .members('revision', 'part_id', part_id)
    .toSorted((a, b) => (a.marks['created']?.seq ?? 0) - (b.marks['created']?.seq ?? 0))
  return first?.id
}
