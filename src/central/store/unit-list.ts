import { fold } from '../../model/identifier.ts'
import { type Page, page } from '../../model/page.ts'
import { formatTime } from '../../model/time.ts'
import type { UnitItem, UnitListQuery } from '../../model/unit.ts'
import type { Queryable } from './database.ts'
import { all, among, pieceOf, revisionsOf } from './filters.ts'
import { metadataTests } from './metadata-filter.ts'
import { type CreatorColumns, creators, creatorsOf } from './people.ts'
import { type Query, sql } from './sql.ts'
import { type PartColumns, partColumns, partOf } from './units.ts'

/** Units by page: which ones first, then what is shown of them. */
export async function listUnits(db: Queryable, query: UnitListQuery): Promise<Page<UnitItem>> {
  const { limit, cursor, sort_by, sort_order, include_metadata } = query
  const order = orders[sort_by][sort_order]
  const rows = await db.rows<UnitRow>(sql`
    SELECT u.id, u.serial_number, u.created_at, u.sample, ${creators('u')}, b.id AS batch_id, b.number AS batch_number,
      parent.id AS parent_id, parent.serial_number AS parent_serial_number, u.metadata, ${partColumns}, (
        SELECT coalesce(json_agg(json_build_object('id', c.id, 'serial_number', c.serial_number) ORDER BY c.held), '[]')
        FROM units c WHERE c.parent_id = u.id AND c.held IS NOT NULL) AS children, (
        SELECT row_to_json(last) FROM (
          SELECT t.id, t.outcome, t.started_at, t.ended_at, q.id AS procedure_id, q.name AS procedure_name
          FROM runs t JOIN procedures q ON q.id = t.procedure_id WHERE t.unit_id = u.id AND t.held IS NOT NULL
          ORDER BY t.started_at DESC, t.pk DESC LIMIT 1) last) AS last_run
    FROM (SELECT u.* FROM units u WHERE ${all([...conditionsOf(query), ...runConditions(query)])}
        ORDER BY ${order} LIMIT ${limit + 1}::bigint OFFSET ${cursor}::bigint) u
      JOIN revisions r ON r.id = u.revision_id JOIN parts p ON p.id = r.part_id
      LEFT JOIN batches b ON b.id = u.batch_id LEFT JOIN units parent ON parent.id = u.parent_id
    ORDER BY ${order}`)
  return page(
    rows.map((row) => toItem(row, include_metadata)),
    limit,
    cursor,
  )
}

const byCreation = { asc: sql`u.created_at, u.pk`, desc: sql`u.created_at DESC, u.pk DESC` }
const partKey = sql`(SELECT op.held FROM revisions rev JOIN parts op ON op.id = rev.part_id WHERE rev.id = u.revision_id)`

const lastRun = (column: Query) =>
  sql`(SELECT ${column} FROM runs t JOIN procedures q ON q.id = t.procedure_id WHERE t.unit_id = u.id AND t.held IS NOT NULL
    ORDER BY t.started_at DESC, t.pk DESC LIMIT 1)`
const lastRunAt = lastRun(sql`t.started_at`)
const lastProcedure = lastRun(sql`lower(q.name)`)

/** Units without a run come first, or last of all. */
const orders: Record<UnitListQuery['sort_by'], Record<UnitListQuery['sort_order'], Query>> = {
  serial_number: { asc: sql`u.held`, desc: sql`u.held DESC` },
  created_at: byCreation,
  part_number: { asc: sql`${partKey}, u.pk`, desc: sql`${partKey} DESC, u.pk DESC` },
  last_run_at: {
    asc: sql`${lastRunAt} NULLS FIRST, u.pk`,
    desc: sql`${lastRunAt} DESC NULLS LAST, u.pk DESC`,
  },
  last_run_procedure: {
    asc: sql`${lastProcedure} NULLS FIRST, u.pk`,
    desc: sql`${lastProcedure} DESC NULLS LAST, u.pk DESC`,
  },
}

