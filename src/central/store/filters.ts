import { fold } from '../../model/identifier.ts'
import type { Queryable } from './database.ts'
import { type Query, join, sql } from './sql.ts'

export const among = (values: readonly string[]): Query => sql`= ANY(${values}::text[])`

export const all = (conditions: readonly Query[]): Query =>
  conditions.length === 0 ? sql`TRUE` : join(conditions, ' AND ')

/** What `LIKE` looks for when a text is to be found as it is, anywhere. */
export const pieceOf = (text: string) => `%${fold(text).replace(/[\\%_]/g, '\\$&')}%`

/** Revisions by the numbers of their parts and their own. */
export function revisionsOf(filter: {
  readonly part_numbers?: readonly string[] | undefined
  readonly revision_numbers?: readonly string[] | undefined
}): Query {
  const conditions = [sql`r.held IS NOT NULL`]
  if (filter.part_numbers)
    conditions.push(
      sql`r.part_id IN (SELECT id FROM parts WHERE held ${among(filter.part_numbers.map(fold))})`,
    )
  if (filter.revision_numbers) conditions.push(sql`r.held ${among(filter.revision_numbers.map(fold))}`)
  return sql`SELECT r.id FROM revisions r WHERE ${all(conditions)}`
}

/**
 * How many rows PostgreSQL expects this query to find: good enough to choose between gathering the matches and walking the
 * list until the page is full. Asking costs less than a millisecond; counting would cost what is to be saved.
 */
export async function estimate(db: Queryable, query: Query): Promise<number> {
  const [plan] = await db.rows<{ 'QUERY PLAN': readonly [{ Plan: { 'Plan Rows': number } }] }>(
    sql`EXPLAIN (FORMAT JSON) ${query}`,
  )
  return plan!['QUERY PLAN'][0].Plan['Plan Rows']
}

/** Ids of those revisions; undefined if none are asked for. With the ids themselves PostgreSQL knows how many rows have them. */
export async function revisionIds(
  db: Queryable,
  filter: Parameters<typeof revisionsOf>[0],
): Promise<string[] | undefined> {
  if (!filter.part_numbers && !filter.revision_numbers) return undefined
  return (await db.rows<{ id: string }>(revisionsOf(filter))).map(({ id }) => id)
}

/**
 * Whether it is cheaper to gather all that match and sort them than to walk in the list's order until the page is full: of `n` rows that
 * match among `all`, a walk meets one in every `all / n`.
 */
export async function isGathered(
  db: Queryable,
  matching: Query,
  all: Query,
  { limit, cursor }: { readonly limit: number; readonly cursor: number },
): Promise<boolean> {
  const n = await estimate(db, matching)
  return n * n <= (cursor + limit) * (await estimate(db, all))
}
