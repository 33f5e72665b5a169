import type { Row } from '../state.ts'
import { canonical, contentHash, type Hash, link, type Written } from './chain.ts'
import type { Waiting } from './journal.ts'
import type { Commit, Page } from './protocol.ts'

/** The hash of a commit stands for everything before it, for what came of the operation, and for what the operation said. */
export function commitHash(
  hash: Hash,
  prev: string,
  said: Omit<Commit, 'hash' | 'rows'> & { readonly rows: readonly Row[] | Written<readonly Row[]> },
  content: string,
): string {
  const { seq, op_id, txn_id, station_id, result, rows, conflicts } = said
  return link(hash, prev, canonical([seq, op_id, txn_id, station_id, result, rows, conflicts, content]))
}

/**
 * Places of the station's own operations on a page. An `op_id` alone proves nothing: a copy of this disk may have sent the
 * operation before a renaming was folded into it, and a machine resumed twice may have given the id to another one. So the
 * hash must be that of what this journal says. If it is not, the next push brings out what headquarters has.
 */
export function ownPlaces(hash: Hash, page: Page, own: Waiting): Map<string, number> {
  const places = new Map<string, number>()
  let prev = page.from.hash
  for (const commit of page.commits) {
    const entry = own.get(commit.op_id)
    if (entry !== undefined) {
      const content = contentHash(hash, entry.op, entry.known_deleted)
      if (commitHash(hash, prev, commit, content) === commit.hash) places.set(commit.op_id, commit.seq)
    }
    prev = commit.hash
  }
  return places
}
