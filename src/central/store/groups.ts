import { one, type Queryable } from './database.ts'
import { type Query, sql } from './sql.ts'

/** How many groups one statement looks into at first; where they hold little, the next looks into more. */
const GROUPS_FIRST = 4
const GROUPS_MAX = 1_000

/** Rows in an order of their own, named by `id`. */
export interface Ordered {
  /** Selects an `id`; order and limit are put behind it. */
  readonly rows: Query
  readonly order: Query
}

/**
 * A page of a list that is sorted by what its rows belong to (a part, a procedure) and then by their own order. PostgreSQL would
 * sort all of a group, however many its rows; here each group gives its first rows off an index until the page is full.
 */
export interface GroupedPage {
  /** What comes next in the list. */
  next(section: Ordered): Promise<void>
  /** Groups by id, in the order of the list; the group is called `g.id`. */
  groups(ids: readonly string[], within: Ordered): Promise<void>
  /** Ids of the page's rows, one more than it holds if more follow. */
  readonly found: readonly string[]
}

export function openPage(
  db: Queryable,
  { limit, cursor }: { readonly limit: number; readonly cursor: number },
): GroupedPage {
  const found: string[] = []
  let skip = cursor

  /** @param firstOf the section's rows, at most so many of each group @param all every row, for counting */
  async function take(firstOf: (most: number) => Query, all: Query): Promise<void> {
    const wanted = limit + 1 - found.length
    if (wanted <= 0) return
    const rows = await db.rows<{ id: string }>(
      sql`${firstOf(skip + wanted)} LIMIT ${wanted}::bigint OFFSET ${skip}::bigint`,
    )
    found.push(...rows.map(({ id }) => id))
    if (rows.length > 0) skip = 0
    else if (skip > 0) skip -= (await one<{ n: number }>(db, sql`SELECT count(*) AS n FROM (${all}) every`)).n
  }

  return {
    found,
    next: ({ rows, order }) => take(() => sql`${rows} ORDER BY ${order}`, rows),
    async groups(ids, { rows, order }) {
      let size = GROUPS_FIRST
      for (
        let at = 0;
        at < ids.length && found.length <= limit;
        at += size, size = Math.min(4 * size, GROUPS_MAX)
      ) {
        const some = sql`unnest(${ids.slice(at, at + size)}::text[]) WITH ORDINALITY AS g(id, place)`
        await take(
          (most) => sql`
            SELECT t.id FROM ${some} CROSS JOIN LATERAL (
              SELECT listed.id, row_number() OVER () AS row FROM (
                ${rows} ORDER BY ${order} LIMIT ${most}::bigint) listed) t
            ORDER BY g.place, t.row`,
          sql`SELECT FROM ${some} CROSS JOIN LATERAL (${rows}) t`,
        )
      }
    },
  }
}
