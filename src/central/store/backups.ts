import type { Database, Queryable } from './database.ts'
import type { End } from './chain-check.ts'
import { sql } from './sql.ts'

/** A backup that was restored once, and what was found in it. */
export interface Backup extends End {
  readonly file: string
  readonly bytes: number
  readonly verified_at: number
}

/**
 * From now on stations may forget what this backup holds. Only if it holds the beginning of the present history: one that
 * was made before headquarters was itself set back says nothing about what stations sent since.
 */
export async function keepBackup(db: Database, backup: Backup): Promise<'kept' | 'of_another_history'> {
  const { file, bytes, epoch, seq, hash, verified_at } = backup
  return db.transaction(async (tx) => {
    await tx.rows(sql`SELECT seq FROM headquarters FOR UPDATE`)
    const [found] = await tx.rows(
      sql`SELECT 1 FROM headquarters WHERE ${seq}::bigint = 0 UNION ALL SELECT 1 FROM commits WHERE seq = ${seq} AND hash = ${hash}`,
    )
    if (found === undefined) return 'of_another_history'
    await tx.rows(sql`INSERT INTO backups (file, bytes, epoch, seq, hash, verified_at)
      VALUES (${file}, ${bytes}, ${epoch}, ${seq}, ${hash}, ${verified_at})`)
    await tx.rows(sql`UPDATE headquarters SET safe_seq = greatest(safe_seq, ${seq}::bigint)`)
    return 'kept'
  })
}

/** The newest verified one. */
export async function lastBackup(db: Queryable): Promise<Backup | undefined> {
  const [found] = await db.rows<Backup>(
    sql`SELECT file, bytes, epoch, seq, hash, verified_at FROM backups ORDER BY id DESC LIMIT 1`,
  )
  return found
}
