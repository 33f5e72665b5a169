import { fold } from '../../model/identifier.ts'
import type { MetadataFilter, MetadataTest } from '../../model/metadata.ts'
import { type Page, page } from '../../model/page.ts'
import { formatTime } from '../../model/time.ts'
import type { UnitItem, UnitListQuery } from '../../model/unit.ts'
import { standingIds } from './aliases.ts'
import type { ReadableDb } from './database.ts'
import type { People } from './people.ts'
import { type Query, join, sql } from './sql.ts'
import { serialContains } from './unit-search.ts'
import { type PartColumns, metadataOf, partColumns, partOf } from './units.ts'

/** Units by page: which ones first, then what is shown of them. */
export function listUnits(db: ReadableDb, people: People, query: UnitListQuery): Page<UnitItem> {
  const { limit, cursor, sort_by, sort_order, include_metadata } = query
  if (asksForRuns(query)) return page([], limit, cursor)
  const conditions = conditionsOf(db, query)
  const matching = conditions.length === 0 ? sql`TRUE` : join(conditions, ' AND ')
  const pks = db.rows<[number]>(sql`
    SELECT u.pk FROM ${sourceOf(query)} WHERE ${matching}
    ORDER BY ${orders[sort_by][sort_order]} LIMIT ${limit + 1} OFFSET ${cursor}`)
  return page(readUnits(db, people, pks.flat(), include_metadata), limit, cursor)
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

/** Without runs, their order is the order of creation. */
const orders: Record<UnitListQuery['sort_by'], Record<UnitListQuery['sort_order'], Query>> = {
  serial_number: { asc: sql`u.key`, desc: sql`u.key DESC` },
  created_at: byCreation,
  // All three columns stand in this order in indexes: nothing is sorted.
  part_number: { asc: sql`p.key, r.key, u.pk`, desc: sql`p.key DESC, r.key DESC, u.pk DESC` },
  last_run_at: byCreation,
  last_run_procedure: byCreation,
}

/** The right side of `IN`: one bound value however many there are, so that the text is prepared once. */
const among = (values: readonly string[]) => sql`(SELECT value FROM json_each(${JSON.stringify(values)}))`

/** Nobody to look for: then no unit is looked at. */
const oneOf = (column: Query, pks: readonly number[]) =>
  pks.length === 0 ? sql`FALSE` : sql`${column} IN (SELECT value FROM json_each(${JSON.stringify(pks)}))`

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
  if (query.metadata) found.push(...withMetadata(query.metadata))
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

function inBatch(numbers: readonly string[]): Query {
  const named = numbers.filter((number) => number !== '')
  const inNamed = sql`u.batch_pk IN (SELECT pk FROM batches WHERE key IN ${among(named.map(fold))})`
  if (named.length === numbers.length) return inNamed
  return named.length === 0 ? sql`u.batch_pk IS NULL` : sql`(u.batch_pk IS NULL OR ${inNamed})`
}

function withMetadata(filter: MetadataFilter): Query[] {
  // The key's alphabet has no quote in it.
  return Object.entries(filter).flatMap(([key, test]) => testsOf(`$."${key}"`, test))
}

/** Each test wants its own kind of value: the text "5" is not the number 5. */
function testsOf(path: string, test: MetadataTest): Query[] {
  const kind = sql`json_type(u.metadata, ${path})`
  const value = sql`(u.metadata ->> ${path})`
  const found: Query[] = []
  if (test.in) found.push(sql`(${kind} = 'text' AND ${value} IN ${among(test.in)})`)
  if (test.contains !== undefined)
    found.push(sql`(${kind} = 'text' AND instr(lower(${value}), ${fold(test.contains)}))`)
  if (typeof test.eq === 'boolean') found.push(sql`${kind} = ${String(test.eq)}`)
  const bounds: readonly (readonly [sign: Query, bound: number | boolean | undefined])[] = [
    [sql`=`, test.eq],
    [sql`>=`, test.gte],
    [sql`<=`, test.lte],
    [sql`>`, test.gt],
    [sql`<`, test.lt],
  ]
  for (const [sign, bound] of bounds)
    if (typeof bound === 'number')
      found.push(sql`(${kind} IN ('integer', 'real') AND ${value} ${sign} ${bound})`)
  return found
}

interface UnitRow extends PartColumns {
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
      u.metadata, ${partColumns}
    FROM json_each(${wanted}) wanted JOIN units u ON u.pk = wanted.value
      JOIN revisions r ON r.pk = u.revision_pk JOIN parts p ON p.pk = r.part_pk
      LEFT JOIN batches b ON b.pk = u.batch_pk LEFT JOIN units parent ON parent.pk = u.parent_pk
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
    last_run: null,
    ...(include_metadata ? { metadata: metadataOf(row.metadata) } : {}),
  }))
}
