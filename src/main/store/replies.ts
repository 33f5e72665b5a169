import type { ReadableDb, WritableDb } from './database.ts'
import { sql } from './sql.ts'

/** What was answered to a write: whose client may not have heard it, or who sent an `Idempotency-Key` (`explicit`). */
export interface Reply {
  readonly fingerprint: Buffer
  /** Digest of the request's words. */
  readonly request: Buffer
  readonly answered_at: number
  readonly body: string
}

export function putReply(
  db: WritableDb,
  { fingerprint, request, explicit, answered_at, body }: Reply & { explicit: boolean },
): void {
  db.run(sql`INSERT INTO replies (fingerprint, request, explicit, answered_at, body)
    VALUES (${fingerprint}, ${request}, ${explicit ? 1 : 0}, ${answered_at}, ${body})
    ON CONFLICT DO UPDATE SET request = excluded.request, answered_at = excluded.answered_at, body = excluded.body`)
}

export function findReply(db: ReadableDb, fingerprint: Buffer): Reply | undefined {
  return db.one(
    sql`SELECT fingerprint, request, answered_at, body FROM replies WHERE fingerprint = ${fingerprint}`,
  )
}

/** Replies to requests without an idempotency key. */
export function listReplies(db: ReadableDb): Reply[] {
  return db.all(sql`SELECT fingerprint, request, answered_at, body FROM replies WHERE explicit = 0`)
}

/** Drops these, and all that were answered before the two times (milliseconds since 1970 UTC). */
export function deleteReplies(
  db: WritableDb,
  fingerprints: readonly Buffer[],
  ambiguousBefore: number,
  explicitBefore: number,
): void {
  for (const fingerprint of fingerprints) db.run(sql`DELETE FROM replies WHERE fingerprint = ${fingerprint}`)
  if (ambiguousBefore > 0)
    db.run(sql`DELETE FROM replies WHERE answered_at < iif(explicit, ${explicitBefore}, ${ambiguousBefore})`)
}
