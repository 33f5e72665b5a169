import type { Database, Queryable } from './database.ts'
import { sql } from './sql.ts'

/** What was answered to a write. Fingerprints and digests in hex, times in milliseconds since 1970 UTC. */
export interface Reply {
  readonly fingerprint: string
  /** Digest of the request's words. */
  readonly request: string
  readonly explicit: boolean
  readonly answered_at: number
  readonly body: string
  /** The process that answered. */
  readonly run: string
  /** Its client went away without it. */
  readonly lost: boolean
}

export interface KnownReply extends Reply {
  /** Lost, or the process that could know is gone. */
  readonly in_doubt: boolean
}

/** A process that was not heard of for so long is gone. */
const GONE_MS = 30_000

export function readReplies(db: Queryable, fingerprints: readonly string[]): Promise<KnownReply[]> {
  return db.rows<KnownReply>(sql`
    SELECT r.fingerprint, r.request, r.explicit, r.answered_at, r.body, r.run, r.lost,
      r.lost OR NOT EXISTS (SELECT FROM processes p WHERE p.run = r.run AND p.seen_at > (SELECT max(seen_at) FROM processes) - ${GONE_MS}::bigint) AS in_doubt
    FROM replies r WHERE r.fingerprint = ANY(${fingerprints}::text[])`)
}

export async function putReplies(tx: Queryable, replies: readonly Reply[]): Promise<void> {
  await tx.rows(sql`
    INSERT INTO replies (fingerprint, request, explicit, answered_at, body, run, lost)
    SELECT fingerprint, request, explicit, answered_at, body, run, lost FROM json_to_recordset(${JSON.stringify(replies)})
      AS t(fingerprint text, request text, explicit boolean, answered_at bigint, body text, run text, lost boolean)
    ON CONFLICT (fingerprint) DO UPDATE SET request = excluded.request, explicit = excluded.explicit, answered_at = excluded.answered_at,
      body = excluded.body, run = excluded.run, lost = excluded.lost`)
}

/** The client of this reply went away without it. */
export const markLost = (db: Database, run: string, fingerprint: string) =>
  db.rows(sql`UPDATE replies SET lost = true WHERE fingerprint = ${fingerprint} AND run = ${run}`)

/** Drops what this process saw delivered, and all that were answered before the two times. */
export async function dropReplies(
  db: Database,
  run: string,
  delivered: readonly string[],
  before: { readonly ambiguous: number; readonly explicit: number },
): Promise<void> {
  if (delivered.length > 0)
    await db.rows(
      sql`DELETE FROM replies WHERE fingerprint = ANY(${delivered}::text[]) AND run = ${run} AND NOT explicit`,
    )
  await db.rows(sql`
    DELETE FROM replies WHERE answered_at < ${before.ambiguous} AND (NOT explicit OR answered_at < ${before.explicit}::bigint)`)
}

/** Says that this process is there. A process that starts where another one was (`name`) knows that the other is gone. */
export const beat = (db: Database, name: string, run: string, now: number) =>
  db.rows(sql`INSERT INTO processes (name, run, seen_at) VALUES (${name}, ${run}, ${now})
    ON CONFLICT (name) DO UPDATE SET run = excluded.run, seen_at = excluded.seen_at`)

export const leave = (db: Database, run: string) => db.rows(sql`DELETE FROM processes WHERE run = ${run}`)
