import type { Cursor } from '../../model/sync/cursor.ts'
import type { Commit, Page, Request } from '../../model/sync/protocol.ts'

/**
 * A page as several that follow each other, so that scripts are answered in between. A slice ends where a request ends, so that what was
 * done together appears together, and where the page tells the hash (model/sync/short.ts). Cursors inside a page carry no code of
 * headquarters': they are only good for going on.
 */
export function* slicesOf(page: Page, rowsMax: () => number): Generator<Page> {
  let from = page.from
  let taken: Commit[] = []
  let rows = 0
  let most = rowsMax()
  for (const [index, commit] of page.commits.entries()) {
    taken.push(commit)
    rows += commit.rows.length
    const next = page.commits[index + 1]
    if (next === undefined || rows < most || next.txn_id === commit.txn_id || commit.hash === '') continue
    const to = { epoch: page.to.epoch, seq: commit.seq, hash: commit.hash, mac: '' }
    yield { ...page, from, to, commits: taken, more: true }
    from = to
    taken = []
    rows = 0
    most = rowsMax()
  }
  yield { ...page, from, commits: taken }
}

/** The same while a new history is read: it is taken when all of it is there, in a step of its own. */
export function* stagedSlicesOf(page: Page, rowsMax: () => number): Generator<Page> {
  if (page.commits.length > 0) yield* slicesOf({ ...page, more: true }, rowsMax)
  if (page.commits.length === 0 || !page.more) yield { ...page, from: page.to, commits: [] }
}

/** The page without its changes, where the base stands: it says how far the backup goes, and nothing else. */
export function standstill(page: Page, cursor: Cursor): Page {
  return { ...page, from: cursor, to: cursor, commits: [], more: true }
}

/** Whoever asks the API waits no longer than about this. */
const SLICE_MS = 3
const ROWS_MIN = 10
const ROWS_MAX = 400
/** How much one slice says of the next ones: what made it late may be another program. */
const WEIGHT = 1 / 8

/** How many rows fit into a slice on this PC, learned from how long the last ones took. */
export interface Pace {
  readonly rows: () => number
  readonly took: (rows: number, ms: number) => void
}

export function createPace(): Pace {
  let row_ms = SLICE_MS / 30
  return {
    rows: () => Math.min(ROWS_MAX, Math.max(ROWS_MIN, Math.floor(SLICE_MS / row_ms))),
    took(rows, ms) {
      if (rows > 0) row_ms += WEIGHT * (Math.min(ms / rows, 2 * row_ms) - row_ms)
    },
  }
}

/** The question was taken back to ask another one: as good as an answer that says nothing. */
export function nothingYet({ cursor }: Request): Page {
  return { kind: 'page', from: cursor, to: cursor, commits: [], more: true, safe_seq: 0 }
}
