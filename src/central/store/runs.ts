import { type Refusal, isRefusal, refuse } from '../../model/error.ts'
import { fold } from '../../model/identifier.ts'
import { METADATA_KEYS_MAX } from '../../model/metadata.ts'
import type { RunCreate, RunCreated, RunUpdate } from '../../model/run.ts'
import type { Row } from '../../model/state.ts'
import { isLive } from './ledger.ts'
import { isThere, mayReport } from './links.ts'
import { attach } from './attachments.ts'
import type { Queryable } from './database.ts'
import type { Desk } from './own.ts'
import { notLinked } from './procedures.ts'
import { sql } from './sql.ts'
import { bringBatch, bringRevision, bringVersion } from './run-surroundings.ts'

const notFound = (id: string) => refuse('NOT_FOUND', `Run ${id} not found`)

/** What of a run stands in no row that can be decided on: looked up beforehand. */
export interface Prepared {
  readonly payload: string | null
  readonly operated_by_id: string | null | Refusal
}

/** As on a station: the run, and around it what is missing. All of it or nothing. */
export function createRun(
  desk: Desk,
  wanted: RunCreate,
  { payload, operated_by_id }: Prepared,
): RunCreated | Refusal {
  const { procedure_id, deployment_id, started_at, ended_at, outcome, docstring = null } = wanted
  if (!mayReport(desk, procedure_id)) return notLinked(procedure_id)
  if (!isThere(desk, procedure_id)) return refuse('NOT_FOUND', `Procedure ${procedure_id} not found`)
  if (typeof deployment_id === 'string')
    return refuse('NOT_FOUND', `Deployment ${deployment_id} not found: no deployments are kept here`)
  if (isRefusal(operated_by_id)) return operated_by_id
  const version_id = bringVersion(desk, procedure_id, wanted.procedure_version)
  if (isRefusal(version_id)) return version_id
  const unit = bringUnit(desk, wanted)
  if (isRefusal(unit)) return unit
  const refusal = takeSubUnits(desk, unit.id, wanted.sub_units ?? [])
  if (refusal) return refusal
  const id = desk.newId()
  const made = desk.accept({
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

function bringUnit(desk: Desk, wanted: RunCreate): { readonly id: string; readonly made: boolean } | Refusal {
  const { serial_number, unit_metadata: metadata } = wanted
  const known = desk.rows.holder('unit', '', fold(serial_number))
  const batch_id = bringBatch(desk, wanted.batch_number)
  if (isRefusal(batch_id)) return batch_id
  const revision_id = unitRevision(desk, wanted, known)
  if (isRefusal(revision_id)) return revision_id
  if (known) {
    const refusal = moveUnit(desk, known, { revision_id, batch_id, metadata })
    return refusal ?? { id: known.id, made: false }
  }
  const id = desk.newId()
  const refusal = desk.accept({
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
  desk: Desk,
  { serial_number, part_number, revision_number }: RunCreate,
  known: Row | undefined,
): string | Refusal {
  const revision = known && desk.rows.get('revision', known.fields['revision_id'] as string)
  const known_part = revision && desk.rows.get('part', revision.scope)?.name
  const same = part_number === undefined || fold(part_number) === fold(known_part ?? '')
  if (revision && same && revision_number === undefined) return revision.id
  const part = part_number ?? known_part
  if (part === undefined)
    return refuse(
      'UNPROCESSABLE_CONTENT',
      `Part number is required: unit ${serial_number} is not known here yet`,
    )
  return bringRevision(desk, part, revision_number)
}

function moveUnit(
  desk: Desk,
  { id, name, fields }: Row,
  to: {
    readonly revision_id: string
    readonly batch_id: string | undefined
    readonly metadata: RunCreate['unit_metadata']
  },
): Refusal | undefined {
  if (Object.keys({ ...(fields['metadata'] as object), ...to.metadata }).length > METADATA_KEYS_MAX)
    return refuse('BAD_REQUEST', `Unit ${name} would have more than ${METADATA_KEYS_MAX} metadata keys`)
  const revised = to.revision_id === fields['revision_id'] ? undefined : to.revision_id
  if (revised !== undefined || to.metadata !== undefined) {
    const { metadata } = to
    const refusal = desk.accept({ type: 'unit.update', id, revision_id: revised, metadata })
    if (refusal) return refusal
  }
  if (to.batch_id === undefined || to.batch_id === fields['batch_id']) return undefined
  return desk.accept({ type: 'unit.move', id, batch_id: to.batch_id })
}

function takeSubUnits(desk: Desk, id: string, serial_numbers: readonly string[]): Refusal | undefined {
  for (const serial_number of serial_numbers) {
    const child = desk.rows.holder('unit', '', fold(serial_number))
    if (!child) return refuse('NOT_FOUND', `Sub-unit ${serial_number} not found`)
    const refusal = desk.accept({ type: 'unit.add_child', id, child_id: child.id })
    if (refusal) return refusal
  }
  return undefined
}

/** Nothing of a run changes but its attachments and metadata. */
export function updateRun(desk: Desk, id: string, { attachments = [] }: RunUpdate): { id: string } | Refusal {
  if (!liveRun(desk, id)) return notFound(id)
  return attach(desk, attachments, { run_id: id }) ?? { id }
}

export function updateRunMetadata(
  desk: Desk,
  id: string,
  metadata: Readonly<Record<string, string | number | boolean | null>>,
): { id: string } | Refusal {
  const run = liveRun(desk, id)
  if (!run) return notFound(id)
  const after = Object.entries({ ...(run.fields['metadata'] as object), ...metadata })
  if (after.filter(([, value]) => value !== null).length > METADATA_KEYS_MAX)
    return refuse('BAD_REQUEST', `Run ${id} would have more than ${METADATA_KEYS_MAX} metadata keys`)
  return desk.accept({ type: 'run.update', id, metadata: { ...metadata } }) ?? { id }
}

/** All of them or none. Their units stay. */
export function deleteRuns(desk: Desk, ids: readonly string[]): { id: string[] } | Refusal {
  const unknown = ids.find((id) => !liveRun(desk, id))
  if (unknown !== undefined) return notFound(unknown)
  const wanted = [...new Set(ids)]
  for (const id of wanted) {
    const refusal = desk.accept({ type: 'run.delete', id })
    if (refusal) return refusal
  }
  return { id: wanted }
}

function liveRun({ rows }: Desk, id: string): Row | undefined {
  const run = rows.get('run', id)
  return run && isLive(run) ? run : undefined
}

/** Asked before a row is decided on. */
export async function findRunId(db: Queryable, id: string): Promise<string | Refusal> {
  const found = await db.rows(sql`SELECT 1 FROM runs WHERE id = ${id} AND held IS NOT NULL`)
  return found.length > 0 ? id : notFound(id)
}