function conditionsOf(query: UnitListQuery): Query[] {
  const found: Query[] = [sql`u.held IS NOT NULL`]
  if (query.search_query !== undefined) found.push(sql`lower(u.held) LIKE ${pieceOf(query.search_query)}`)
  // A unit that was joined into another one answers to the ids of both.
  if (query.ids)
    found.push(
      sql`u.id IN (SELECT coalesce(named.into_id, named.id) FROM units named WHERE named.id ${among(query.ids)})`,
    )
  if (query.serial_numbers) found.push(sql`u.held ${among(query.serial_numbers.map(fold))}`)
  if (query.part_numbers || query.revision_numbers) found.push(sql`u.revision_id IN (${revisionsOf(query)})`)
  if (query.batch_numbers) found.push(inBatch(query.batch_numbers))
  if (query.created_after !== undefined) found.push(sql`u.created_at >= ${query.created_after}::bigint`)
  if (query.created_before !== undefined) found.push(sql`u.created_at <= ${query.created_before}::bigint`)
  if (query.created_by_user_ids) found.push(sql`u.created_by_user_id ${among(query.created_by_user_ids)}`)
  if (query.created_by_station_ids)
    found.push(sql`u.created_by_station_id ${among(query.created_by_station_ids)}`)
  if (query.exclude_units_with_parent) found.push(sql`u.parent_id IS NULL`)
  if (query.samples) found.push(sql`u.sample ${among(query.samples)}`)
  if (query.metadata) found.push(...metadataTests(sql`u.metadata`, query.metadata))
  return found
}

/** The condition that a unit, called `u`, is in one of these batches; the empty string stands for units without one. */
export function inBatch(numbers: readonly string[]): Query {
  const named = numbers.filter((number) => number !== '')
  const inNamed = sql`u.batch_id IN (SELECT id FROM batches WHERE held ${among(named.map(fold))})`
  if (named.length === numbers.length) return inNamed
  return named.length === 0 ? sql`u.batch_id IS NULL` : sql`(u.batch_id IS NULL OR ${inNamed})`
}

interface UnitRow extends PartColumns, CreatorColumns {
  id: string
  serial_number: string
  created_at: number
  sample: UnitItem['sample']
  batch_id: string | null
  batch_number: string | null
  parent_id: string | null
  parent_serial_number: string | null
  metadata: NonNullable<UnitItem['metadata']>
  children: UnitItem['children']
  last_run: {
    id: string
    outcome: NonNullable<UnitItem['last_run']>['outcome']
    started_at: number
    ended_at: number
    procedure_id: string
    procedure_name: string
  } | null
}

const toItem = (row: UnitRow, include_metadata: boolean): UnitItem => ({
  id: row.id,
  serial_number: row.serial_number,
  created_at: formatTime(row.created_at),
  sample: row.sample,
  ...creatorsOf(row),
  batch: row.batch_id === null ? null : { id: row.batch_id, number: row.batch_number! },
  parent: row.parent_id === null ? null : { id: row.parent_id, serial_number: row.parent_serial_number! },
  children: row.children,
  part: partOf(row),
  last_run: row.last_run && lastRunOf(row.last_run),
  ...(include_metadata ? { metadata: row.metadata } : {}),
})

const lastRunOf = (run: NonNullable<UnitRow['last_run']>): UnitItem['last_run'] => ({
  id: run.id,
  outcome: run.outcome,
  started_at: formatTime(run.started_at),
  ended_at: formatTime(run.ended_at),
  procedure: { id: run.procedure_id, name: run.procedure_name },
})

/** Conditions that ask for runs: any run of the unit, or with `latest_only` the last one, must pass all of them. */
function runConditions(query: UnitListQuery): Query[] {
  const { procedure_ids, outcomes, started_after, started_before, latest_only } = query
  const { run_count_min, run_count_max } = query
  const found: Query[] = []
  const count = sql`(SELECT count(*) FROM runs t WHERE t.unit_id = u.id AND t.held IS NOT NULL)`
  if (run_count_min !== undefined) found.push(sql`${count} >= ${run_count_min}::bigint`)
  if (run_count_max !== undefined) found.push(sql`${count} <= ${run_count_max}::bigint`)
  const asked: Query[] = []
  if (procedure_ids) asked.push(sql`t.procedure_id ${among(procedure_ids)}`)
  if (outcomes) asked.push(sql`t.outcome ${among(outcomes)}`)
  if (started_after !== undefined) asked.push(sql`t.started_at >= ${started_after}::bigint`)
  if (started_before !== undefined) asked.push(sql`t.started_at <= ${started_before}::bigint`)
  if (asked.length === 0) return found
  const last = latest_only ? sql`AND t.id = ${lastRun(sql`t.id`)}` : sql``
  return [
    ...found,
    sql`EXISTS (SELECT FROM runs t WHERE t.unit_id = u.id AND t.held IS NOT NULL AND ${all(asked)} ${last})`,
  ]
}
