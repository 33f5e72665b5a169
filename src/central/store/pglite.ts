import { PGlite, type PGliteInterface, type Transaction } from '@electric-sql/pglite'
import { pg_trgm } from '@electric-sql/pglite/contrib/pg_trgm'

import { CHANNEL, type Database, type Queryable } from './database.ts'
import { type Query, textOf, valuesOf } from './sql.ts'

const INT8 = 20

/**
 * PostgreSQL inside this process, with one connection. It never waits for the disk (no fsync): a power cut may take back the
 * last changes or spoil the folder. Whoever opens it holds the folder's lock: it has none of its own.
 * @param folder undefined keeps everything in memory
 */
export async function openPglite(folder: string | undefined): Promise<Database> {
  const db = await PGlite.create({
    ...(folder === undefined ? {} : { dataDir: folder }),
    extensions: { pg_trgm },
    parsers: { [INT8]: Number },
  })
  const begin = <Result>(first: string, work: (tx: Queryable) => Promise<Result>): Promise<Result> =>
    db.transaction(async (tx) => {
      if (first !== '') await tx.exec(first)
      return work(queryable(tx))
    })
  return {
    kind: 'pglite',
    ...queryable(db),
    transaction: (work) => begin('', work),
    snapshot: (work) => begin('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY', work),
    onHint: (listener) => void db.listen(CHANNEL, listener),
    close: () => db.close(),
  }
}

const queryable = (db: PGliteInterface | Transaction): Queryable => ({
  rows: async <Row>(query: Query) => (await db.query<Row>(textOf(query), valuesOf(query))).rows,
  script: async (text) => void (await db.exec(text)),
})
