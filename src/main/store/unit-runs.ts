import { formatDuration } from '../../model/duration.ts'
import { formatTime } from '../../model/time.ts'
import type { UnitDetail, UnitItem, UnitListQuery } from '../../model/unit.ts'
import type { ReadableDb } from './database.ts'
import { both, type Filter, ordered, plain, range, unindexed } from './filters.ts'
import { among, oneOf, type Query, sql } from './sql.ts'

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

/** What is asked of the runs of units `u`: any run, or with `latest_only` the last one, must pass all of it. */
export function runFilters(db: ReadableDb, query: UnitListQuery): Filter[] {
  const { run_count_min, run_count_max, latest_only } = query
  const counted = ordered(range(sql`u.run_count`, run_count_min, run_count_max), false)
  return [...counted, ...(latest_only ? ofLastRun(db, query) : ofAnyRun(db, query))]
}

function ofAnyRun(db: ReadableDb, query: UnitListQuery): Filter[] {
  const asked = [
    ...ofKinds(db, query),
    ...range(sql`t.started_at`, query.started_after, query.started_before),
  ]
  return asked.length === 0 ? [] : [ofRun(both(asked), unindexed(asked))]
}

const ofRun = (asked: Query, test: Query, which = sql`t.unit_pk = u.pk`): Filter => ({
  gather: sql`u.pk IN (SELECT t.unit_pk FROM runs t WHERE ${asked})`,
  test: sql`EXISTS (SELECT 1 FROM runs t WHERE ${which} AND ${test})`,
  probe: (db, few) => db.rows(sql`SELECT 1 FROM runs t WHERE ${asked} LIMIT 1 OFFSET ${few}`).length === 0,
})

/** Units know the procedure and the start of their last run, not its outcome. */
function ofLastRun(db: ReadableDb, query: UnitListQuery): Filter[] {
  const { procedure_ids, outcomes, started_after, started_before, sort_by } = query
  const started = range(sql`u.last_run_at`, started_after, started_before)
  return [
    ...(procedure_ids ? [plain(oneOf(sql`u.last_procedure_pk`, procedurePks(db, procedure_ids)))] : []),
    ...ordered(started, sort_by === 'last_run_at'),
    ...(outcomes ? [ofLastOutcome(db, query)] : []),
  ]
}

/** All runs of that outcome are looked at, or those of its procedures: more than are the last of their unit. */
function ofLastOutcome(db: ReadableDb, query: UnitListQuery): Filter {
  const asked = both(ofKinds(db, query))
  const last = sql`t.pk = u.last_run_pk`
  const { gather, test, probe } = ofRun(asked, asked, last)
  return { gather: sql`(${gather} AND ${test})`, test, probe: probe! }
}

const procedurePks = (db: ReadableDb, ids: readonly string[]) =>
  db.rows<[number]>(sql`SELECT pk FROM procedures WHERE id IN ${among(ids)}`).flat()

const ofKinds = (db: ReadableDb, { procedure_ids, outcomes }: UnitListQuery): Query[] => [
  ...(procedure_ids ? [oneOf(sql`t.procedure_pk`, procedurePks(db, procedure_ids))] : []),
  ...(outcomes ? [sql`t.outcome IN ${among(outcomes)}`] : []),
]

/** The order in which `byLastProcedure` meets units, for `u` joined with the procedure `q` of its last run. */
export const lastProcedureOrder = {
  asc: sql`q.name COLLATE NOCASE, q.pk, u.pk`,
  desc: sql`q.name COLLATE NOCASE DESC, q.pk DESC, u.pk DESC`,
}

/**
 * A page sorted by the name of the last run's procedure: procedures are few, so their groups of units are gone through one after
 * the other, each along its index. Units without a run stand before all others.
 * @param most so many units are looked at
 */
export function byLastProcedure(
  db: ReadableDb,
  matching: Query,
  { limit, cursor, sort_order }: UnitListQuery,
  most?: number,
): number[] {
  const named = db.rows<[number]>(sql`SELECT pk FROM procedures ORDER BY name COLLATE NOCASE, pk`).flat()
  const groups = [sql`u.last_procedure_pk IS NULL`, ...named.map((pk) => sql`u.last_procedure_pk = ${pk}`)]
  const order = sort_order === 'asc' ? sql`u.pk` : sql`u.pk DESC`
  const found: number[] = []
  let skip = cursor
  let left = most
  for (const group of sort_order === 'asc' ? groups : groups.toReversed()) {
    const met =
      left === undefined
        ? sql`units u WHERE ${group} AND ${matching}`
        : sql`(SELECT u.pk FROM units u WHERE ${group} ORDER BY ${order} LIMIT ${left}) walk
            CROSS JOIN units u ON u.pk = walk.pk WHERE ${matching}`
    const ordered = left === undefined ? sql`ORDER BY ${order}` : sql``
    const pks = db.rows<[number]>(
      sql`SELECT u.pk FROM ${met} ${ordered} LIMIT ${limit + 1 - found.length} OFFSET ${skip}`,
    )
    found.push(...pks.flat())
    if (found.length > limit) break
    if (pks.length > 0) skip = 0
    else if (skip > 0) skip -= db.one<{ n: number }>(sql`SELECT count(*) AS n FROM ${met}`)!.n
    if (left === undefined) continue
    left -= db.one<{ n: number }>(
      sql`SELECT count(*) AS n FROM (SELECT 1 FROM units u WHERE ${group} LIMIT ${left})`,
    )!.n
    if (left <= 0) break
  }
  return found
}
