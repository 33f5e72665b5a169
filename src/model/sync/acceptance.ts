import type { JournaledOperation } from '../operation.ts'
import type { Row, State } from '../state.ts'
import { canonical } from './chain.ts'
import type { Position } from './cursor.ts'
import type { Change } from './fold.ts'
import type { Entry } from './journal.ts'
import type { Write } from './station.ts'

/**
 * The journal's entry for an operation that is accepted here and now.
 * @param deleted rows of the station that are deleted and had the name that the operation gives
 */
export function accepted(
  local_id: number,
  op: JournaledOperation,
  base: Position,
  deleted: readonly Row[],
): Entry {
  return {
    local_id,
    op,
    base: { seq: base.seq, hash: base.hash },
    rebased: false,
    known_deleted: deleted.map(({ id }) => id),
    made_as: null,
    renamed_at: null,
    seal: null,
    resent: false,
  }
}

/**
 * A new history, or a new incarnation: who counts as the same author changes with it, and so does what was seen. All that waits is decided
 * again.
 */
export const decidesAnew = ({ stage_is, unsealed }: Write) => stage_is === 'take' || unsealed === true

/** A station's rows and journal as they are. */
interface Before {
  readonly base: State
  readonly outbox: ReadonlyMap<string, Entry>
}

/**
 * What a transaction changes below the fold; `null` if so much that all must be folded again.
 * To be asked before the transaction is done: it looks at the rows as they were.
 */
export function changeBelow(write: Write, { base, outbox }: Before): Change | null {
  if (decidesAnew(write)) return null
  const rows = (write.base ?? []).map((row) => ({ before: base.get(row.noun, row.id), row }))
  const changed: string[] = []
  for (const entry of write.outbox?.put ?? []) {
    const before = outbox.get(entry.op.op_id)
    if (before === undefined) return null
    if (saysOther(before, entry)) changed.push(entry.op.op_id)
  }
  const gone = (write.outbox?.remove ?? []).flatMap((op_id) => outbox.get(op_id) ?? [])
  return { rows, gone, changed }
}

/** Sealing changes nothing of what an entry does; a folded renaming or a cut-back base does. */
function saysOther(before: Entry, after: Entry): boolean {
  const said = ({ op, base, rebased }: Entry) => canonical([op.operation, base, rebased])
  if (before.op.operation === after.op.operation && before.base === after.base)
    return before.rebased !== after.rebased
  return said(before) !== said(after)
}
