import type { Row } from '../../state.ts'
import { type Archived, cutBack, type Entry, unsealed } from '../journal.ts'
import type { Commit, Page } from '../protocol.ts'
import type { StationView, Tools, Write } from '../station.ts'
import { pastOf, reborn } from './incarnation.ts'

/** Each row as it is after the last commit, once. */
export function lastImages(commits: readonly Commit[]): readonly Row[] {
  const rows = new Map<string, Row>()
  for (const { rows: changed } of commits) for (const row of changed) rows.set(`${row.noun}:${row.id}`, row)
  return [...rows.values()]
}

/**
 * The new history takes the place of the old one. Operations that it does not have go out again, from the archive too,
 * and what their authors had seen is cut back to what both histories share: numbers of two histories do not compare.
 */
export function taken(
  view: StationView,
  page: Page,
  onPage: ReadonlyMap<string, number>,
  tools: Tools,
): Write {
  const cut = page.common!
  const place = (entry: Entry) => onPage.get(entry.op.op_id) ?? view.stagedSeq(entry.op.op_id)
  const lost: Entry[] = []
  const held: Archived[] = []
  const moved: Archived[] = []
  for (const before of view.archive()) {
    const entry = cutBack(before, cut)
    const committed_seq = place(entry)
    if (committed_seq === undefined) lost.push(entry)
    else if (committed_seq === entry.committed_seq && entry === before) held.push(entry)
    else moved.push({ ...entry, committed_seq })
  }
  const shown = view.outbox().flatMap((entry): Archived | [] => {
    const committed_seq = place(entry)
    return committed_seq === undefined ? [] : { ...cutBack(entry, cut), committed_seq }
  })
  const meta = { ...view.meta, cursor: page.to, stage: null }
  const history = [
    ...view.history().filter(({ seq }) => seq <= cut.seq),
    { seq: page.to.seq, hash: page.to.hash },
  ]
  const gone = shown.map(({ op }) => op.op_id)
  const put = [...moved, ...shown]
  const write = { meta, stage_is: 'take', history, cut } as const
  if (lost.length === 0) return { ...write, outbox: { put: [], remove: gone }, archive: { put, remove: [] } }
  const born = reborn(
    { ...pastOf(view), meta, archive: [...held, ...put] },
    new Map(),
    page.index ?? [],
    tools,
  )
  const again = new Set([...lost, ...born.outbox!.put].map(({ op }) => op.op_id))
  const waits = (op_id: string) => again.has(op_id)
  return {
    ...write,
    meta: born.meta!,
    unsealed: true,
    outbox: {
      put: [...lost.map(unsealed), ...born.outbox!.put],
      remove: gone.filter((op_id) => !waits(op_id)),
    },
    archive: { put: put.filter(({ op }) => !waits(op.op_id)), remove: [...again] },
  }
}
