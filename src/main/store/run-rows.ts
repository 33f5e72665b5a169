import { formatDuration } from '../../model/duration.ts'
import { type RunItem, UNSLOTTED } from '../../model/run.ts'
import { formatTime } from '../../model/time.ts'
import type { ReadableDb } from './database.ts'
import { type Query, sql } from './sql.ts'
import { metadataOf, type PartColumns, partColumns, partOf } from './units.ts'

export interface RunRow extends PartColumns {
  pk: number
  id: string
  created_at: number
  started_at: number
  ended_at: number
  outcome: RunItem['outcome']
  docstring: string | null
  metadata: string | null
  payload: string | null
  unit_pk: number
  unit_id: string
  serial_number: string
  sample: RunItem['unit']['sample']
  batch_id: string | null
  batch_number: string | null
  procedure_id: string
  procedure_name: string
  version_id: string | null
  tag: string | null
  user_id: string | null
  user_name: string | null
  user_email: string | null
  station_id: string | null
  station_name: string | null
  operated_by_id: string | null
  operator_name: string | null
  operator_email: string | null
}

/** Everything that is shown of runs. @param from names them, as `t` @param which says which of them, in which order */
export const readRuns = (db: ReadableDb, from: Query, which: Query) =>
  db.all<RunRow>(sql`
    SELECT t.pk, t.id, t.created_at, t.started_at, t.ended_at, t.outcome, t.docstring, t.metadata, t.payload, t.unit_pk,
      u.id AS unit_id, u.serial_number, u.sample, b.id AS batch_id, b.number AS batch_number, ${partColumns},
      q.id AS procedure_id, q.name AS procedure_name, v.id AS version_id, v.tag,
      maker.id AS user_id, maker.name AS user_name, maker.email AS user_email, s.id AS station_id, s.name AS station_name,
      t.operated_by_id, operator.name AS operator_name, operator.email AS operator_email
    FROM ${from} JOIN units u ON u.pk = t.unit_pk JOIN revisions r ON r.pk = u.revision_pk JOIN parts p ON p.pk = r.part_pk
      JOIN procedures q ON q.pk = t.procedure_pk LEFT JOIN versions v ON v.pk = t.version_pk
      LEFT JOIN batches b ON b.pk = u.batch_pk LEFT JOIN users maker ON maker.pk = t.created_by_user_pk
      LEFT JOIN stations s ON s.pk = t.created_by_station_pk LEFT JOIN users operator ON operator.id = t.operated_by_id
    ${which}`)

const person = (id: string | null, name: string | null, email: string | null) =>
  id === null ? null : { id, name, email }

export const toItem = (row: RunRow, include_metadata: boolean): RunItem => ({
  ...UNSLOTTED,
  id: row.id,
  created_at: formatTime(row.created_at),
  started_at: formatTime(row.started_at),
  ended_at: formatTime(row.ended_at),
  duration: formatDuration(row.ended_at - row.started_at),
  outcome: row.outcome,
  docstring: row.docstring,
  created_by_user: person(row.user_id, row.user_name, row.user_email),
  created_by_station: row.station_id === null ? null : { id: row.station_id, name: row.station_name! },
  operated_by: person(row.operated_by_id, row.operator_name, row.operator_email),
  procedure: {
    id: row.procedure_id,
    name: row.procedure_name,
    version: row.version_id === null ? null : { id: row.version_id, tag: row.tag! },
  },
  unit: {
    id: row.unit_id,
    serial_number: row.serial_number,
    sample: row.sample,
    part: partOf(row),
    batch: row.batch_id === null ? null : { id: row.batch_id, number: row.batch_number! },
  },
  ...(include_metadata ? { metadata: metadataOf(row.metadata) } : {}),
})
