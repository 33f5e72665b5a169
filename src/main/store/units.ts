import { type Refusal, isRefusal, refuse } from '../../model/error.ts'
import { fold } from '../../model/identifier.ts'
import { METADATA_KEYS_MAX } from '../../model/metadata.ts'
import { formatTime } from '../../model/time.ts'
import type { UnitCreate, UnitDetail, UnitUpdate } from '../../model/unit.ts'
import { type Author, accept } from './accept.ts'
import { attach, attachmentsOf, detach, type LinkTo } from './attachments.ts'
import { batchId } from './batches.ts'
import type { ReadableDb, WritableDb } from './database.ts'
import type { People } from './people.ts'
import { revisionId } from './revisions.ts'
import { sql } from './sql.ts'
import { createdDuring } from './unit-runs.ts'
import { beginUpload, ofUnit } from './uploads.ts'

const notFound = (serial_number: string) => refuse('NOT_FOUND', `Unit ${serial_number} not found`)

/** What a unit is of: read beside it by `partColumns`, shown by `partOf`. */
export interface PartColumns {
  part_id: string
  part_number: string
  part_name: string
  revision_id: string
  revision_number: string
}

/** Of the revision `r` and its part `p`. */
export const partColumns = sql`
  p.id AS part_id, p.number AS part_number, p.name AS part_name, r.id AS revision_id, r.number AS revision_number`

export const partOf = (row: PartColumns) => ({
  id: row.part_id,
  number: row.part_number,
  name: row.part_name,
  revision: { id: row.revision_id, number: row.revision_number },
})

interface UnitRow extends PartColumns {
  pk: number
  id: string
  serial_number: string
  created_at: number
  sample: UnitDetail['sample']
  created_by_user_pk: number | null
  created_by_station_pk: number | null
  batch_id: string | null
  batch_number: string | null
  parent_pk: number | null
  metadata: string | null
}

const unitQuery = sql`
  SELECT u.pk, u.id, u.serial_number, u.created_at, u.sample, u.created_by_user_pk, u.created_by_station_pk,
    b.id AS batch_id, b.number AS batch_number, u.parent_pk, u.metadata, ${partColumns}
  FROM units u JOIN revisions r ON r.pk = u.revision_pk JOIN parts p ON p.pk = r.part_pk LEFT JOIN batches b ON b.pk = u.batch_pk
  WHERE u.key = `

function findUnit(db: ReadableDb, serial_number: string): UnitRow | undefined {
  return db.one(sql`${unitQuery}${fold(serial_number)}`)
}

const relativesQuery = sql`
  SELECT u.id, u.serial_number, ${partColumns}
  FROM units u JOIN revisions r ON r.pk = u.revision_pk JOIN parts p ON p.pk = r.part_pk`

type Relative = PartColumns & { id: string; serial_number: string }

const relativeOf = (row: Relative) => ({ id: row.id, serial_number: row.serial_number, part: partOf(row) })

/** One unit with everything around it; the children in the order of their serial numbers. */
export function getUnit(
  db: ReadableDb,
  people: People,
  serial_number: string,
  linkTo: LinkTo,
): UnitDetail | Refusal {
  const unit = findUnit(db, serial_number)
  if (!unit) return notFound(serial_number)
  const parent = db.one<Relative>(sql`${relativesQuery} WHERE u.pk = ${unit.parent_pk}`)
  const children = db.all<Relative>(sql`${relativesQuery} WHERE u.parent_pk = ${unit.pk} ORDER BY u.key`)
  return {
    id: unit.id,
    serial_number: unit.serial_number,
    created_at: formatTime(unit.created_at),
    sample: unit.sample,
    created_by_user: people.user(unit.created_by_user_pk),
    created_by_station: people.station(unit.created_by_station_pk),
    part: partOf(unit),
    batch: unit.batch_id === null ? null : { id: unit.batch_id, number: unit.batch_number! },
    parent: parent ? relativeOf(parent) : null,
    children: children.map(relativeOf),
    created_during: createdDuring(db, unit.pk),
    attachments: attachmentsOf(db, { unit_pk: unit.pk }, linkTo),
    metadata: metadataOf(unit.metadata),
  }
}

export const metadataOf = (json: string | null) =>
  (json === null ? {} : JSON.parse(json)) as UnitDetail['metadata']

export function createUnit(db: WritableDb, author: Author, wanted: UnitCreate): { id: string } | Refusal {
  const { serial_number, part_number, revision_number, sample = null, metadata = {} } = wanted
  const revision_id = revisionId(db, part_number, revision_number)
  if (isRefusal(revision_id)) return revision_id
  const id = author.newId()
  const operation = {
    type: 'unit.create',
    id,
    serial_number,
    revision_id,
    batch_id: null,
    sample,
    metadata,
  } as const
  return accept(db, author, operation) ?? { id }
}

