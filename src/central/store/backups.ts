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
    if (!(await holdsBackup(tx, backup))) return 'of_another_history'
    await tx.rows(sql`INSERT INTO backups (file, bytes, epoch, seq, hash, verified_at)
      VALUES (${file}, ${bytes}, ${epoch}, ${seq}, ${hash}, ${verified_at})`)
    await tx.rows(sql`UPDATE headquarters SET safe_seq = greatest(safe_seq, ${seq}::bigint)`)
    return 'kept'
  })
}

/** Is the end of this backup a position of the present history? */
export async function holdsBackup(db: Queryable, { seq, hash }: End): Promise<boolean> {
  if (seq === 0) return true
  const found = await db.rows(sql`SELECT 1 FROM commits WHERE seq = ${seq} AND hash = ${hash}`)
  return found.length > 0
}

/** The newest verified one. */
export async function lastBackup(db: Queryable): Promise<Backup | undefined> {
  const [found] = await db.rows<Backup>(
    sql`SELECT file, bytes, epoch, seq, hash, verified_at FROM backups ORDER BY id DESC LIMIT 1`,
  )
  return found
}
