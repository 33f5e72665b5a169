import type { ReadableDb } from './database.ts'
import { join, type Query, sql } from './sql.ts'

/** What a filter asks of a row of a list, and how its rows are found. */
export interface Filter {
  /** By an index of its own. */
  readonly gather: Query
  /** Of one row that is at hand. */
  readonly test: Query
  /** By an index that stands in the list's order too: nothing is sorted. */
  readonly along?: Query
  /** As `along`, but for one value each; no row passes two of them. */
  readonly each?: readonly Query[]
  /** Whether at most so many rows pass, if it is found out otherwise than by counting them. */
  readonly probe?: (db: ReadableDb, few: number) => boolean
}

export const both = (conditions: readonly Query[]): Query =>
  conditions.length === 0 ? sql`TRUE` : join(conditions, ' AND ')

/** The pluses keep SQLite from the columns' indexes. */
export const unindexed = (conditions: readonly Query[]): Query => both(conditions.map((one) => sql`+${one}`))

export const plain = (gather: Query): Filter => ({ gather, test: sql`+${gather}` })

/** No index knows the answer. */
export const onlyTested = (test: Query): Filter => ({ gather: test, test, probe: () => false })

export const range = (column: Query, from: number | undefined, to: number | undefined): Query[] => [
  ...(from === undefined ? [] : [sql`${column} >= ${from}`]),
  ...(to === undefined ? [] : [sql`${column} <= ${to}`]),
]

/** A range of a column with an index. @param keeps_order the list stands in that column's order */
export const ordered = (tests: readonly Query[], keeps_order: boolean): Filter[] =>
  tests.length === 0
    ? []
    : [{ gather: both(tests), test: unindexed(tests), ...(keeps_order ? { along: both(tests) } : {}) }]

/** An order for rows that are fetched: its pluses keep SQLite from walking along it instead. */
export const unwalked = (order: Query): Query => ({
  ...order,
  text: order.text.replaceAll(/\b[a-z]\./g, '+$&'),
})

/** How many rows are fetched and sorted, or looked at along the list, before it is asked again which of both to do. */
export const firstFew = ({ cursor, limit }: { readonly cursor: number; readonly limit: number }) =>
  Math.max(500, 4 * (cursor + limit))

/** The ways to a page of a list: the keys of its rows in order, one more than the page holds if more follow. */
export interface Ways {
  /** At most so many rows pass. */
  readonly isRare: (filter: Filter, few: number) => boolean
  /** The list has at most so many rows. */
  readonly isAll: (few: number) => boolean
  /** Fetches what passes the rare filters, tests the others, and sorts. */
  readonly gathered: (rare: readonly Filter[]) => number[]
  /** Tests rows in the list's order, along the index of one filter or of the order itself. @param most so many, then it ends */
  readonly along: (filter: Filter | undefined, most?: number) => number[]
  readonly isFull: (found: readonly number[]) => boolean
}

/**
 * Either few rows pass a filter, and they are fetched by its index and sorted; or the rows are tested along a walk in the list's
 * order, which fills the page the sooner the more pass. Which is cheaper nobody knows beforehand (the few that pass may all be at
 * the far end), so both are tried within a bound that grows. Thus a page costs a small multiple of the cheaper way, and reads all
 * rows only where many pass each filter and few pass all.
 */
export function pageOf(filters: readonly Filter[], first: number, ways: Ways): number[] {
  const kept = filters.filter((filter) => filter.along)
  for (let few = first; ; few *= 4) {
    const rare = filters.filter((filter) => ways.isRare(filter, few))
    if (rare.length > 0) return ways.gathered(rare)
    const all = ways.isAll(few)
    for (const filter of kept.length === 0 ? [undefined] : kept) {
      const found = ways.along(filter, all ? undefined : few)
      if (all || ways.isFull(found)) return found
    }
  }
}
