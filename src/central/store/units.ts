import { formatDuration } from '../../model/duration.ts'
import { type Refusal, isRefusal, refuse } from '../../model/error.ts'
import { fold } from '../../model/identifier.ts'
import { METADATA_KEYS_MAX } from '../../model/metadata.ts'
import type { Row, State } from '../../model/state.ts'
import { formatTime } from '../../model/time.ts'
import type { UnitCreate, UnitDetail, UnitUpdate } from '../../model/unit.ts'
import { attach, attachmentsOf, detach, type LinkTo } from './attachments.ts'
import { batchId } from './batches.ts'
import type { Queryable } from './database.ts'
import type { Desk } from './own.ts'
import { type CreatorColumns, creators, creatorsOf } from './people.ts'
import { revisionId } from './revisions.ts'
import { sql } from './sql.ts'

const notFound = (serial_number: string) => refuse('NOT_FOUND', `Unit ${serial_number} not found`)

/** What a unit is of: read beside it by `partColumns`, shown by `partOf`. */
export interface PartColumns {
  readonly part_id: string
  readonly part_number: string
  readonly part_name: string
  readonly revision_id: string
  readonly revision_number: string
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

interface UnitRow extends PartColumns, CreatorColumns {
  readonly id: string
  readonly serial_number: string
  readonly created_at: number
  readonly sample: UnitDetail['sample']
  readonly batch_id: string | null
  readonly batch_number: string | null
  readonly parent_id: string | null
  readonly metadata: UnitDetail['metadata']
}

type Relative = PartColumns & { readonly id: string; readonly serial_number: string }

const relativesQuery = sql`
  SELECT u.id, u.serial_number, ${partColumns}
  FROM units u JOIN revisions r ON r.id = u.revision_id JOIN parts p ON p.id = r.part_id WHERE u.held IS NOT NULL`

const relativeOf = (row: Relative) => ({ id: row.id, serial_number: row.serial_number, part: partOf(row) })

/** One unit with everything around it; the children in the order of their serial numbers. */
export async function getUnit(
  db: Queryable,
  serial_number: string,
  linkTo: LinkTo,
): Promise<UnitDetail | Refusal> {
  const [unit] = await db.rows<UnitRow>(sql`
    SELECT u.id, u.serial_number, u.created_at, u.sample, ${creators('u')}, b.id AS batch_id, b.number AS batch_number,
      u.parent_id, u.metadata, ${partColumns}
    FROM units u JOIN revisions r ON r.id = u.revision_id JOIN parts p ON p.id = r.part_id LEFT JOIN batches b ON b.id = u.batch_id
    WHERE u.held = ${fold(serial_number)}`)
  if (unit === undefined) return notFound(serial_number)
  const [parent] =
    unit.parent_id === null
      ? []
      : await db.rows<Relative>(sql`${relativesQuery} AND u.id = ${unit.parent_id}`)
  const children = await db.rows<Relative>(
    sql`${relativesQuery} AND u.parent_id = ${unit.id} ORDER BY u.held`,
  )
  return {
    id: unit.id,
    serial_number: unit.serial_number,
    created_at: formatTime(unit.created_at),
    sample: unit.sample,
    ...creatorsOf(unit),
    part: partOf(unit),
    batch: unit.batch_id === null ? null : { id: unit.batch_id, number: unit.batch_number! },
    parent: parent ? relativeOf(parent) : null,
    children: children.map(relativeOf),
    created_during: await createdDuring(db, unit.id),
    attachments: await attachmentsOf(db, { unit_id: unit.id }, linkTo),
    metadata: unit.metadata,
  }
}

/** The run that the unit came with. Of a unit that several stations made apart, the first. */
async function createdDuring(db: Queryable, unit_id: string): Promise<UnitDetail['created_during']> {
  const [run] = await db.rows<{
    id: string
    created_at: number
    started_at: number
    ended_at: number
    outcome: NonNullable<UnitDetail['created_during']>['outcome']
    procedure_id: string
    name: string
  }>(sql`
    SELECT t.id, t.created_at, t.started_at, t.ended_at, t.outcome, t.procedure_id, q.name
    FROM runs t JOIN procedures q ON q.id = t.procedure_id
    WHERE t.unit_id = ${unit_id} AND t.made_unit = 1 AND t.held IS NOT NULL ORDER BY t.started_at, t.id LIMIT 1`)
  if (run === undefined) return null
  return {
    id: run.id,
    created_at: formatTime(run.created_at),
    started_at: formatTime(run.started_at),
    ended_at: formatTime(run.ended_at),
    duration: formatDuration(run.ended_at - run.started_at),
    outcome: run.outcome,
    procedure: { id: run.procedure_id, name: run.name },
  }
}

export function createUnit(desk: Desk, wanted: UnitCreate): { id: string } | Refusal {
  const { serial_number, part_number, revision_number, sample = null, metadata = {} } = wanted
  const revision_id = revisionId(desk.rows, part_number, revision_number)
  if (isRefusal(revision_id)) return revision_id
  const id = desk.newId()
  const operation = {
    type: 'unit.create',
    id,
    serial_number,
    revision_id,
    batch_id: null,
    sample,
    metadata,
  } as const
  return desk.accept(operation) ?? { id }
}

export function updateUnit(desk: Desk, serial_number: string, wanted: UnitUpdate): { id: string } | Refusal {
  const unit = desk.rows.holder('unit', '', fold(serial_number))
  if (unit === undefined) return notFound(serial_number)
  const revision_id = newRevision(desk.rows, unit, wanted)
  if (isRefusal(revision_id)) return revision_id
  const batch_id = newBatch(desk.rows, wanted.batch_number)
  if (isRefusal(batch_id)) return batch_id
  if (keysAfter(unit, wanted) > METADATA_KEYS_MAX)
    return refuse('BAD_REQUEST', `Unit ${unit.name} would have more than ${METADATA_KEYS_MAX} metadata keys`)

  const { id } = unit
  const { new_serial_number, sample, metadata } = wanted
  const refusal =
    desk.accept({
      type: 'unit.update',
      id,
      serial_number: new_serial_number,
      revision_id,
      sample,
      metadata,
    }) ??
    (batch_id === undefined ? undefined : desk.accept({ type: 'unit.move', id, batch_id })) ??
    attach(desk, wanted.attachments ?? [], { unit_id: id })
  return refusal ?? { id }
}

/** A part alone keeps the revision's number, a revision alone keeps the part: what is not named stays. */
function newRevision(
  rows: State,
  unit: Row,
  { part_number, revision_number }: UnitUpdate,
): string | undefined | Refusal {
  if (part_number === undefined && revision_number === undefined) return undefined
  const revision = rows.get('revision', unit.fields['revision_id'] as string)!
  const part = rows.get('part', revision.scope)!
  return revisionId(rows, part_number ?? part.name, revision_number ?? revision.name)
}

function newBatch(rows: State, number: string | null | undefined): string | null | undefined | Refusal {
  if (number === undefined || number === null) return number
  return batchId(rows, number) ?? refuse('NOT_FOUND', `Batch ${number} not found`)
}

function keysAfter(unit: Row, { metadata = {} }: UnitUpdate): number {
  const after = Object.entries({ ...(unit.fields['metadata'] as UnitDetail['metadata']), ...metadata })
  return after.filter(([, value]) => value !== null).length
}

export function deleteAttachments(
  desk: Desk,
  serial_number: string,
  ids: readonly string[],
): { ids: string[] } | Refusal {
  const unit = desk.rows.holder('unit', '', fold(serial_number))
  return unit === undefined ? notFound(serial_number) : detach(desk, ids, unit.id)
}

/** All of them or none. Their children stay, without a parent. */
export function deleteUnits(desk: Desk, serial_numbers: readonly string[]): { id: string[] } | Refusal {
  const ids = new Set<string>()
  for (const serial_number of serial_numbers) {
    const id = unitId(desk.rows, serial_number)
    if (id === undefined) return notFound(serial_number)
    ids.add(id)
  }
  for (const id of ids) {
    const refusal = desk.accept({ type: 'unit.delete', id })
    if (refusal) return refusal
  }
  return { id: [...ids] }
}

/** A unit has one parent at most: put under another one, it leaves the first. */
export function addChild(
  desk: Desk,
  serial_number: string,
  child_serial_number: string,
): { id: string } | Refusal {
  return withBoth(desk.rows, serial_number, child_serial_number, (id, child_id) =>
    desk.accept({ type: 'unit.add_child', id, child_id }),
  )
}

export function removeChild(
  desk: Desk,
  serial_number: string,
  child_serial_number: string,
): { id: string } | Refusal {
  return withBoth(desk.rows, serial_number, child_serial_number, (id, child_id) =>
    desk.accept({ type: 'unit.remove_child', id, child_id }),
  )
}

/** @returns the child's id */
function withBoth(
  rows: State,
  serial_number: string,
  child_serial_number: string,
  work: (id: string, child_id: string) => Refusal | undefined,
): { id: string } | Refusal {
  const id = unitId(rows, serial_number)
  if (id === undefined) return notFound(serial_number)
  const child_id = unitId(rows, child_serial_number)
  if (child_id === undefined) return notFound(child_serial_number)
  return work(id, child_id) ?? { id: child_id }
}

/** Id of the unit with this serial number, in any case. */
const unitId = (rows: State, serial_number: string) => rows.holder('unit', '', fold(serial_number))?.id

/** Asked before a row is decided on. */
export async function findUnitId(db: Queryable, serial_number: string): Promise<string | Refusal> {
  const [unit] = await db.rows<{ id: string }>(sql`SELECT id FROM units WHERE held = ${fold(serial_number)}`)
  return unit?.id ?? notFound(serial_number)
}
