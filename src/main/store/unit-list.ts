import { fold } from '../../model/identifier.ts'
import { type Page, page } from '../../model/page.ts'
import { formatTime } from '../../model/time.ts'
import type { UnitItem, UnitListQuery } from '../../model/unit.ts'
import { standingIds } from './aliases.ts'
import type { ReadableDb } from './database.ts'
import { metadataTests } from './metadata-filter.ts'
import type { People } from './people.ts'
import { among, type Query, join, oneOf, sql } from './sql.ts'
import {
  byLastProcedure,
  type LastRunColumns,
  lastRunColumns,
  lastRunOf,
  runConditions,
} from './unit-runs.ts'
import { inBatch, serialContains } from './unit-search.ts'
import { type PartColumns, metadataOf, partColumns, partOf } from './units.ts'

/** Units by page: which ones first, then what is shown of them. */
export function listUnits(db: ReadableDb, people: People, query: UnitListQuery): Page<UnitItem> {
  const { limit, cursor, sort_by, sort_order, include_metadata } = query
  const conditions = [...conditionsOf(db, query), ...runConditions(db, query)]
  const matching = conditions.length === 0 ? sql`TRUE` : join(conditions, ' AND ')
  const pks =
    sort_by === 'last_run_procedure'
      ? byLastProcedure(db, matching, query)
      : db
          .rows<[number]>(sql`
            SELECT u.pk FROM ${sourceOf(query)} WHERE ${matching}
            ORDER BY ${orders[sort_by][sort_order]} LIMIT ${limit + 1} OFFSET ${cursor}`)
          .flat()
  return page(readUnits(db, people, pks, include_metadata), limit, cursor)
}

/** Sorted by part, a page is read off the indexes of part, revision and unit, unless the units wanted are picked one by one. */
function sourceOf({ sort_by, ids, serial_numbers, batch_numbers }: UnitListQuery): Query {
  if (sort_by !== 'part_number') return sql`units u`
  const picked = ids ?? serial_numbers ?? batch_numbers
  return picked === undefined
    ? sql`parts p CROSS JOIN revisions r ON r.part_pk = p.pk CROSS JOIN units u ON u.revision_pk = r.pk`
    : sql`units u JOIN revisions r ON r.pk = u.revision_pk JOIN parts p ON p.pk = r.part_pk`
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

function conditionsOf(db: ReadableDb, query: UnitListQuery): Query[] {
  const found: Query[] = []
  if (query.search_query !== undefined) found.push(serialContains(db, query.search_query))
  if (query.ids) found.push(sql`u.id IN ${standingIds(query.ids)}`)
  if (query.serial_numbers) found.push(sql`u.key IN ${among(query.serial_numbers.map(fold))}`)
  if (query.part_numbers || query.revision_numbers) found.push(ofRevision(db, query))
  if (query.batch_numbers) found.push(inBatch(query.batch_numbers))
  if (query.created_after !== undefined) found.push(sql`u.created_at >= ${query.created_after}`)
  if (query.created_before !== undefined) found.push(sql`u.created_at <= ${query.created_before}`)
  if (query.created_by_user_ids) {
    const users = sql`SELECT pk FROM users WHERE id IN ${among(query.created_by_user_ids)}`
    found.push(oneOf(sql`u.created_by_user_pk`, db.rows<[number]>(users).flat()))
  }
  if (query.created_by_station_ids) {
    const stations = sql`SELECT pk FROM stations WHERE id IN ${standingIds(query.created_by_station_ids)}`
    found.push(oneOf(sql`u.created_by_station_pk`, db.rows<[number]>(stations).flat()))
  }
  if (query.exclude_units_with_parent) found.push(sql`u.parent_pk IS NULL`)
  if (query.samples) found.push(sql`u.sample IN ${among(query.samples)}`)
  if (query.metadata) found.push(...metadataTests(sql`u.metadata`, query.metadata))
  return found
}

/** Up to this many units are fetched by their revisions and sorted; more of them are met soon on any walk in the list's order. */
const SORTED_MAX = 10_000

function ofRevision(db: ReadableDb, { part_numbers, revision_numbers, sort_by }: UnitListQuery): Query {
  const ofPart = part_numbers ? sql`p.key IN ${among(part_numbers.map(fold))}` : sql`TRUE`
  const numbered = revision_numbers ? sql`r.key IN ${among(revision_numbers.map(fold))}` : sql`TRUE`
  const pks = db.rows<[number]>(
    sql`SELECT r.pk FROM revisions r JOIN parts p ON p.pk = r.part_pk WHERE ${ofPart} AND ${numbered}`,
  )
  if (sort_by === 'part_number') return oneOf(sql`r.pk`, pks.flat())
  const wanted = oneOf(sql`u.revision_pk`, pks.flat())
  const beyond = db.rows(sql`SELECT 1 FROM units u WHERE ${wanted} LIMIT 1 OFFSET ${SORTED_MAX}`)
  // The plus keeps SQLite from the index of revisions.
  return beyond.length === 0 ? wanted : sql`+${wanted}`
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
