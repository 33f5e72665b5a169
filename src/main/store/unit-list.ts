import { type Page, page } from '../../model/page.ts'
import { formatTime } from '../../model/time.ts'
import type { UnitItem, UnitListQuery } from '../../model/unit.ts'
import type { ReadableDb } from './database.ts'
import { both, type Filter, firstFew, pageOf, unwalked } from './filters.ts'
import type { People } from './people.ts'
import { type Query, sql } from './sql.ts'
import { filtersOf } from './unit-filters.ts'
import {
  byLastProcedure,
  lastProcedureOrder,
  type LastRunColumns,
  lastRunColumns,
  lastRunOf,
} from './unit-runs.ts'
import { type PartColumns, metadataOf, partColumns, partOf } from './units.ts'

/** Units by page: which ones first, then what is shown of them. @param first see `pageOf`: every number gives the same page */
export function listUnits(
  db: ReadableDb,
  people: People,
  query: UnitListQuery,
  first = firstFew(query),
): Page<UnitItem> {
  const { limit, cursor, include_metadata } = query
  return page(readUnits(db, people, keysOf(db, query, first), include_metadata), limit, cursor)
}

function keysOf(db: ReadableDb, query: UnitListQuery, first: number): number[] {
  const filters = filtersOf(db, query)
  const [only] = filters
  if (only === undefined || (filters.length === 1 && only.along)) return along(db, query, filters, only)
  return pageOf(filters, first, {
    isRare: ({ gather, probe }, few) =>
      probe?.(db, few) ??
      db.rows(sql`SELECT 1 FROM units u WHERE ${gather} LIMIT 1 OFFSET ${few}`).length === 0,
    isAll: (few) => db.rows(sql`SELECT 1 FROM units LIMIT 1 OFFSET ${few}`).length === 0,
    gathered: (rare) => gathered(db, query, filters, rare),
    along: (filter, most) => along(db, query, filters, filter, most),
    isFull: (found) => found.length > query.limit,
  })
}

function gathered(
  db: ReadableDb,
  { sort_by, sort_order, limit, cursor }: UnitListQuery,
  filters: readonly Filter[],
  rare: readonly Filter[],
): number[] {
  const tests = both(filters.map((filter) => (rare.includes(filter) ? filter.gather : filter.test)))
  const order =
    sort_by === 'last_run_procedure' ? lastProcedureOrder[sort_order] : orders[sort_by][sort_order]
  return db
    .rows<[number]>(sql`
      SELECT u.pk FROM ${joined[sort_by]} WHERE ${tests} ORDER BY ${unwalked(order)} LIMIT ${limit + 1} OFFSET ${cursor}`)
    .flat()
}

/** @param way the filter along whose index to go; undefined: along the order's own @param most how many units to look at */
function along(
  db: ReadableDb,
  query: UnitListQuery,
  filters: readonly Filter[],
  way: Filter | undefined,
  most?: number,
): number[] {
  const { sort_by, sort_order, limit, cursor } = query
  const tests = both(filters.filter((filter) => filter !== way).map(({ test }) => test))
  if (sort_by === 'last_run_procedure') return byLastProcedure(db, tests, query, most)
  const inOrder = sql`SELECT u.pk FROM ${sort_by === 'part_number' ? byPart : sql`units u`} WHERE ${way?.along ?? sql`TRUE`}`
  const order = orders[sort_by][sort_order]
  const end = sql`LIMIT ${limit + 1} OFFSET ${cursor}`
  return db
    .rows<[number]>(
      most === undefined
        ? sql`${inOrder} AND ${tests} ORDER BY ${order} ${end}`
        : // CROSS JOIN: the outer loop is the walk, and its order that of the page.
          sql`SELECT u.pk FROM (${inOrder} ORDER BY ${order} LIMIT ${most}) walk CROSS JOIN units u ON u.pk = walk.pk
              WHERE ${tests} ${end}`,
    )
    .flat()
}

