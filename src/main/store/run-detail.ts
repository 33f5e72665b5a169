import { type Refusal, refuse } from '../../model/error.ts'
import type { RunDetail } from '../../model/run.ts'
import { type IdAt, report } from '../../model/run-report.ts'
import { attachmentsOf, type LinkTo } from './attachments.ts'
import type { ReadableDb } from './database.ts'
import { readPayload } from './payloads.ts'
import { readRuns, type RunRow, toItem } from './run-rows.ts'
import { sql } from './sql.ts'
import { metadataOf } from './units.ts'

/**
 * One run with what was measured, as far as that is on this PC.
 * @param idWithin gives the parts of a run their ids
 * @param linkTo gives its attachments their links
 */
export function getRun(
  db: ReadableDb,
  id: string,
  idWithin: (id: string, place: string) => string,
  linkTo: LinkTo,
): RunDetail | Refusal {
  const [row] = readRuns(db, sql`runs t`, sql`WHERE t.id = ${id}`)
  if (!row) return refuse('NOT_FOUND', `Run ${id} not found`)
  return {
    ...toItem(row, false),
    metadata: metadataOf(row.metadata),
    config: [],
    secrets: [],
    ...measured(db, row, (place) => idWithin(id, place)),
    attachments: attachmentsOf(db, { run_pk: row.pk }, linkTo).map((one) => ({ ...one, is_report: false })),
    sub_units: db.all(sql`
      SELECT u.id, u.serial_number, p.number AS part_number, p.name AS part_name
      FROM units u JOIN revisions r ON r.pk = u.revision_pk JOIN parts p ON p.pk = r.part_pk
      WHERE u.parent_pk = ${row.unit_pk} ORDER BY u.key`),
  }
}

/** Runs of other stations come without their measurements (docs/decisions/0024): then it says so. */
function measured(
  db: ReadableDb,
  { payload }: RunRow,
  idAt: IdAt,
): Pick<RunDetail, 'phases' | 'logs' | 'payload'> {
  if (payload === null) return { phases: [], logs: [], payload: 'none' }
  const found = readPayload(db, payload)
  if (found === undefined) return { phases: [], logs: [], payload: 'elsewhere' }
  return { ...report(found, idAt), payload: 'here' }
}
