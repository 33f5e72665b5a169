import { type Page, page } from '../../model/page.ts'
import type { RunItem, RunListQuery } from '../../model/run.ts'
import type { ReadableDb } from './database.ts'
import { both, type Filter, firstFew, pageOf, unwalked } from './filters.ts'
import { filtersOf } from './run-filters.ts'
import { readRuns, toItem } from './run-rows.ts'
import { join, type Query, sql } from './sql.ts'

/** More values than this are not gone along one by one. */
const VALUES_MAX = 16

/** Runs by page: which ones first, then what is shown of them. @param first see `pageOf`: every number gives the same page */
export function listRuns(db: ReadableDb, query: RunListQuery, first?: number): Page<RunItem> {
  const { limit, cursor, include_metadata } = query
  // No run comes from a deployment or has an environment here.
  if (query.deployment_ids || query.environments) return page([], limit, cursor)
  const wanted = JSON.stringify(keysOf(db, simplified(query), first ?? firstFew(query)))
  const rows = readRuns(
    db,
    sql`json_each(${wanted}) wanted JOIN runs t ON t.pk = wanted.value`,
    sql`ORDER BY wanted.key`,
  )
  return page(
    rows.map((row) => toItem(row, include_metadata)),
    limit,
    cursor,
  )
}

/** Runs of one outcome, sorted by outcome, stand in the order of their start. */
const simplified = (query: RunListQuery): RunListQuery =>
  query.sort_by === 'outcome' && query.outcomes?.length === 1 ? { ...query, sort_by: 'started_at' } : query

/** One filter whose index stands in the list's order is read off it; others are met on one of two ways. */
function keysOf(db: ReadableDb, query: RunListQuery, first: number): number[] {
  const filters = filtersOf(db, query)
  const [only] = filters
  if (only === undefined) return along(db, query, filters)
  if (filters.length === 1 && only.along) return along(db, query, filters, only)
  if (filters.length === 1 && only.each && only.each.length <= VALUES_MAX) return merged(db, query, only.each)
  return pageOf(filters, first, {
    isRare: ({ gather, probe }, few) =>
      probe?.(db, few) ??
      db.rows(sql`SELECT 1 FROM runs t WHERE ${gather} LIMIT 1 OFFSET ${few}`).length === 0,
    isAll: (few) => db.rows(sql`SELECT 1 FROM runs LIMIT 1 OFFSET ${few}`).length === 0,
    gathered: (rare) => gathered(db, query, filters, rare),
    along: (filter, most) => along(db, query, filters, filter, most),
    isFull: (found) => found.length > query.limit,
  })
}

function gathered(
  db: ReadableDb,
  query: RunListQuery,
  filters: readonly Filter[],
  rare: readonly Filter[],
): number[] {
  const tests = filters.map((filter) => (rare.includes(filter) ? filter.gather : filter.test))
  return db
    .rows<[number]>(sql`
      SELECT t.pk FROM ${sourceOf(query.sort_by, true)} WHERE ${both(tests)}
      ORDER BY ${unwalked(orders[query.sort_by][query.sort_order])} LIMIT ${query.limit + 1} OFFSET ${query.cursor}`)
    .flat()
}

/**
 * @param way the filter along whose index to go; undefined: along the order's own
 * @param most how many runs to look at
 */
function along(
  db: ReadableDb,
  query: RunListQuery,
  filters: readonly Filter[],
  way?: Filter,
  most?: number,
): number[] {
  const { sort_by, limit, cursor } = query
  const tests = both(filters.filter((filter) => filter !== way).map(({ test }) => test))
  const inOrder = sql`SELECT t.pk FROM ${sourceOf(sort_by, false)} WHERE ${way?.along ?? sql`TRUE`}`
  const end = sql`LIMIT ${limit + 1} OFFSET ${cursor}`
  const order = orders[query.sort_by][query.sort_order]
  return db
    .rows<[number]>(
      most === undefined
        ? sql`${inOrder} AND ${tests} ORDER BY ${order} ${end}`
        : // CROSS JOIN: the outer loop is the walk, and its order that of the page.
          sql`SELECT t.pk FROM (${inOrder} ORDER BY ${order} LIMIT ${most}) walk CROSS JOIN runs t ON t.pk = walk.pk
              WHERE ${tests} ${end}`,
    )
    .flat()
}

