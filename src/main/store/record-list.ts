import type { FileRecord } from '../../model/record.ts'
import { formatTime } from '../../model/time.ts'
import type { ReadableDb } from './database.ts'
import { type Query, sql } from './sql.ts'

interface Row {
  readonly batch_number: string | null
  readonly batch_created_at: number | null
  readonly batch_user_id: string | null
  readonly batch_station_id: string | null
  readonly serial_number: string | null
  readonly part_number: string | null
  readonly part_name: string | null
  readonly revision_number: string | null
  readonly sample: 'golden' | 'failing' | 'ignored' | null
  readonly metadata: string | null
  readonly created_at: number | null
  readonly user_id: string | null
  readonly station_id: string | null
  readonly parent_serial_number: string | null
}

const unitColumns = sql`u.serial_number, p.number AS part_number, p.name AS part_name, r.number AS revision_number,
  u.sample, u.metadata, u.created_at, (SELECT id FROM users WHERE pk = u.created_by_user_pk) AS user_id,
  (SELECT id FROM stations WHERE pk = u.created_by_station_pk) AS station_id,
  (SELECT serial_number FROM units parent WHERE parent.pk = u.parent_pk) AS parent_serial_number`

/** Oldest batch first, each with its units by serial number: the same rows give the same file on every station. */
const batchRows: Query = sql`
  SELECT b.number AS batch_number, b.created_at AS batch_created_at,
    (SELECT id FROM users WHERE pk = b.created_by_user_pk) AS batch_user_id,
    (SELECT id FROM stations WHERE pk = b.created_by_station_pk) AS batch_station_id, ${unitColumns}
  FROM batches b LEFT JOIN units u ON u.batch_pk = b.pk LEFT JOIN revisions r ON r.pk = u.revision_pk
    LEFT JOIN parts p ON p.pk = r.part_pk
  ORDER BY b.created_at, b.key, u.key`

const looseRows: Query = sql`
  SELECT NULL AS batch_number, NULL AS batch_created_at, NULL AS batch_user_id, NULL AS batch_station_id, ${unitColumns}
  FROM units u JOIN revisions r ON r.pk = u.revision_pk JOIN parts p ON p.pk = r.part_pk
  WHERE u.batch_pk IS NULL ORDER BY u.key`

/** All batches and units as records, one by one. The connection takes nothing else until the last was read. */
export function* listRecords(db: ReadableDb): Generator<FileRecord> {
  for (const query of [batchRows, looseRows]) for (const row of db.each<Row>(query)) yield toRecord(row)
}

export function countRows(db: ReadableDb): { batches: number; units: number } {
  return db.one(sql`SELECT (SELECT count(*) FROM batches) AS batches, (SELECT count(*) FROM units) AS units`)!
}

function toRecord(row: Row): FileRecord {
  const {
    batch_number,
    serial_number,
    part_number,
    part_name,
    revision_number,
    sample,
    parent_serial_number,
  } = row
  return {
    batch_number,
    batch_created_at: timeOf(row.batch_created_at),
    batch_created_by: makerOf(row.batch_user_id, row.batch_station_id),
    serial_number,
    part_number,
    part_name,
    revision_number,
    sample,
    metadata:
      row.metadata === null ? null : (JSON.parse(row.metadata) as NonNullable<FileRecord['metadata']>),
    created_at: timeOf(row.created_at),
    created_by: makerOf(row.user_id, row.station_id),
    parent_serial_number,
  }
}

const timeOf = (at_ms: number | null) => (at_ms === null ? null : formatTime(at_ms))

function makerOf(user: string | null, station: string | null): string | null {
  return user ? `user:${user}` : station ? `station:${station}` : null
}
