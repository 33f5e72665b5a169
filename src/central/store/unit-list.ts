import { fold } from '../../model/identifier.ts'
import type { MetadataFilter, MetadataTest } from '../../model/metadata.ts'
import { type Page, page } from '../../model/page.ts'
import { formatTime } from '../../model/time.ts'
import type { UnitItem, UnitListQuery } from '../../model/unit.ts'
import type { Queryable } from './database.ts'
import { all, among, pieceOf, revisionsOf } from './filters.ts'
import { type CreatorColumns, creators, creatorsOf } from './people.ts'
import { type Query, sql } from './sql.ts'
import { type PartColumns, partColumns, partOf } from './units.ts'

/** Units by page: which ones first, then what is shown of them. */
export async function listUnits(db: Queryable, query: UnitListQuery): Promise<Page<UnitItem>> {
  const { limit, cursor, sort_by, sort_order, include_metadata } = query
  if (asksForRuns(query)) return page([], limit, cursor)
  const order = orders[sort_by][sort_order]
  const rows = await db.rows<UnitRow>(sql`
    SELECT u.id, u.serial_number, u.created_at, u.sample, ${creators('u')}, b.id AS batch_id, b.number AS batch_number,
      parent.id AS parent_id, parent.serial_number AS parent_serial_number, u.metadata, ${partColumns}, (
        SELECT coalesce(json_agg(json_build_object('id', c.id, 'serial_number', c.serial_number) ORDER BY c.held), '[]')
        FROM units c WHERE c.parent_id = u.id AND c.held IS NOT NULL) AS children
    FROM (SELECT u.* FROM units u WHERE ${all(conditionsOf(query))}
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

/** No run is known here: whoever asks for units by their runs finds none, except those that need none. */
function asksForRuns(query: UnitListQuery): boolean {
  return (
    query.procedure_ids !== undefined ||
    query.outcomes !== undefined ||
    query.started_after !== undefined ||
    query.started_before !== undefined ||
    (query.run_count_min ?? 0) > 0 ||
    (query.run_count_max ?? 0) < 0
  )
}

const byCreation = { asc: sql`u.created_at, u.pk`, desc: sql`u.created_at DESC, u.pk DESC` }
const partKey = sql`(SELECT op.held FROM revisions rev JOIN parts op ON op.id = rev.part_id WHERE rev.id = u.revision_id)`

/** Without runs, their order is the order of creation. */
const orders: Record<UnitListQuery['sort_by'], Record<UnitListQuery['sort_order'], Query>> = {
  serial_number: { asc: sql`u.held`, desc: sql`u.held DESC` },
  created_at: byCreation,
  part_number: { asc: sql`${partKey}, u.pk`, desc: sql`${partKey} DESC, u.pk DESC` },
  last_run_at: byCreation,
  last_run_procedure: byCreation,
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
  if (query.metadata) found.push(...withMetadata(query.metadata))
  return found
}

function inBatch(numbers: readonly string[]): Query {
  const named = numbers.filter((number) => number !== '')
  const inNamed = sql`u.batch_id IN (SELECT id FROM batches WHERE held ${among(named.map(fold))})`
  if (named.length === numbers.length) return inNamed
  return named.length === 0 ? sql`u.batch_id IS NULL` : sql`(u.batch_id IS NULL OR ${inNamed})`
}

const withMetadata = (filter: MetadataFilter): Query[] =>
  Object.entries(filter).flatMap(([key, test]) => testsOf(key, test))

/** Each test wants its own kind of value: the text "5" is not the number 5. */
function testsOf(key: string, test: MetadataTest): Query[] {
  const kind = sql`json_typeof(u.metadata -> ${key}::text)`
  const value = sql`(u.metadata ->> ${key}::text)`
  const found: Query[] = []
  if (test.in) found.push(sql`(${kind} = 'string' AND ${value} ${among(test.in)})`)
  if (test.contains !== undefined)
    found.push(sql`(${kind} = 'string' AND lower(${value} COLLATE "C") LIKE ${pieceOf(test.contains)})`)
  if (typeof test.eq === 'boolean') found.push(sql`(${kind} = 'boolean' AND ${value} = ${String(test.eq)})`)
  const bounds: readonly (readonly [sign: Query, bound: number | boolean | undefined])[] = [
    [sql`=`, test.eq],
    [sql`>=`, test.gte],
    [sql`<=`, test.lte],
    [sql`>`, test.gt],
    [sql`<`, test.lt],
  ]
  // CASE, not AND: a text must not be read as a number before its kind was looked at.
  for (const [sign, bound] of bounds)
    if (typeof bound === 'number')
      found.push(
        sql`CASE WHEN ${kind} = 'number' THEN ${value}::numeric ${sign} ${bound}::numeric ELSE false END`,
      )
  return found
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
  last_run: null,
  ...(include_metadata ? { metadata: row.metadata } : {}),
})
