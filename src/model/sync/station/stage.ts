import type { Row } from '../../state.ts'
import type { Position } from '../cursor.ts'
import type { Archived, Entry } from '../journal.ts'
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
  const common = page.common!
  const place = (entry: Entry) => onPage.get(entry.op.op_id) ?? view.stagedSeq(entry.op.op_id)
  const outbox = view.outbox().map((entry) => rebased(entry, common))
  const archive = view.archive().map((entry) => rebased(entry, common))
  const lost = archive.filter((entry) => place(entry) === undefined)
  const waiting = outbox.filter((entry) => place(entry) === undefined)
  const found: Archived[] = [...archive, ...outbox].flatMap((entry) => {
    const committed_seq = place(entry)
    return committed_seq === undefined ? [] : [{ ...entry, committed_seq }]
  })
  const meta = { ...view.meta, cursor: page.to, stage: null }
  const history = [
    ...view.history().filter(({ seq }) => seq <= common.seq),
    { seq: page.to.seq, hash: page.to.hash },
  ]
  const gone = found.map(({ op }) => op.op_id)
  const write = { meta, stage_is: 'take', history } as const
  const moved = [...lost, ...waiting].sort((a, b) => a.local_id - b.local_id)
  if (lost.length === 0) {
    return { ...write, outbox: { put: moved, remove: gone }, archive: { put: found, remove: [] } }
  }
  const born = reborn({ ...pastOf(view), meta, archive: found }, moved, page.index ?? [], tools)
  const again = new Set([...lost, ...(born.outbox?.put ?? [])].map(({ op }) => op.op_id))
  return {
    ...write,
    meta: born.meta!,
    outbox: { put: born.outbox!.put, remove: gone.filter((op_id) => !again.has(op_id)) },
    archive: { put: found.filter(({ op }) => !again.has(op.op_id)), remove: [...again] },
  }
}

function rebased<One extends Entry>(entry: One, common: Position): One {
  return entry.base.seq <= common.seq ? entry : { ...entry, base: common, rebased: true }
}
