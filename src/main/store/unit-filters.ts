import { fold } from '../../model/identifier.ts'
import type { UnitListQuery } from '../../model/unit.ts'
import { standingIds } from './aliases.ts'
import type { ReadableDb } from './database.ts'
import { type Filter, onlyTested, ordered, plain, range } from './filters.ts'
import { metadataTests } from './metadata-filter.ts'
import { among, oneOf, type Query, sql } from './sql.ts'
import { runFilters } from './unit-runs.ts'
import { inBatch, serialContains } from './unit-search.ts'

/** What is asked of units, called `u`. */
export function filtersOf(db: ReadableDb, query: UnitListQuery): Filter[] {
  const created = range(sql`u.created_at`, query.created_after, query.created_before)
  return [
    ...(query.search_query === undefined ? [] : [serialContains(db, query.search_query)]),
    ...(query.ids ? [plain(sql`u.id IN ${standingIds('unit', query.ids)}`)] : []),
    ...(query.serial_numbers ? [plain(sql`u.key IN ${among(query.serial_numbers.map(fold))}`)] : []),
    ...(query.part_numbers || query.revision_numbers ? [ofRevisions(db, query)] : []),
    ...(query.batch_numbers ? [plain(inBatch(query.batch_numbers))] : []),
    ...ordered(created, query.sort_by === 'created_at'),
    ...ofMakers(db, query).map(onlyTested),
    ...(query.exclude_units_with_parent ? [onlyTested(sql`u.parent_pk IS NULL`)] : []),
    ...(query.samples ? [plain(sql`u.sample IN ${among(query.samples)}`)] : []),
    ...(query.metadata ? metadataTests(sql`u.metadata`, query.metadata).map(onlyTested) : []),
    ...runFilters(db, query),
  ]
}

function ofRevisions(db: ReadableDb, { part_numbers, revision_numbers, sort_by }: UnitListQuery): Filter {
  const ofPart = part_numbers ? sql`p.key IN ${among(part_numbers.map(fold))}` : sql`TRUE`
  const numbered = revision_numbers ? sql`r.key IN ${among(revision_numbers.map(fold))}` : sql`TRUE`
  const pks = db
    .rows<[number]>(
      sql`SELECT r.pk FROM revisions r JOIN parts p ON p.pk = r.part_pk WHERE ${ofPart} AND ${numbered}`,
    )
    .flat()
  const filter = plain(oneOf(sql`u.revision_pk`, pks))
  // Part and revision stand before the unit in this order.
  return sort_by === 'part_number' ? { ...filter, along: oneOf(sql`+r.pk`, pks) } : filter
}

function ofMakers(db: ReadableDb, query: UnitListQuery): Query[] {
  const found: Query[] = []
  if (query.created_by_user_ids) {
    const users = sql`SELECT pk FROM users WHERE id IN ${among(query.created_by_user_ids)}`
    found.push(oneOf(sql`u.created_by_user_pk`, db.rows<[number]>(users).flat()))
  }
  if (query.created_by_station_ids) {
    const stations = sql`SELECT pk FROM stations WHERE id IN ${standingIds('station', query.created_by_station_ids)}`
    found.push(oneOf(sql`u.created_by_station_pk`, db.rows<[number]>(stations).flat()))
  }
  return found
}
