import { canonical } from './chain.ts'
import type { Cursor, Position } from './cursor.ts'
import type { HeadquartersStore, Tools } from './headquarters.ts'
import type { Answer, Commit, PullRequest } from './protocol.ts'

/** The changes after a cursor, in order, without a gap. Operations of one request are never torn apart. */
export function pull(store: HeadquartersStore, asked: PullRequest, { sign }: Tools): Answer {
  const { epoch, seq: head } = store.head()
  const commits = wholeRequests(store, asked.cursor.seq, asked.limit)
  const last = commits.at(-1)
  const to = last === undefined ? asked.cursor : signed(epoch, last, sign)
  const located =
    asked.locator === undefined
      ? {}
      : { common: newestShared(store, asked.locator), index: store.index(asked.incarnation) }
  const more = to.seq < head
  return { kind: 'page', from: asked.cursor, to, commits, more, safe_seq: store.safeSeq(), ...located }
}

function wholeRequests(store: HeadquartersStore, after: number, limit: number): Commit[] {
  const commits = [...store.commits(after, limit)]
  for (let last = commits.at(-1); last !== undefined;) {
    const [next] = store.commits(last.seq, 1)
    if (next?.txn_id !== last.txn_id) break
    commits.push(next)
    last = next
  }
  return commits
}

function signed(epoch: string, { seq, hash }: Position, sign: Tools['sign']): Cursor {
  return { epoch, seq, hash, mac: sign(canonical([epoch, seq, hash])) }
}

function newestShared(store: HeadquartersStore, locator: readonly Position[]): Position {
  return locator.findLast(({ seq, hash }) => store.hashAt(seq) === hash) ?? { seq: 0, hash: store.hashAt(0)! }
}
