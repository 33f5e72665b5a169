import { randomBytes, randomUUID } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { GENESIS } from '../../model/sync/chain.ts'
import { type Database, one, type Queryable } from './database.ts'
import { sql } from './sql.ts'

const FOLDER = join(import.meta.dirname, 'migrations')
/** Any number that no other program takes: processes that start together take turns. */
const LOCK = 4_790_001

const files = readdirSync(FOLDER)
  .filter((file) => /^\d{4}-.*\.sql$/.test(file))
  .sort()

/** Version that this program knows. */
export const knownVersion = Number(files.at(-1)!.slice(0, 4))

/**
 * Brings the database up to date, and makes headquarters itself the first time.
 * @param onMade what else belongs to the first time
 * @returns `newer` if the database is from the future
 */
export async function migrate(
  db: Database,
  onMade: (tx: Queryable) => Promise<void>,
): Promise<'ready' | 'made' | 'newer'> {
  return db.transaction(async (tx) => {
    await tx.rows(sql`SELECT pg_advisory_xact_lock(${LOCK}::bigint)`)
    await tx.script('CREATE TABLE IF NOT EXISTS schema_versions (version integer PRIMARY KEY)')
    const { version } = await one<{ version: number }>(
      tx,
      sql`SELECT coalesce(max(version), 0) AS version FROM schema_versions`,
    )
    if (version > knownVersion) return 'newer'
    for (const file of files.slice(version)) {
      await tx.script(readFileSync(join(FOLDER, file), 'utf8'))
      await tx.rows(sql`INSERT INTO schema_versions (version) VALUES (${Number(file.slice(0, 4))})`)
    }
    const [found] = await tx.rows(sql`SELECT 1 FROM headquarters`)
    if (found !== undefined) return 'ready'
    await makeHeadquarters(tx)
    await onMade(tx)
    return 'made'
  })
}

export async function makeHeadquarters(tx: Queryable): Promise<void> {
  await tx.rows(sql`
    INSERT INTO headquarters (id, organization_slug, secret, epoch, seq, hash, safe_seq, writes)
    VALUES (${randomUUID()}, 'lotkeeper', ${randomBytes(32).toString('hex')}, ${randomUUID()}, 0, ${GENESIS}, 0, 0)`)
}

/**
 * Substring search wants trigrams, which a server may lack (package postgresql-contrib) or not allow this user to switch on.
 * Without them everything works, slower on large tables. The index is on `lower(held)`, which is `held`: trigrams answer `=` too,
 * and PostgreSQL would look up whole keys in them, a hundred times slower than in the index of keys.
 * @returns whether they are there
 */
export async function indexSearch(db: Database): Promise<boolean> {
  try {
    await db.transaction(async (tx) => {
      await tx.rows(sql`SELECT pg_advisory_xact_lock(${LOCK}::bigint)`)
      await tx.script('CREATE EXTENSION IF NOT EXISTS pg_trgm')
      for (const table of ['batches', 'units'])
        await tx.script(
          `CREATE INDEX IF NOT EXISTS ${table}_by_piece ON ${table} USING gin (lower(held) gin_trgm_ops)`,
        )
    })
    return true
  } catch {
    return false
  }
}
