import type { JournaledOperation } from '../operation.ts'
import type { Row, State } from '../state.ts'
import type { Position } from './cursor.ts'
import type { Change } from './fold.ts'
import { nodesOf } from './footprint.ts'
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
    seal: null,
    resent: false,
  }
}

/**
 * What a transaction changes below the fold; `null` if so much that all must be folded again.
 * To be asked before the transaction is done: it looks at the rows as they were.
 */
export function changeBelow(write: Write, base: State, outbox: ReadonlyMap<string, Entry>): Change | null {
  if (write.stage_is === 'take') return null
  const dirty = new Set<string>()
  for (const row of write.base ?? []) {
    const before = base.get(row.noun, row.id)
    if (before !== undefined) for (const node of nodesOf(before)) dirty.add(node)
    for (const node of nodesOf(row)) dirty.add(node)
  }
  const changed: string[] = []
  for (const entry of write.outbox?.put ?? []) {
    const before = outbox.get(entry.op.op_id)
    // Operations that come back from the archive, and a new incarnation, change what counts as seen.
    if (before === undefined || (before.seal !== null && entry.seal === null)) return null
    if (before.op !== entry.op || before.base !== entry.base) changed.push(entry.op.op_id)
  }
  return { dirty, gone: write.outbox?.remove ?? [], changed }
}
