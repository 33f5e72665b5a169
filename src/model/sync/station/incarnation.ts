import type { Operation } from '../../operation.ts'
import { type Hash, rootOf } from '../chain.ts'
import type { Archived, Entry } from '../journal.ts'
import { renamingOf } from '../squash.ts'
import type { ChainIndex, Parent } from '../protocol.ts'
import type { Meta, StationView, Tools, Write } from '../station.ts'

/** What a station has of its present chain. */
export interface Past {
  readonly meta: Meta
  readonly archive: readonly Archived[]
  readonly linkAt: (n: number) => string | undefined
}

export function pastOf(view: StationView): Past {
  return { meta: view.meta, archive: view.archive(), linkAt: (n) => view.linkAt(n) }
}

/**
 * Begins a new incarnation: everything that headquarters may not have is sent again, in the order in which it was accepted.
 * A chain is never patched. What headquarters has already, it knows by its `op_id`.
 * @param index headquarters' record of the present chain; the part that is the same here becomes the new one's proven past
 */
export function reborn(
  past: Past,
  outbox: readonly Entry[],
  index: ChainIndex,
  { hash, newId }: Pick<Tools, 'hash' | 'newId'>,
): Write {
  const { meta } = past
  const parent = provenPast(past, index, hash)
  const doubtful = past.archive.filter(
    ({ seal }) => seal?.incarnation === meta.incarnation && seal.n > parent.upto,
  )
  const waiting = new Set(outbox.map(({ op }) => op.op_id))
  const again = doubtful.filter(({ op }) => !waiting.has(op.op_id))
  const put = [...again, ...outbox].map((entry) => unsealed(entry)).sort((a, b) => a.local_id - b.local_id)
  return {
    meta: {
      ...meta,
      incarnation: newId(),
      lineage: [parent, ...meta.lineage],
      chain: { seq: 0, hash: rootOf(hash, parent) },
    },
    outbox: { put, remove: [] },
    archive: { put: [], remove: doubtful.map(({ op }) => op.op_id) },
  }
}

function unsealed(entry: Entry): Entry {
  const { local_id, op, base, rebased, known_deleted, made_as, renamed_at, seal, resent } = entry
  const kept = { local_id, op, base, rebased, known_deleted, made_as, renamed_at }
  return { ...kept, seal: null, resent: resent || seal !== null }
}

/** The longest beginning of the present chain that both sides have. A shorter one is safe: more counts as unseen. */
function provenPast({ meta, linkAt }: Past, index: ChainIndex, hash: Hash): Parent {
  const { incarnation, lineage } = meta
  let proven: Parent = { incarnation, upto: 0, hash: rootOf(hash, lineage[0] ?? null) }
  for (const [upto, link] of index)
    if (upto > proven.upto && linkAt(upto) === link) proven = { incarnation, upto, hash: link }
  return proven
}

/**
 * The `op_id` is taken by other content. If a renaming was folded into the operation, a copy of this disk sent it as it was:
 * what is left to say is the renaming, at the place that it had. Otherwise another machine was given the same ids: the operation, and the row it
 * makes, get new ones wherever the journal names them.
 */
export function reminted(
  outbox: readonly Entry[],
  op_id: string,
  { newId }: Pick<Tools, 'newId'>,
): readonly Entry[] {
  const taken = outbox.find(({ op }) => op.op_id === op_id)
  if (taken === undefined) return outbox
  const { operation } = taken.op
  const folded = taken.made_as !== null
  const row_id = folded || !operation.type.endsWith('.create') ? operation.id : newId()
  return outbox.map((entry) => {
    // What was accepted before it means another row, should it name that id.
    if (entry.local_id < taken.local_id) return entry
    if (entry !== taken) return withOperation(entry, replaced(entry.op.operation, operation.id, row_id))
    const own = folded ? renamingOf(operation) : replaced(operation, operation.id, row_id)
    const local_id = entry.renamed_at ?? entry.local_id
    return {
      ...entry,
      local_id,
      made_as: null,
      renamed_at: null,
      op: { ...entry.op, op_id: newId(), operation: own },
    }
  })
}

function withOperation(entry: Entry, operation: Operation): Entry {
  return operation === entry.op.operation ? entry : { ...entry, op: { ...entry.op, operation } }
}

function replaced(operation: Operation, from: string, to: string): Operation {
  const names = ([field, value]: [string, unknown]) => /(^|_)id$/.test(field) && value === from
  if (from === to || !Object.entries(operation).some(names)) return operation
  const fields = Object.entries(operation).map(([field, value]: [string, unknown]) => [
    field,
    names([field, value]) ? to : value,
  ])
  return Object.fromEntries(fields) as Operation
}
