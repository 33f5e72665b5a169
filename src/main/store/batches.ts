import type { BatchDetail } from '../../model/batch.ts'
import { type Refusal, refuse } from '../../model/error.ts'
import { fold } from '../../model/identifier.ts'
import { formatTime } from '../../model/time.ts'
import { type Author, accept } from './accept.ts'
import type { ReadableDb, WritableDb } from './database.ts'
import type { People } from './people.ts'
import { sql } from './sql.ts'

const notFound = (number: string) => refuse('NOT_FOUND', `Batch ${number} not found`)

interface UnitRow {
  id: string
  serial_number: string
  created_at: number
  part_id: string
  part_number: string
  part_name: string
  revision_id: string
  revision_number: string
}

/** One batch with all its units, in the order of their serial numbers. */
export function getBatch(db: ReadableDb, people: People, number: string): BatchDetail | Refusal {
  const batch = db.one<{
    pk: number
    id: string
    number: string
    created_at: number
    created_by_user_pk: number | null
    created_by_station_pk: number | null
  }>(sql`
    SELECT pk, id, number, created_at, created_by_user_pk, created_by_station_pk FROM batches WHERE key = ${fold(number)}`)
  if (!batch) return notFound(number)
  const units = db.all<UnitRow>(sql`
    SELECT u.id, u.serial_number, u.created_at, p.id AS part_id, p.number AS part_number, p.name AS part_name,
      r.id AS revision_id, r.number AS revision_number
    FROM units u JOIN revisions r ON r.pk = u.revision_pk JOIN parts p ON p.pk = r.part_pk
    WHERE u.batch_pk = ${batch.pk} ORDER BY u.key`)
  return {
    id: batch.id,
    number: batch.number,
    created_at: formatTime(batch.created_at),
    created_by_user: people.user(batch.created_by_user_pk),
    created_by_station: people.station(batch.created_by_station_pk),
    units: units.map((unit) => ({
      id: unit.id,
      serial_number: unit.serial_number,
      created_at: formatTime(unit.created_at),
      part: {
        id: unit.part_id,
        number: unit.part_number,
        name: unit.part_name,
        revision: { id: unit.revision_id, number: unit.revision_number },
      },
    })),
  }
}

export function createBatch(db: WritableDb, author: Author, number: string): { id: string } | Refusal {
  const id = author.newId()
  return accept(db, author, { type: 'batch.create', id, number }) ?? { id }
}

export function renameBatch(
  db: WritableDb,
  author: Author,
  number: string,
  new_number: string,
): { id: string } | Refusal {
  const id = batchId(db, number)
  if (id === undefined) return notFound(number)
  return accept(db, author, { type: 'batch.rename', id, number: new_number }) ?? { id }
}

/** The batch goes, its units stay without one. */
export function deleteBatch(db: WritableDb, author: Author, number: string): { id: string[] } | Refusal {
  const id = batchId(db, number)
  if (id === undefined) return notFound(number)
  return accept(db, author, { type: 'batch.delete', id }) ?? { id: [id] }
}

/** Id of the batch with this number, in any case. */
export function batchId(db: ReadableDb, number: string): string | undefined {
  return db.one<{ id: string }>(sql`SELECT id FROM batches WHERE key = ${fold(number)}`)?.id
}
