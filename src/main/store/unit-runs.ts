import { formatDuration } from '../../model/duration.ts'
import { formatTime } from '../../model/time.ts'
import type { UnitDetail, UnitItem, UnitListQuery } from '../../model/unit.ts'
import type { ReadableDb } from './database.ts'
import { FEW } from './run-filters.ts'
import { among, join, oneOf, type Query, sql } from './sql.ts'

/** What units show of their runs, and how they are found by them. */

export interface LastRunColumns {
  run_id: string | null
  outcome: NonNullable<UnitItem['last_run']>['outcome'] | null
  started_at: number | null
  ended_at: number | null
  procedure_id: string | null
  procedure_name: string | null
}

/** Of the run `t` and its procedure `q`. */
export const lastRunColumns = sql`
  t.id AS run_id, t.outcome, t.started_at, t.ended_at, q.id AS procedure_id, q.name AS procedure_name`

export const lastRunOf = (row: LastRunColumns): UnitItem['last_run'] =>
  row.run_id === null
    ? null
    : {
        id: row.run_id,
        outcome: row.outcome!,
        started_at: formatTime(row.started_at!),
        ended_at: formatTime(row.ended_at!),
        procedure: { id: row.procedure_id!, name: row.procedure_name! },
      }

/** The run that the unit came with. Of a unit that several stations made apart, the first. */
export function createdDuring(db: ReadableDb, unit_pk: number): UnitDetail['created_during'] {
  const found = db.one<LastRunColumns & { created_at: number }>(sql`
    SELECT ${lastRunColumns}, t.created_at FROM runs t JOIN procedures q ON q.pk = t.procedure_pk
    WHERE t.unit_pk = ${unit_pk} AND t.made_unit = 1 ORDER BY t.started_at, t.id LIMIT 1`)
  return found
    ? {
        id: found.run_id!,
        created_at: formatTime(found.created_at),
        started_at: formatTime(found.started_at!),
        ended_at: formatTime(found.ended_at!),
        duration: formatDuration(found.ended_at! - found.started_at!),
        outcome: found.outcome!,
        procedure: { id: found.procedure_id!, name: found.procedure_name! },
      }
    : null
}

/** Conditions on units `u` that ask for their runs: any run, or with `latest_only` the last one, must pass all of them. */
export function runConditions(db: ReadableDb, query: UnitListQuery): Query[] {
  const { run_count_min, run_count_max, latest_only } = query
  const found: Query[] = []
  if (run_count_min !== undefined) found.push(few(db, sql`u.run_count >= ${run_count_min}`))
  if (run_count_max !== undefined) found.push(few(db, sql`u.run_count <= ${run_count_max}`))
  const asked = askedOfRun(db, query)
  if (asked.length === 0) return found
  const passes = join(asked, ' AND ')
  if (latest_only) found.push(sql`EXISTS (SELECT 1 FROM runs t WHERE t.pk = u.last_run_pk AND ${passes})`)
  else if (db.rows(sql`SELECT 1 FROM runs t WHERE ${passes} LIMIT 1 OFFSET ${FEW}`).length === 0)
    found.push(sql`u.pk IN (SELECT t.unit_pk FROM runs t WHERE ${passes})`)
  else found.push(sql`EXISTS (SELECT 1 FROM runs t WHERE t.unit_pk = u.pk AND ${passes})`)
  return found
}

/** The plus keeps SQLite from an index that would give it more units than are worth sorting. */
const few = (db: ReadableDb, test: Query) =>
  db.rows(sql`SELECT 1 FROM units u WHERE ${test} LIMIT 1 OFFSET ${FEW}`).length === 0 ? test : sql`+${test}`

function askedOfRun(db: ReadableDb, query: UnitListQuery): Query[] {
  const { procedure_ids, outcomes, started_after, started_before } = query
  const asked: Query[] = []
  if (procedure_ids) {
    const procedures = sql`SELECT pk FROM procedures WHERE id IN ${among(procedure_ids)}`
    asked.push(oneOf(sql`t.procedure_pk`, db.rows<[number]>(procedures).flat()))
  }
  if (outcomes) asked.push(sql`t.outcome IN ${among(outcomes)}`)
  if (started_after !== undefined) asked.push(sql`t.started_at >= ${started_after}`)
  if (started_before !== undefined) asked.push(sql`t.started_at <= ${started_before}`)
  return asked
}

/**
 * A page sorted by the name of the last run's procedure: procedures are few, so their groups of units are gone through one after
 * the other, each along its index. Units without a run stand before all others.
 */
export function byLastProcedure(
  db: ReadableDb,
  matching: Query,
  { limit, cursor, sort_order }: UnitListQuery,
): number[] {
  const named = db.rows<[number]>(sql`SELECT pk FROM procedures ORDER BY name COLLATE NOCASE, pk`).flat()
  const groups = [sql`u.last_procedure_pk IS NULL`, ...named.map((pk) => sql`u.last_procedure_pk = ${pk}`)]
  const order = sort_order === 'asc' ? sql`u.pk` : sql`u.pk DESC`
  const found: number[] = []
  let skip = cursor
  for (const group of sort_order === 'asc' ? groups : groups.toReversed()) {
    const within = sql`FROM units u WHERE ${group} AND ${matching}`
    const pks = db.rows<[number]>(
      sql`SELECT u.pk ${within} ORDER BY ${order} LIMIT ${limit + 1 - found.length} OFFSET ${skip}`,
    )
    found.push(...pks.flat())
    if (found.length > limit) break
    if (pks.length > 0) skip = 0
    else if (skip > 0) skip -= db.one<{ n: number }>(sql`SELECT count(*) AS n ${within}`)!.n
  }
  return found
}
