import { readFile, writeFile } from 'node:fs/promises'

import { PGlite, type PGliteInterface, type Transaction } from '@electric-sql/pglite'
import { pg_trgm } from '@electric-sql/pglite/contrib/pg_trgm'

import { problem, wordsOf } from '../../host/problem.ts'
import { CHANNEL, type Database, type Queryable, type Transaction as OurTransaction } from './database.ts'
import { bytesOf, copyOf, type Filling } from './filling.ts'
import { type Query, textOf, valuesOf } from './sql.ts'

const INT8 = 20

const options = { extensions: { pg_trgm }, parsers: { [INT8]: Number } }

/**
 * PostgreSQL inside this process, with one connection. It never waits for the disk (no fsync): a power cut may take back the
 * last changes or spoil the folder. Whoever opens it holds the folder's lock: it has none of its own.
 * @param folder undefined keeps everything in memory
 */
export async function openPglite(folder: string | undefined): Promise<Database> {
  const db = await PGlite.create({ ...(folder === undefined ? {} : { dataDir: folder }), ...options })
  const begin = <Result>(first: string, work: (tx: OurTransaction) => Promise<Result>): Promise<Result> =>
    db.transaction(async (tx) => {
      if (first !== '') await tx.exec(first)
      return work({ ...queryable(tx), fill: (fillings) => fill(tx, fillings) })
    })
  return {
    kind: 'pglite',
    ...queryable(db),
    transaction: (work) => begin('', work),
    snapshot: (work) => begin('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY', work),
    onHint: (listener) => void db.listen(CHANNEL, listener),
    async copyTo(file) {
      await db.exec('CHECKPOINT')
      const folderAsTar = await db.dumpDataDir('gzip')
      await writeFile(file, Buffer.from(await folderAsTar.arrayBuffer()), { mode: 0o600, flush: true })
      return undefined
    },
    async openCopy(file) {
      try {
        const copy = await PGlite.create({ loadDataDir: new Blob([await readFile(file)]), ...options })
        return { ...queryable(copy), close: () => copy.close() }
      } catch (error) {
        return problem(`the copy cannot be opened (${wordsOf(error)})`, 'It was thrown away; try again')
      }
    },
    close: () => db.close(),
  }
}

const queryable = (db: PGliteInterface | Transaction): Queryable => ({
  rows: async <Row>(query: Query) => (await db.query<Row>(textOf(query), valuesOf(query))).rows,
  script: async (text) => void (await db.exec(text)),
})

async function fill(tx: Transaction, fillings: readonly Filling[]): Promise<void> {
  for (const filling of fillings)
    await tx.query(copyOf(filling, "'/dev/blob'"), [], { blob: new Blob([bytesOf(filling)]) })
}
