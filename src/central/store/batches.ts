import type { BatchDetail } from '../../model/batch.ts'
import { type Refusal, refuse } from '../../model/error.ts'
import { fold } from '../../model/identifier.ts'
import type { State } from '../../model/state.ts'
import { formatTime } from '../../model/time.ts'
import type { Queryable } from './database.ts'
import type { Desk } from './own.ts'
import { type CreatorColumns, creators, creatorsOf } from './people.ts'
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
export async function getBatch(db: Queryable, number: string): Promise<BatchDetail | Refusal> {
  const [batch] = await db.rows<CreatorColumns & { id: string; number: string; created_at: number }>(sql`
    SELECT b.id, b.number, b.created_at, ${creators('b')} FROM batches b WHERE b.held = ${fold(number)}`)
  if (batch === undefined) return notFound(number)
  const units = await db.rows<UnitRow>(sql`
    SELECT u.id, u.serial_number, u.created_at, p.id AS part_id, p.number AS part_number, p.name AS part_name,
      r.id AS revision_id, r.number AS revision_number
    FROM units u JOIN revisions r ON r.id = u.revision_id JOIN parts p ON p.id = r.part_id
    WHERE u.batch_id = ${batch.id} AND u.held IS NOT NULL ORDER BY u.held`)
  return {
    id: batch.id,
    number: batch.number,
    created_at: formatTime(batch.created_at),
    ...creatorsOf(batch),
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

export function createBatch(desk: Desk, number: string): { id: string } | Refusal {
  const id = desk.newId()
  return desk.accept({ type: 'batch.create', id, number }) ?? { id }
}

export function renameBatch(desk: Desk, number: string, new_number: string): { id: string } | Refusal {
  const id = batchId(desk.rows, number)
  if (id === undefined) return notFound(number)
  return desk.accept({ type: 'batch.rename', id, number: new_number }) ?? { id }
}

/** The batch goes, its units stay without one. */
export function deleteBatch(desk: Desk, number: string): { id: string[] } | Refusal {
  const id = batchId(desk.rows, number)
  if (id === undefined) return notFound(number)
  return desk.accept({ type: 'batch.delete', id }) ?? { id: [id] }
}

/** Id of the batch with this number, in any case. */
export const batchId = (rows: State, number: string) => rows.holder('batch', '', fold(number))?.id