/** Sorted by part, a page is read off the indexes of part, revision and unit. */
const byPart = sql`parts p CROSS JOIN revisions r ON r.part_pk = p.pk CROSS JOIN units u ON u.revision_pk = r.pk`

const joined: Record<UnitListQuery['sort_by'], Query> = {
  serial_number: sql`units u`,
  created_at: sql`units u`,
  part_number: sql`units u JOIN revisions r ON r.pk = u.revision_pk JOIN parts p ON p.pk = r.part_pk`,
  last_run_at: sql`units u`,
  last_run_procedure: sql`units u LEFT JOIN procedures q ON q.pk = u.last_procedure_pk`,
}

const byCreation = {
  asc: sql`u.created_at, u.pk`,
  desc: sql`u.created_at DESC, u.pk DESC`,
}

type SortedByIndex = Exclude<UnitListQuery['sort_by'], 'last_run_procedure'>

const orders: Record<SortedByIndex, Record<UnitListQuery['sort_order'], Query>> = {
  serial_number: { asc: sql`u.key`, desc: sql`u.key DESC` },
  created_at: byCreation,
  // All three columns stand in this order in indexes: nothing is sorted.
  part_number: { asc: sql`p.key, r.key, u.pk`, desc: sql`p.key DESC, r.key DESC, u.pk DESC` },
  // Units without a run come first, or last of all.
  last_run_at: { asc: sql`u.last_run_at, u.pk`, desc: sql`u.last_run_at DESC, u.pk DESC` },
}

interface UnitRow extends PartColumns, LastRunColumns {
  pk: number
  id: string
  serial_number: string
  created_at: number
  sample: UnitItem['sample']
  created_by_user_pk: number | null
  created_by_station_pk: number | null
  batch_id: string | null
  batch_number: string | null
  parent_id: string | null
  parent_serial_number: string | null
  metadata: string | null
}

function readUnits(
  db: ReadableDb,
  people: People,
  pks: readonly number[],
  include_metadata: boolean,
): UnitItem[] {
  const wanted = JSON.stringify(pks)
  const rows = db.all<UnitRow>(sql`
    SELECT u.pk, u.id, u.serial_number, u.created_at, u.sample, u.created_by_user_pk, u.created_by_station_pk,
      b.id AS batch_id, b.number AS batch_number, parent.id AS parent_id, parent.serial_number AS parent_serial_number,
      u.metadata, ${partColumns}, ${lastRunColumns}
    FROM json_each(${wanted}) wanted JOIN units u ON u.pk = wanted.value
      JOIN revisions r ON r.pk = u.revision_pk JOIN parts p ON p.pk = r.part_pk
      LEFT JOIN batches b ON b.pk = u.batch_pk LEFT JOIN units parent ON parent.pk = u.parent_pk
      LEFT JOIN runs t ON t.pk = u.last_run_pk LEFT JOIN procedures q ON q.pk = t.procedure_pk
    ORDER BY wanted.key`)
  const children = new Map<number, UnitItem['children']>(pks.map((pk) => [pk, []]))
  const found = db.all<{ parent_pk: number; id: string; serial_number: string }>(sql`
    SELECT u.parent_pk, u.id, u.serial_number FROM json_each(${wanted}) wanted JOIN units u ON u.parent_pk = wanted.value
    ORDER BY wanted.key, u.key`)
  for (const { parent_pk, id, serial_number } of found) children.get(parent_pk)!.push({ id, serial_number })
  return rows.map((row) => ({
    id: row.id,
    serial_number: row.serial_number,
    created_at: formatTime(row.created_at),
    sample: row.sample,
    created_by_user: people.user(row.created_by_user_pk),
    created_by_station: people.station(row.created_by_station_pk),
    batch: row.batch_id === null ? null : { id: row.batch_id, number: row.batch_number! },
    parent: row.parent_id === null ? null : { id: row.parent_id, serial_number: row.parent_serial_number! },
    children: children.get(row.pk)!,
    part: partOf(row),
    last_run: lastRunOf(row),
    ...(include_metadata ? { metadata: metadataOf(row.metadata) } : {}),
  }))
}
