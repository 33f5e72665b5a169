import { chainHash } from '../../host/hash.ts'
import { GENESIS } from '../../model/sync/chain.ts'
import { commitHash } from '../../model/sync/commit.ts'
import type { Commit } from '../../model/sync/protocol.ts'
import { one, type Queryable } from './database.ts'
import { sql } from './sql.ts'

/** Where a history ends. */
export interface End {
  readonly epoch: string
  readonly seq: number
  readonly hash: string
}

/** Commits looked at in one go: hashing them keeps everybody else waiting some milliseconds. */
const PAGE = 500

/**
 * Works the chain out again from the first commit to the last: every change, and what came of it, is there as it was written.
 * @returns its end, or the position where it breaks
 */
export async function followChain(db: Queryable): Promise<End | { readonly broken_at: number }> {
  const end = await one<End>(db, sql`SELECT epoch, seq, hash FROM headquarters`)
  let last = { seq: 0, hash: GENESIS }
  for (;;) {
    const page = await db.rows<Commit & { content: string }>(sql`
      SELECT seq, hash, op_id, txn_id, station_id, result, rows, conflicts, content
      FROM commits WHERE seq > ${last.seq} ORDER BY seq LIMIT ${PAGE}`)
    for (const { hash, content, ...said } of page) {
      const follows = said.seq === last.seq + 1 && commitHash(chainHash, last.hash, said, content) === hash
      if (!follows) return { broken_at: last.seq + 1 }
      last = { seq: said.seq, hash }
    }
    if (page.length < PAGE) break
  }
  return last.seq === end.seq && last.hash === end.hash ? end : { broken_at: last.seq + 1 }
}
