import type { Problem } from '../../host/problem.ts'
import type { Filling } from './filling.ts'
import type { Query } from './sql.ts'

/** Where queries go: the database, or one transaction of it. */
export interface Queryable {
  rows<Row>(query: Query): Promise<Row[]>
  /** Several statements at once, without values. */
  script(text: string): Promise<void>
}

export interface Transaction extends Queryable {
  /**
   * Adds rows that their tables do not have yet, in the order of the fillings. It takes half of what `INSERT` takes, and
   * all of it is on its way when this returns: the database works at it while this process does something else.
   */
  fill(fillings: readonly Filling[]): Promise<void>
}

/** The one row of a query that always has one. */
export async function one<Row>(db: Queryable, query: Query): Promise<Row> {
  const [row] = await db.rows<Row>(query)
  if (row === undefined) throw new Error('a query that must find a row found none')
  return row
}

/** PostgreSQL, a server's or the embedded one: the same to everything above (postgres.ts, pglite.ts). */
export interface Database extends Queryable {
  readonly kind: 'postgres' | 'pglite'
  /** What `work` does happens whole or not at all. */
  transaction<Result>(work: (tx: Transaction) => Promise<Result>): Promise<Result>
  /** One moment of the database, for reading only. */
  snapshot<Result>(work: (tx: Queryable) => Promise<Result>): Promise<Result>
  /** Hears, sooner or later or not at all, that another process committed: a hint to look, never a promise. */
  onHint(listener: () => void): void
  /** Writes everything there is at one moment to a file. */
  copyTo(file: string): Promise<Problem | undefined>
  /** Restores such a file into a database of its own, which is gone when it is closed. */
  openCopy(file: string): Promise<Copy | Problem>
  close(): Promise<void>
}

export interface Copy extends Queryable {
  close(): Promise<void>
}

/** What processes call to each other through the database. */
export const CHANNEL = 'lotkeeper'
