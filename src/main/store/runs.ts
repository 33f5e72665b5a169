import { type Refusal, isRefusal, refuse } from '../../model/error.ts'
import { fold } from '../../model/identifier.ts'
import { METADATA_KEYS_MAX } from '../../model/metadata.ts'
import type { RunCreate, RunCreated, RunUpdate } from '../../model/run.ts'
import { type Author, accept } from './accept.ts'
import { attach } from './attachments.ts'
import type { ReadableDb, WritableDb } from './database.ts'
import { mayUse, type StationRuns } from './links.ts'
import { keepPayload } from './payloads.ts'
import { notLinked } from './procedures.ts'
import { bringBatch, bringRevision, bringVersion } from './run-surroundings.ts'
import { sql } from './sql.ts'
import { metadataOf } from './units.ts'
import { beginUpload, ofRun } from './uploads.ts'

const notFound = (id: string) => refuse('NOT_FOUND', `Run ${id} not found`)

/**
 * Takes in a run, and makes around it what is missing: unit, part, revision, version, batch. A unit that is known is moved to the
 * run's revision and batch, and the sub-units under it: the last run says where things are. All of it or nothing.
 */
export function createRun(
  db: WritableDb,
  author: Author,
  rule: StationRuns,
  wanted: RunCreate,
): RunCreated | Refusal {
  const { procedure_id, deployment_id, started_at, ended_at, outcome, docstring = null } = wanted
  if (!mayUse(db, author.actor, procedure_id, rule)) return notLinked(procedure_id)
  if (!db.one(sql`SELECT 1 FROM procedures WHERE id = ${procedure_id}`))
    return refuse('NOT_FOUND', `Procedure ${procedure_id} not found`)
  if (typeof deployment_id === 'string')
    return refuse('NOT_FOUND', `Deployment ${deployment_id} not found: no deployments are kept here`)
  const operated_by_id = operatorId(db, wanted.operated_by)
  if (isRefusal(operated_by_id)) return operated_by_id
  const version_id = bringVersion(db, author, procedure_id, wanted.procedure_version)
  if (isRefusal(version_id)) return version_id
  const unit = bringUnit(db, author, wanted)
  if (isRefusal(unit)) return unit
  const refusal = takeSubUnits(db, author, unit.id, wanted.sub_units ?? [])
  if (refusal) return refusal

  const id = author.newId()
  const payload = keepPayload(db, { phases: wanted.phases ?? [], logs: wanted.logs ?? [] })
  const made = accept(db, author, {
    type: 'run.create',
    id,
    unit_id: unit.id,
    procedure_id,
    version_id,
    outcome,
    started_at,
    ended_at,
    docstring,
    operated_by_id,
    made_unit: unit.made,
    payload,
    metadata: wanted.metadata ?? {},
  })
  return made ?? { id, ids: [id] }
}

function operatorId(db: ReadableDb, email: string | undefined): string | null | Refusal {
  if (email === undefined) return null
  const found = db.one<{ id: string }>(
    sql`SELECT id FROM users WHERE lower(email) = ${fold(email)} ORDER BY pk LIMIT 1`,
  )
  return found?.id ?? refuse('NOT_FOUND', `operated_by: no user has the email ${email}`)
}

interface KnownUnit {
  id: string
  serial_number: string
  part_number: string
  revision_id: string
  batch_id: string | null
  metadata: string | null
}

function bringUnit(
  db: WritableDb,
  author: Author,
  wanted: RunCreate,
): { readonly id: string; readonly made: boolean } | Refusal {
  const { serial_number, unit_metadata: metadata } = wanted
  const known = db.one<KnownUnit>(sql`
    SELECT u.id, u.serial_number, p.number AS part_number, r.id AS revision_id, b.id AS batch_id, u.metadata
    FROM units u JOIN revisions r ON r.pk = u.revision_pk JOIN parts p ON p.pk = r.part_pk LEFT JOIN batches b ON b.pk = u.batch_pk
    WHERE u.key = ${fold(serial_number)}`)
  const batch_id = bringBatch(db, author, wanted.batch_number)
  if (isRefusal(batch_id)) return batch_id
  const revision_id = unitRevision(db, author, wanted, known)
  if (isRefusal(revision_id)) return revision_id
  if (known) {
    const refusal = moveUnit(db, author, known, { revision_id, batch_id, metadata })
    return refusal ?? { id: known.id, made: false }
  }
  const id = author.newId()
  const refusal = accept(db, author, {
    type: 'unit.create',
    id,
    serial_number,
    revision_id,
    batch_id: batch_id ?? null,
    sample: null,
    metadata: metadata ?? {},
  })
  return refusal ?? { id, made: true }
}

