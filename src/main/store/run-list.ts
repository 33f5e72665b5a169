import { type Page, page } from '../../model/page.ts'
import type { RunItem, RunListQuery } from '../../model/run.ts'
import type { ReadableDb } from './database.ts'
import { type Filter, FEW, filtersOf } from './run-filters.ts'
import { readRuns, toItem } from './run-rows.ts'
import { join, type Query, sql } from './sql.ts'

/**
 * Runs by page: which ones first, then what is shown of them.
 *
 * A filter that few runs pass fetches them by its own index, and they are sorted. One that many pass is tested along a walk in the
 * list's order, which soon fills the page. So no page reads all runs, however many there are.
 * @param few up to how many are fetched: both ways give the same page
 */
export function listRuns(db: ReadableDb, query: RunListQuery, few = FEW): Page<RunItem> {
  const { limit, cursor, sort_by, include_metadata } = query
  // No run comes from a deployment or has an environment here.
  if (query.deployment_ids || query.environments) return page([], limit, cursor)
  const filters = filtersOf(db, query)
  const rare = alone(filters) ? [] : filters.filter((filter) => isRare(db, filter, few))
  const gathered = rare.length > 0
  const tests = filters.map((filter) =>
    rare.includes(filter) || (!gathered && filter.keeps_order === true) ? filter.gather : filter.test,
  )
  const pks = db.rows<[number]>(sql`
    SELECT t.pk FROM ${sourceOf(sort_by, gathered)}
    WHERE ${tests.length === 0 ? sql`TRUE` : join(tests, ' AND ')}
    ORDER BY ${orderOf(query, gathered)} LIMIT ${limit + 1} OFFSET ${cursor}`)
  const wanted = JSON.stringify(pks.flat())
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

/** One filter whose index stands in the list's order is walked along, however many pass it. */
const alone = (filters: readonly Filter[]) => filters.length === 1 && filters[0]!.keeps_order === true

const isRare = (db: ReadableDb, { gather, probe }: Filter, few: number) =>
  probe?.(db, few) ?? db.rows(sql`SELECT 1 FROM runs t WHERE ${gather} LIMIT 1 OFFSET ${few}`).length === 0

/** A walk by serial number, part or revision goes along their indexes, and from each unit to its runs. */
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
        : sql`units o CROSS JOIN runs t ON t.unit_pk = o.pk`
    case 'part_number':
      return gathered
        ? sql`runs t JOIN units o ON o.pk = t.unit_pk JOIN revisions r ON r.pk = o.revision_pk JOIN parts p ON p.pk = r.part_pk`
        : sql`parts p CROSS JOIN revisions r ON r.part_pk = p.pk CROSS JOIN units o ON o.revision_pk = r.pk
            CROSS JOIN runs t ON t.unit_pk = o.pk`
    case 'revision_number':
      return gathered
        ? sql`runs t JOIN units o ON o.pk = t.unit_pk JOIN revisions r ON r.pk = o.revision_pk`
        : sql`revisions r CROSS JOIN units o ON o.revision_pk = r.pk CROSS JOIN runs t ON t.unit_pk = o.pk`
  }
}

/** Where the runs are gathered, the pluses keep SQLite from walking along the order instead. */
function orderOf({ sort_by, sort_order }: RunListQuery, gathered: boolean): Query {
  const order = orders[sort_by][sort_order]
  return gathered ? { ...order, text: order.text.replaceAll(/\b[a-z]\./g, '+$&') } : order
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
