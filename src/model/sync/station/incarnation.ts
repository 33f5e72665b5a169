import { nounOf } from '../../decide/nouns.ts'
import { type Moved, replaced } from '../../moved.ts'
import type { State } from '../../state.ts'
import { contentHash, type Hash, rootOf } from '../chain.ts'
import { type Archived, type Entry, unsealed } from '../journal.ts'
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
  waiting: Pick<ReadonlyMap<string, Entry>, 'has'>,
  index: ChainIndex,
  { hash, newId }: Pick<Tools, 'hash' | 'newId'>,
): Write {
  const { meta } = past
  const parent = provenPast(past, index, hash)
  const doubtful = past.archive.filter(
    ({ seal }) => seal?.incarnation === meta.incarnation && seal.n > parent.upto,
  )
  const again = doubtful.filter(({ op }) => !waiting.has(op.op_id))
  return {
    meta: {
      ...meta,
      incarnation: newId(),
      lineage: [parent, ...meta.lineage],
      chain: { seq: 0, hash: rootOf(hash, parent) },
    },
    unsealed: true,
    outbox: { put: again.map(unsealed), remove: [] },
    archive: { put: [], remove: doubtful.map(({ op }) => op.op_id) },
  }
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
 * The `op_id` is taken by other content. If headquarters has the operation as it was before a renaming was folded into it, a copy of this
 * disk sent it so: what is left to say is the renaming, at the place that it had. Otherwise another machine was given the same ids: the
 * operation, and the row it makes, get new ones wherever the journal names them. They are worked out from what it says: every copy of this
 * disk gives it the same, or it would be done once for each.
 * @param as_made headquarters has it as it was made; undefined from one that is too old to say
 */
export function reminted(
  base: State,
  outbox: readonly Entry[],
  { op_id, as_made = true }: { readonly op_id: string; readonly as_made?: boolean | undefined },
  { hash, idFrom }: Pick<Tools, 'hash' | 'idFrom'>,
): readonly Entry[] {
  const taken = outbox.find(({ op }) => op.op_id === op_id)
  if (taken === undefined) return outbox
  const { operation } = taken.op
  const content = contentHash(hash, taken.op, taken.known_deleted)
  const only_renamed = taken.made_as !== null && as_made
  const makes = !only_renamed && operation.type.endsWith('.create')
  const to = makes ? idFrom(`row ${content}`) : operation.id
  const moved = { noun: nounOf(operation), from: operation.id, to }
  // Whoever saw the other machine's row of that id meant that one: it was the one shown.
  const theirs = base.get(moved.noun, moved.from)?.marks['created']?.seq ?? Infinity
  return outbox.map((entry) => {
    // What was accepted before it means another row, should it name that id.
    if (entry.local_id < taken.local_id) return entry
    if (entry !== taken) return entry.base.seq >= theirs ? entry : withRow(entry, moved)
    const own = only_renamed ? renamingOf(operation) : replaced(operation, moved)
    const local_id = only_renamed ? (entry.renamed_at ?? entry.local_id) : entry.local_id
    return {
      ...entry,
      local_id,
      made_as: null,
      renamed_at: null,
      op: { ...entry.op, op_id: idFrom(`op ${content}`), operation: own },
    }
  })
}

function withRow(entry: Entry, moved: Moved): Entry {
  const operation = replaced(entry.op.operation, moved)
  return operation === entry.op.operation ? entry : { ...entry, op: { ...entry.op, operation } }
}
