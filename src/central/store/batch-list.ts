import type { BatchItem, BatchListQuery } from '../../model/batch.ts'
import { fold } from '../../model/identifier.ts'
import { type Page, page } from '../../model/page.ts'
import { formatTime } from '../../model/time.ts'
import type { Queryable } from './database.ts'
import { all, among, estimate, pieceOf, revisionsOf } from './filters.ts'
import { type CreatorColumns, creators, creatorsOf } from './people.ts'
import { type Query, sql } from './sql.ts'

/** Fewer expected matches are gathered and sorted; more, and the walk in the order of the list soon fills the page. */
const FEW = 20_000

/** Batches by page: which ones first, then what is shown of them. */
export async function listBatches(db: Queryable, query: BatchListQuery): Promise<Page<BatchItem>> {
  const { limit, cursor, sort_by, sort_order } = query
  const order = orders[sort_by][sort_order]
  const conditions = [sql`b.held IS NOT NULL`, ...ownConditions(query)]
  for (const filter of [ofRevisions(query), containing(query)]) {
    if (filter === undefined) continue
    const few = (await estimate(db, filter.gather)) <= FEW
    conditions.push(few ? sql`b.id IN (${filter.gather})` : filter.test)
  }
  const rows = await db.rows<Row>(sql`
    SELECT b.id, b.number, b.created_at, ${creators('b')},
      (SELECT coalesce(sum(n), 0)::int FROM batch_revisions WHERE batch_id = b.id) AS unit_count
    FROM (SELECT b.* FROM batches b WHERE ${all(conditions)} ORDER BY ${order} LIMIT ${limit + 1}::bigint OFFSET ${cursor}::bigint) b
    ORDER BY ${order}`)
  return page(rows.map(toItem), limit, cursor)
}

const orders: Record<BatchListQuery['sort_by'], Record<BatchListQuery['sort_order'], Query>> = {
  created_at: { asc: sql`b.created_at, b.pk`, desc: sql`b.created_at DESC, b.pk DESC` },
  number: { asc: sql`b.held`, desc: sql`b.held DESC` },
}

interface Row extends CreatorColumns {
  id: string
  number: string
  created_at: number
  unit_count: number
}

const toItem = (row: Row): BatchItem => ({
  id: row.id,
  number: row.number,
  created_at: formatTime(row.created_at),
  ...creatorsOf(row),
  unit_count: row.unit_count,
})

function ownConditions(query: BatchListQuery): Query[] {
  const found: Query[] = []
  // A batch that was joined into another one answers to the ids of both.
  if (query.ids)
    found.push(
      sql`b.id IN (SELECT coalesce(named.into_id, named.id) FROM batches named WHERE named.id ${among(query.ids)})`,
    )
  if (query.numbers) found.push(sql`b.held ${among(query.numbers.map(fold))}`)
  if (query.created_after !== undefined) found.push(sql`b.created_at >= ${query.created_after}::bigint`)
  if (query.created_before !== undefined) found.push(sql`b.created_at <= ${query.created_before}::bigint`)
  return found
}

/** A filter that needs more than the batch: all ids that pass it, and the test of one batch. */
interface Filter {
  readonly gather: Query
  readonly test: Query
}

/** The number, or the serial number of a unit in it, contains the text. */
function containing({ search_query }: BatchListQuery): Filter | undefined {
  if (search_query === undefined) return undefined
  const piece = pieceOf(search_query)
  return {
    gather: sql`SELECT id FROM batches WHERE lower(held) LIKE ${piece}
      UNION SELECT batch_id FROM units WHERE lower(held) LIKE ${piece} AND batch_id IS NOT NULL`,
    test: sql`(lower(b.held) LIKE ${piece} OR EXISTS (
      SELECT FROM units u WHERE u.batch_id = b.id AND u.held IS NOT NULL AND lower(u.held) LIKE ${piece}))`,
  }
}

/** It holds a unit of these parts and these revisions; both must meet in one unit, which has one revision. */
function ofRevisions({ part_numbers, revision_numbers }: BatchListQuery): Filter | undefined {
  if (part_numbers === undefined && revision_numbers === undefined) return undefined
  const wanted = revisionsOf({ part_numbers, revision_numbers })
  return {
    gather: sql`SELECT batch_id FROM batch_revisions WHERE revision_id IN (${wanted})`,
    test: sql`EXISTS (SELECT FROM batch_revisions v WHERE v.batch_id = b.id AND v.revision_id IN (${wanted}))`,
  }
}
