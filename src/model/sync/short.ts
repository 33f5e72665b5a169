import { z } from 'zod'

import { type Answer, answer, commit, type Commit, page, type Page } from './protocol.ts'

/**
 * A page without what its reader does not need. Half of what a compressed page weighs is chance that no compression makes smaller:
 * of the four such texts of each change, two are left out here.
 *
 * - `hash` stays where the reader may stand (with the last change of the page, and with one of a few before it that ends a request), and
 *   where it checks its own operations: with each of those and the one before. Elsewhere the read page has an empty one.
 * - `txn_id` stays with the reader's own operations. Elsewhere it only said which changes belong together, and `joined` says that: with
 *   the one before.
 *
 * A reader asks for it, and reads both; headquarters that do not know the word send the page as it is (docs/sync-wire.md).
 */
export const SHORT = 'short-pages'

const shortCommit = z.object({
  ...commit.shape,
  hash: z.string().optional(),
  txn_id: z.string().optional(),
  joined: z.literal(true).optional(),
})
export const shortPage = z.object({ ...page.shape, commits: z.array(shortCommit), short: z.literal(true) })
export type ShortPage = z.infer<typeof shortPage>

/** A reader lays a page on its rows in slices, and stands at the end of each: so often it may. */
const STAND_EVERY = 8

/** @param station_id who will read it */
export function shortened(whole: Page, station_id: string): ShortPage {
  let since = 0
  const commits = whole.commits.map(({ hash, txn_id, ...said }, i) => {
    const next = whole.commits[i + 1]
    const stands = next === undefined || (++since >= STAND_EVERY && next.txn_id !== txn_id)
    if (stands) since = 0
    const isOwn = said.station_id === station_id
    return {
      ...said,
      ...(stands || isOwn || next.station_id === station_id ? { hash } : {}),
      ...(isOwn ? { txn_id } : {}),
      ...(whole.commits[i - 1]?.txn_id === txn_id ? { joined: true as const } : {}),
    }
  })
  return { ...whole, commits, short: true }
}

function lengthened({ commits, short: _short, ...said }: ShortPage): Page {
  let txn_id = ''
  const whole = commits.map(({ hash = '', joined, ...one }): Commit => {
    txn_id = one.txn_id ?? (joined === true ? txn_id : one.op_id)
    return { ...one, hash, txn_id }
  })
  return { ...said, commits: whole }
}

/** An answer as it came, short or not; undefined if it is not understood. */
export function readAnswer(message: unknown): Answer | undefined {
  if ((message as { short?: unknown } | null)?.short !== true) return answer.safeParse(message).data
  const read = shortPage.safeParse(message)
  return read.success ? lengthened(read.data) : undefined
}