export function updateUnit(
  db: WritableDb,
  author: Author,
  serial_number: string,
  wanted: UnitUpdate,
): { id: string } | Refusal {
  const unit = findUnit(db, serial_number)
  if (!unit) return notFound(serial_number)
  const revision_id = newRevision(db, unit, wanted)
  if (isRefusal(revision_id)) return revision_id
  const batch_id = newBatch(db, wanted.batch_number)
  if (isRefusal(batch_id)) return batch_id
  if (keysAfter(unit, wanted) > METADATA_KEYS_MAX)
    return refuse(
      'BAD_REQUEST',
      `Unit ${unit.serial_number} would have more than ${METADATA_KEYS_MAX} metadata keys`,
    )

  const { id } = unit
  const { new_serial_number, sample, metadata } = wanted
  const refusal =
    accept(db, author, {
      type: 'unit.update',
      id,
      serial_number: new_serial_number,
      revision_id,
      sample,
      metadata,
    }) ??
    (batch_id === undefined ? undefined : accept(db, author, { type: 'unit.move', id, batch_id })) ??
    attach(db, author, wanted.attachments ?? [], ofUnit(id))
  return refusal ?? { id }
}

/** A part alone keeps the revision's number, a revision alone keeps the part: what is not named stays. */
function newRevision(
  db: ReadableDb,
  unit: UnitRow,
  { part_number, revision_number }: UnitUpdate,
): string | undefined | Refusal {
  if (part_number === undefined && revision_number === undefined) return undefined
  return revisionId(db, part_number ?? unit.part_number, revision_number ?? unit.revision_number)
}

function newBatch(db: ReadableDb, number: string | null | undefined): string | null | undefined | Refusal {
  if (number === undefined || number === null) return number
  return batchId(db, number) ?? refuse('NOT_FOUND', `Batch ${number} not found`)
}

function keysAfter(unit: UnitRow, { metadata = {} }: UnitUpdate): number {
  const after = Object.entries({ ...metadataOf(unit.metadata), ...metadata })
  return after.filter(([, value]) => value !== null).length
}

/** All of them or none. Their children stay, without a parent. */
export function deleteUnits(
  db: WritableDb,
  author: Author,
  serial_numbers: readonly string[],
): { id: string[] } | Refusal {
  const ids = new Set<string>()
  for (const serial_number of serial_numbers) {
    const id = unitId(db, serial_number)
    if (id === undefined) return notFound(serial_number)
    ids.add(id)
  }
  for (const id of ids) {
    const refusal = accept(db, author, { type: 'unit.delete', id })
    if (refusal) return refusal
  }
  return { id: [...ids] }
}

/** A unit has one parent at most: put under another one, it leaves the first. */
export function addChild(
  db: WritableDb,
  author: Author,
  serial_number: string,
  child_serial_number: string,
): { id: string } | Refusal {
  return withBoth(db, serial_number, child_serial_number, (id, child_id) =>
    accept(db, author, { type: 'unit.add_child', id, child_id }),
  )
}

export function removeChild(
  db: WritableDb,
  author: Author,
  serial_number: string,
  child_serial_number: string,
): { id: string } | Refusal {
  return withBoth(db, serial_number, child_serial_number, (id, child_id) =>
    accept(db, author, { type: 'unit.remove_child', id, child_id }),
  )
}

/** @returns the child's id */
function withBoth(
  db: ReadableDb,
  serial_number: string,
  child_serial_number: string,
  work: (id: string, child_id: string) => Refusal | undefined,
): { id: string } | Refusal {
  const id = unitId(db, serial_number)
  if (id === undefined) return notFound(serial_number)
  const child_id = unitId(db, child_serial_number)
  if (child_id === undefined) return notFound(child_serial_number)
  return work(id, child_id) ?? { id: child_id }
}

/** Begins an upload whose file will belong to this unit. */
export function createAttachment(
  db: WritableDb,
  author: Author,
  serial_number: string,
  name: string,
): { id: string } | Refusal {
  const unit_id = unitId(db, serial_number)
  return unit_id === undefined ? notFound(serial_number) : beginUpload(db, author, name, ofUnit(unit_id))
}

export function deleteAttachments(
  db: WritableDb,
  author: Author,
  serial_number: string,
  ids: readonly string[],
): { ids: string[] } | Refusal {
  const unit_id = unitId(db, serial_number)
  return unit_id === undefined ? notFound(serial_number) : detach(db, author, ids, unit_id)
}

/** Id of the unit with this serial number, in any case. */
function unitId(db: ReadableDb, serial_number: string): string | undefined {
  return db.one<{ id: string }>(sql`SELECT id FROM units WHERE key = ${fold(serial_number)}`)?.id
}
