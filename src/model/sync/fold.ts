import type { Memory } from '../memory.ts'
import type { Decision, Noun, State } from '../state.ts'
import { type Author, decideTracked, type Footprint } from './footprint.ts'
import type { Entry } from './journal.ts'
import { newReach, type Reach } from './reach.ts'

/**
 * What scripts see: headquarters' state as far as it is known, and the station's own waiting operations decided on top of it.
 *
 * Deciding all of them again for each page would be too slow with weeks of backlog. So each operation leaves a footprint,
 * what it read and what it wrote, and when something changes below, only the operations that it reaches are decided again:
 *
 *   a node was written  ->  whoever read or wrote it is decided again, and what they wrote is dirty too
 *   somebody who is decided again reads a node  ->  whoever wrote it must be undone first, for it may come later
 *
 * The dirty rows go back to the base and the reached operations are replayed in order. If the replay writes or reads
 * outside of what was reached, the reach was too small and it starts again with more. The result is always what deciding
 * everything again would give, row for row and mark for mark ([I13]).
 */
export interface Fold {
  readonly live: Memory
  readonly footprints: Map<string, Footprint>
  /** Operations by the nodes they read and wrote. */
  readonly readers: Map<string, Set<string>>
  readonly writers: Map<string, Set<string>>
}

export function emptyFold(live: Memory): Fold {
  return { live, footprints: new Map(), readers: new Map(), writers: new Map() }
}

/** Decides one more operation on top of all others. */
export function append(fold: Fold, author: Author, entry: Entry): Decision {
  const { decision, footprint } = decideTracked(fold.live, author, entry)
  for (const row of decision.changed) fold.live.put(row)
  remember(fold, entry, footprint)
  return decision
}

/** What a page, a seal or a new history changed below the fold. */
export interface Change {
  /** Nodes of base rows as they were and as they are. */
  readonly dirty: Iterable<string>
  /** Operations that left the outbox. */
  readonly gone: readonly string[]
  /** Operations whose content changed. */
  readonly changed: readonly string[]
}

/** Brings the live rows up to date with the base, deciding again only what the change reaches. */
export function refold(
  fold: Fold,
  base: State,
  outbox: ReadonlyMap<string, Entry>,
  author: Author,
  change: Change,
): void {
  const reach = newReach(fold)
  for (const node of change.dirty) reach.write(node)
  for (const op_id of change.gone) {
    for (const node of fold.footprints.get(op_id)?.writes ?? []) reach.write(node)
    forget(fold, op_id)
  }
  for (const op_id of change.changed) reach.operation(op_id)
  while (!replay(fold, base, outbox, author, reach));
}

/** Replays what was reached. False if it touched more than that: the reach has grown and all starts again. */
function replay(
  fold: Fold,
  base: State,
  outbox: ReadonlyMap<string, Entry>,
  author: Author,
  reach: Reach,
): boolean {
  reach.grow()
  reset(fold.live, base, reach.written)
  const entries = [...reach.operations].flatMap((op_id) => outbox.get(op_id) ?? [])
  entries.sort((a, b) => a.local_id - b.local_id)
  const footprints: [Entry, Footprint][] = []
  for (const entry of entries) {
    const { decision, footprint } = decideTracked(fold.live, author, entry)
    if (!reach.covers(footprint)) return false
    for (const row of decision.changed) fold.live.put(row)
    footprints.push([entry, footprint])
  }
  for (const [entry, footprint] of footprints) remember(fold, entry, footprint)
  return true
}

/** Back to the base: all dirty rows let go of their keys before any takes one. */
function reset(live: Memory, base: State, written: ReadonlySet<string>): void {
  const rows = [...written].filter((node) => node.startsWith('row:')).map((node) => node.split(':', 3))
  for (const [, noun, id] of rows) live.drop(noun as Noun, id!)
  for (const [, noun, id] of rows) {
    const row = base.get(noun as Noun, id!)
    if (row !== undefined) live.put(row)
  }
}

function remember(fold: Fold, entry: Entry, footprint: Footprint): void {
  const { op_id } = entry.op
  forget(fold, op_id)
  fold.footprints.set(op_id, footprint)
  for (const node of footprint.reads) indexed(fold.readers, node).add(op_id)
  for (const node of footprint.writes) indexed(fold.writers, node).add(op_id)
}

function forget(fold: Fold, op_id: string): void {
  const footprint = fold.footprints.get(op_id)
  if (footprint === undefined) return
  for (const node of footprint.reads) unindexed(fold.readers, node, op_id)
  for (const node of footprint.writes) unindexed(fold.writers, node, op_id)
  fold.footprints.delete(op_id)
}

function indexed(index: Map<string, Set<string>>, node: string): Set<string> {
  let ids = index.get(node)
  if (ids === undefined) index.set(node, (ids = new Set()))
  return ids
}

function unindexed(index: Map<string, Set<string>>, node: string, op_id: string): void {
  const ids = index.get(node)
  ids?.delete(op_id)
  if (ids?.size === 0) index.delete(node)
}