/** What is not named stays as it is; of a unit that nobody knows, at least the part must be named. */
function unitRevision(
  db: WritableDb,
  author: Author,
  { serial_number, part_number, revision_number }: RunCreate,
  known: KnownUnit | undefined,
): string | Refusal {
  const same = part_number === undefined || fold(part_number) === fold(known?.part_number ?? '')
  if (known && same && revision_number === undefined) return known.revision_id
  const part = part_number ?? known?.part_number
  if (part === undefined)
    return refuse(
      'UNPROCESSABLE_CONTENT',
      `Part number is required: unit ${serial_number} is not known here yet`,
    )
  return bringRevision(db, author, part, revision_number)
}

function moveUnit(
  db: WritableDb,
  author: Author,
  { id, serial_number, revision_id, batch_id, metadata: before }: KnownUnit,
  to: {
    readonly revision_id: string
    readonly batch_id: string | undefined
    readonly metadata: RunCreate['unit_metadata']
  },
): Refusal | undefined {
  if (Object.keys({ ...metadataOf(before), ...to.metadata }).length > METADATA_KEYS_MAX)
    return refuse(
      'BAD_REQUEST',
      `Unit ${serial_number} would have more than ${METADATA_KEYS_MAX} metadata keys`,
    )
  const revised = to.revision_id === revision_id ? undefined : to.revision_id
  if (revised !== undefined || to.metadata !== undefined) {
    const { metadata } = to
    const refusal = accept(db, author, { type: 'unit.update', id, revision_id: revised, metadata })
    if (refusal) return refusal
  }
  if (to.batch_id === undefined || to.batch_id === batch_id) return undefined
  return accept(db, author, { type: 'unit.move', id, batch_id: to.batch_id })
}

function takeSubUnits(
  db: WritableDb,
  author: Author,
  id: string,
  serial_numbers: readonly string[],
): Refusal | undefined {
  for (const serial_number of serial_numbers) {
    const child = db.one<{ id: string }>(sql`SELECT id FROM units WHERE key = ${fold(serial_number)}`)
    if (!child) return refuse('NOT_FOUND', `Sub-unit ${serial_number} not found`)
    const refusal = accept(db, author, { type: 'unit.add_child', id, child_id: child.id })
    if (refusal) return refusal
  }
  return undefined
}

/** Nothing of a run changes but its attachments and metadata. */
export function updateRun(
  db: WritableDb,
  author: Author,
  id: string,
  { attachments = [] }: RunUpdate,
): { id: string } | Refusal {
  if (!runRow(db, id)) return notFound(id)
  return attach(db, author, attachments, ofRun(id)) ?? { id }
}

/** Begins an upload whose file will belong to this run. */
export function createRunAttachment(
  db: WritableDb,
  author: Author,
  id: string,
  name: string,
): { id: string } | Refusal {
  return runRow(db, id) ? beginUpload(db, author, name, ofRun(id)) : notFound(id)
}

export function updateRunMetadata(
  db: WritableDb,
  author: Author,
  id: string,
  metadata: Readonly<Record<string, string | number | boolean | null>>,
): { id: string } | Refusal {
  const run = runRow(db, id)
  if (!run) return notFound(id)
  const after = Object.entries({ ...metadataOf(run.metadata), ...metadata })
  if (after.filter(([, value]) => value !== null).length > METADATA_KEYS_MAX)
    return refuse('BAD_REQUEST', `Run ${id} would have more than ${METADATA_KEYS_MAX} metadata keys`)
  return accept(db, author, { type: 'run.update', id, metadata: { ...metadata } }) ?? { id }
}

/** All of them or none. Their units stay. */
export function deleteRuns(
  db: WritableDb,
  author: Author,
  ids: readonly string[],
): { id: string[] } | Refusal {
  const unknown = ids.find((id) => !runRow(db, id))
  if (unknown !== undefined) return notFound(unknown)
  const wanted = [...new Set(ids)]
  for (const id of wanted) {
    const refusal = accept(db, author, { type: 'run.delete', id })
    if (refusal) return refusal
  }
  return { id: wanted }
}

const runRow = (db: ReadableDb, id: string) =>
  db.one<{ metadata: string | null }>(sql`SELECT metadata FROM runs WHERE id = ${id}`)