/** Runs stand in order for each value: the page is among the first of each. */
function merged(db: ReadableDb, query: RunListQuery, each: readonly Query[]): number[] {
  const { limit, cursor } = query
  const order = orders[query.sort_by][query.sort_order]
  const firsts = each.map(
    (one) =>
      sql`SELECT pk FROM (SELECT t.pk FROM runs t WHERE ${one} ORDER BY ${order} LIMIT ${cursor + limit + 1})`,
  )
  return db
    .rows<[number]>(sql`
      SELECT t.pk FROM runs t WHERE t.pk IN (${join(firsts, ' UNION ALL ')})
      ORDER BY ${unwalked(orders[query.sort_by][query.sort_order])} LIMIT ${limit + 1} OFFSET ${cursor}`)
    .flat()
}

/**
 * A walk by serial number, part or revision goes along their indexes, and from each unit to its runs. Units without a run are not in
 * these indexes, or a walk might meet a million of them first.
 */
function sourceOf(sort_by: RunListQuery['sort_by'], gathered: boolean): Query {
  switch (sort_by) {
    case 'started_at':
    case 'created_at':
    case 'duration':
    case 'outcome':
      return sql`runs t`
    case 'serial_number':
      return gathered
        ? sql`runs t JOIN units o ON o.pk = t.unit_pk`
        : sql`units o INDEXED BY tested_units_by_key CROSS JOIN runs t ON t.unit_pk = o.pk AND o.run_count > 0`
    case 'part_number':
      return gathered
        ? sql`runs t JOIN units o ON o.pk = t.unit_pk JOIN revisions r ON r.pk = o.revision_pk JOIN parts p ON p.pk = r.part_pk`
        : sql`parts p CROSS JOIN revisions r ON r.part_pk = p.pk CROSS JOIN units o INDEXED BY tested_units_by_revision ON o.revision_pk = r.pk AND o.run_count > 0
            CROSS JOIN runs t ON t.unit_pk = o.pk`
    case 'revision_number':
      return gathered
        ? sql`runs t JOIN units o ON o.pk = t.unit_pk JOIN revisions r ON r.pk = o.revision_pk`
        : sql`revisions r CROSS JOIN units o INDEXED BY tested_units_by_revision ON o.revision_pk = r.pk AND o.run_count > 0
            CROSS JOIN runs t ON t.unit_pk = o.pk`
  }
}

type Orders = Record<RunListQuery['sort_order'], Query>

/** All columns of an order stand in this order in indexes: on a walk nothing is sorted. */
const orders: Record<RunListQuery['sort_by'], Orders> = {
  started_at: { asc: sql`t.started_at, t.pk`, desc: sql`t.started_at DESC, t.pk DESC` },
  created_at: { asc: sql`t.created_at, t.pk`, desc: sql`t.created_at DESC, t.pk DESC` },
  duration: { asc: sql`t.duration, t.pk`, desc: sql`t.duration DESC, t.pk DESC` },
  outcome: {
    asc: sql`t.outcome, t.started_at, t.pk`,
    desc: sql`t.outcome DESC, t.started_at DESC, t.pk DESC`,
  },
  serial_number: {
    asc: sql`o.key, t.started_at, t.pk`,
    desc: sql`o.key DESC, t.started_at DESC, t.pk DESC`,
  },
  part_number: {
    asc: sql`p.key, r.key, o.pk, t.started_at, t.pk`,
    desc: sql`p.key DESC, r.key DESC, o.pk DESC, t.started_at DESC, t.pk DESC`,
  },
  revision_number: {
    asc: sql`r.key, r.pk, o.pk, t.started_at, t.pk`,
    desc: sql`r.key DESC, r.pk DESC, o.pk DESC, t.started_at DESC, t.pk DESC`,
  },
}
