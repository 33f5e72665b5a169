import { fold } from '../../model/identifier.ts'
import { type Page, page } from '../../model/page.ts'
import { formatTime } from '../../model/time.ts'
import type { UnitItem, UnitListQuery } from '../../model/unit.ts'
import type { Queryable } from './database.ts'
import { all, among, isGathered, pieceOf, revisionIds, revisionsOf } from './filters.ts'
import { type GroupedPage, openPage } from './groups.ts'
import { metadataTests } from './metadata-filter.ts'
import { type CreatorColumns, creators, creatorsOf } from './people.ts'
import { type Query, sql } from './sql.ts'
import { type PartColumns, partColumns, partOf } from './units.ts'

/** Units by page: which ones first, then what is shown of them. */
export async function listUnits(db: Queryable, query: UnitListQuery): Promise<Page<UnitItem>> {
  const { limit, cursor, include_metadata } = query
  const ids = await idsOf(db, query)
  const rows = await db.rows<UnitRow>(sql`
    SELECT u.id, u.serial_number, u.created_at, u.sample, ${creators('u')}, b.id AS batch_id, b.number AS batch_number,
      parent.id AS parent_id, parent.serial_number AS parent_serial_number, u.metadata, ${partColumns}, (
        SELECT coalesce(json_agg(json_build_object('id', c.id, 'serial_number', c.serial_number) ORDER BY c.held), '[]')
        FROM units c WHERE c.parent_id = u.id AND c.held IS NOT NULL) AS children, (
        SELECT row_to_json(last) FROM (
          SELECT t.id, t.outcome, t.started_at, t.ended_at, q.id AS procedure_id, q.name AS procedure_name
          FROM unit_runs x JOIN runs t ON t.id = x.last_run_id JOIN procedures q ON q.id = t.procedure_id
          WHERE x.unit_id = u.id) last) AS last_run
    FROM unnest(${ids}::text[]) WITH ORDINALITY AS wanted(id, place) JOIN units u ON u.id = wanted.id
      JOIN revisions r ON r.id = u.revision_id JOIN parts p ON p.id = r.part_id
      LEFT JOIN batches b ON b.id = u.batch_id LEFT JOIN units parent ON parent.id = u.parent_id
    ORDER BY wanted.place`)
  return page(
    rows.map((row) => toItem(row, include_metadata)),
    limit,
    cursor,
  )
}

async function idsOf(db: Queryable, query: UnitListQuery): Promise<readonly string[]> {
  const { sort_by, sort_order } = query
  const conditions = conditionsOf(query, await revisionIds(db, query))
  const matching = all([...conditions, ...runConditions(query, sql``)])
  const any = sql`SELECT FROM units u WHERE ${matching}`
  const few = await isGathered(db, any, sql`SELECT FROM units`, query)
  // OFFSET 0 keeps PostgreSQL from joining all runs that pass: on a walk each unit is looked at for itself.
  const tested = few ? matching : all([...conditions, ...runConditions(query, sql`OFFSET 0`)])
  const sorted = grouped[sort_by]
  const found = openPage(db, query)
  if (sorted === undefined)
    await found.next({
      rows: sql`SELECT u.id FROM units u WHERE ${tested}`,
      order: orders[sort_by as Plain][sort_order],
    })
  else if (few)
    await found.next({
      rows: sql`SELECT u.id FROM ${sorted.gathered.from} WHERE ${tested}`,
      order: sorted.gathered.order[sort_order],
    })
  else await sorted.walk(db, found, tested, query)
  return found.found
}

type Direction = UnitListQuery['sort_order']
type Plain = 'serial_number' | 'created_at'
type Directed = Record<Direction, Query>

/** Read off an index. */
const orders: Record<Plain, Directed> = {
  serial_number: { asc: sql`u.held`, desc: sql`u.held DESC` },
  created_at: { asc: sql`u.created_at, u.pk`, desc: sql`u.created_at DESC, u.pk DESC` },
}

/** Sorted by what units belong to, and within it by their creation. */
interface Grouped {
  /** The order in one query, for few units. */
  readonly gathered: { readonly from: Query; readonly order: Directed }
  /** The same order off the indexes, for units `u` that pass the conditions. */
  readonly walk: (db: Queryable, found: GroupedPage, tested: Query, query: UnitListQuery) => Promise<void>
}

const withRuns = sql`units u LEFT JOIN unit_runs x ON x.unit_id = u.id`
const along = sql`FROM unit_runs x JOIN units u ON u.id = x.unit_id`
const byPlace: Directed = { asc: sql`x.pk`, desc: sql`x.pk DESC` }
const untested = (tested: Query, order: Direction) => ({
  rows: sql`SELECT u.id FROM units u WHERE NOT u.tested AND ${tested}`,
  order: order === 'asc' ? sql`u.pk` : sql`u.pk DESC`,
})

/** Units without a run come first, or last of all. */
async function besides(
  found: GroupedPage,
  tested: Query,
  order: Direction,
  others: () => Promise<void>,
): Promise<void> {
  if (order === 'asc') await found.next(untested(tested, order))
  await others()
  if (order === 'desc') await found.next(untested(tested, order))
}

const inDirection = (ids: readonly { readonly id: string }[], order: Direction) => {
  const inOrder = ids.map(({ id }) => id)
  return order === 'asc' ? inOrder : inOrder.toReversed()
}

const grouped: Partial<Record<UnitListQuery['sort_by'], Grouped>> = {
  last_run_at: {
    gathered: {
      from: withRuns,
      order: {
        asc: sql`x.last_run_at NULLS FIRST, u.pk`,
        desc: sql`x.last_run_at DESC NULLS LAST, u.pk DESC`,
      },
    },
    walk: (_, found, tested, { sort_order }) =>
      besides(found, tested, sort_order, () =>
        found.next({
          rows: sql`SELECT u.id ${along} WHERE ${tested}`,
          order: sort_order === 'asc' ? sql`x.last_run_at, x.pk` : sql`x.last_run_at DESC, x.pk DESC`,
        }),
      ),
  },
  last_run_procedure: {
    gathered: {
      from: sql`${withRuns} LEFT JOIN procedures q ON q.id = x.last_procedure_id`,
      order: {
        asc: sql`lower(q.name) NULLS FIRST, q.pk, u.pk`,
        desc: sql`lower(q.name) DESC NULLS LAST, q.pk DESC, u.pk DESC`,
      },
    },
    async walk(db, found, tested, { sort_order }) {
      const procedures = await db.rows<{ id: string }>(sql`
        SELECT q.id FROM procedures q WHERE EXISTS (SELECT FROM unit_runs x WHERE x.last_procedure_id = q.id)
        ORDER BY lower(q.name), q.pk`)
      const rows = sql`SELECT u.id ${along} WHERE x.last_procedure_id = g.id AND ${tested}`
      await besides(found, tested, sort_order, () =>
        found.groups(inDirection(procedures, sort_order), { rows, order: byPlace[sort_order] }),
      )
    },
  },
  part_number: {
    gathered: {
      from: sql`units u JOIN revisions r ON r.id = u.revision_id JOIN parts p ON p.id = r.part_id`,
      order: { asc: sql`p.held, r.held, u.pk`, desc: sql`p.held DESC, r.held DESC, u.pk DESC` },
    },
    async walk(db, found, tested, { sort_order, part_numbers, revision_numbers }) {
      const revisions = await db.rows<{ id: string }>(sql`
        SELECT r.id FROM revisions r JOIN parts p ON p.id = r.part_id
        WHERE r.id IN (${revisionsOf({ part_numbers, revision_numbers })}) ORDER BY p.held, r.held`)
      await found.groups(inDirection(revisions, sort_order), {
        rows: sql`SELECT u.id FROM units u WHERE u.revision_id = g.id AND ${tested}`,
        order: sort_order === 'asc' ? sql`u.pk` : sql`u.pk DESC`,
      })
    },
  },
}

function conditionsOf(query: UnitListQuery, revision_ids: readonly string[] | undefined): Query[] {
  const found: Query[] = [sql`u.held IS NOT NULL`]
  if (query.search_query !== undefined) found.push(sql`lower(u.held) LIKE ${pieceOf(query.search_query)}`)
  // A unit that was joined into another one answers to the ids of both.
  if (query.ids)
    found.push(
      sql`u.id IN (SELECT coalesce(named.into_id, named.id) FROM units named WHERE named.id ${among(query.ids)})`,
    )
  if (query.serial_numbers) found.push(sql`u.held ${among(query.serial_numbers.map(fold))}`)
  if (revision_ids) found.push(sql`u.revision_id ${among(revision_ids)}`)
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

/**
 * Conditions that ask for runs: any run of the unit, or with `latest_only` the last one, must pass all of them.
 * @param fence put behind the look at a unit's runs
 */
function runConditions(query: UnitListQuery, fence: Query): Query[] {
  const { procedure_ids, outcomes, started_after, started_before, latest_only } = query
  const found = countConditions(query)
  const [procedure, outcome, start] = latest_only
    ? [sql`x.last_procedure_id`, sql`x.last_outcome`, sql`x.last_run_at`]
    : [sql`t.procedure_id`, sql`t.outcome`, sql`t.started_at`]
  const asked: Query[] = []
  if (procedure_ids) asked.push(sql`${procedure} ${among(procedure_ids)}`)
  if (outcomes) asked.push(sql`${outcome} ${among(outcomes)}`)
  if (started_after !== undefined) asked.push(sql`${start} >= ${started_after}::bigint`)
  if (started_before !== undefined) asked.push(sql`${start} <= ${started_before}::bigint`)
  if (asked.length === 0) return found
  const runs = latest_only
    ? sql`unit_runs x WHERE x.unit_id = u.id`
    : sql`runs t WHERE t.unit_id = u.id AND t.held IS NOT NULL`
  return [...found, sql`EXISTS (SELECT FROM ${runs} AND ${all(asked)} ${fence})`]
}

function countConditions({ run_count_min, run_count_max }: UnitListQuery): Query[] {
  const found: Query[] = []
  const counted = (sign: Query, count: number) =>
    sql`u.id IN (SELECT x.unit_id FROM unit_runs x WHERE x.run_count ${sign} ${count}::bigint)`
  if (run_count_min !== undefined && run_count_min > 0) found.push(counted(sql`>=`, run_count_min))
  if (run_count_max !== undefined)
    found.push(run_count_max < 0 ? sql`FALSE` : sql`(NOT u.tested OR ${counted(sql`<=`, run_count_max)})`)
  return found
}
