import type { Memory } from '../memory.ts'
import type { Decision, Noun, Row, State } from '../state.ts'
import { isSameValue } from './chain.ts'
import { type Author, decideTracked, type Footprint, isRowNode, nodesOf, rowNode } from './footprint.ts'
import type { Entry, Waiting } from './journal.ts'
import { newReach, type Reach } from './reach.ts'

/**
 * What scripts see: headquarters' state as far as it is known, and the station's own waiting operations decided on top of it.
 *
 * Deciding all of them again for each page would be too slow with weeks of backlog. So each operation leaves a footprint,
 * what it read and what it wrote, and when something changes below, only the operations that it reaches are decided again:
 *
 *   a node is another        ->  whoever read it after that is decided again, and what they wrote is another too
 *   a row is another         ->  whoever wrote it is decided again as well: it has one image, which goes back to the base
 *   who is decided again reads a node  ->  whoever wrote it later must be undone first
 *   headquarters made a row just as it is shown  ->  nothing: who read it reads the same
 *
 * The rows go back to the base and the reached operations are replayed in order. If one of them comes to reach more, all of it
 * starts again. The result is always what deciding everything again would give, row for row and mark for mark ([I13]).
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
  remember(fold, entry.op.op_id, footprint)
  return decision
}

/** What a page, a seal or a new history changed below the fold. */
export interface Change {
  /** Rows of the base as they were and as they are. */
  readonly rows: readonly { readonly before: Row | undefined; readonly row: Row }[]
  /** Operations that left the outbox. */
  readonly gone: readonly Entry[]
  /** Operations whose content changed. */
  readonly changed: readonly string[]
}

/** Brings the live rows up to date with the base, deciding again only what the change reaches. */
export function refold(fold: Fold, base: State, outbox: Waiting, author: Author, change: Change): void {
  const replay = replaying(fold, base, outbox, author, reachOf(fold, outbox, author, change))
  let step = replay.next()
  while (!step.done) step = replay.next()
  for (const _ of taking(fold, change, step.value));
}

/**
 * What a change reaches, as far as it can be said before it is followed (`Reach.grow`). Nothing is changed by it.
 * @param outbox as it is after the change
 * @param until the last waiting operation that counts, by its `local_id`
 */
export function reachOf(
  fold: Fold,
  outbox: Waiting,
  author: Author,
  { rows, gone, changed }: Change,
  until = Infinity,
): Reach {
  const left = new Set(gone.map(({ op }) => op.op_id))
  // What is not in the journal is being accepted, after all that is.
  const positionOf = (op_id: string) => {
    const position = outbox.get(op_id)?.local_id ?? Infinity
    return left.has(op_id) || position > until ? undefined : position
  }
  const reach = newReach(fold, positionOf)
  const as_shown = new Set<string>()
  for (const { row } of rows) if (isAsShown(fold, left, author, row)) as_shown.add(rowNode(row.noun, row.id))
  const last = gone.reduce((most, { local_id }) => Math.max(most, local_id), 0)
  const told = (as_it_was: boolean, node: string, from: number) =>
    as_it_was ? reach.confirm(node, last) : reach.write(node, from)
  for (const { before, row } of rows) {
    const calm = as_shown.has(rowNode(row.noun, row.id))
    if (before !== undefined) for (const node of nodesOf(before)) told(calm, node, 0)
    for (const node of nodesOf(row)) told(calm, node, 0)
  }
  for (const { op, local_id } of gone) {
    const writes = [...(fold.footprints.get(op.op_id)?.writes ?? [])]
    const calm = writes.every((node) => !isRowNode(node) || as_shown.has(node))
    for (const node of writes) told(calm, node, local_id)
  }
  for (const op_id of changed) reach.operation(op_id)
  return reach
}

/**
 * Only operations that left wrote the row, and headquarters says of it what is shown: whoever read it reads the same. Of its marks a
 * reader asks who wrote, and whether that was seen; when it was made is nobody's reason for anything.
 */
function isAsShown({ live, writers }: Fold, left: ReadonlySet<string>, author: Author, row: Row): boolean {
  const wrote = writers.get(rowNode(row.noun, row.id))
  if (wrote === undefined || [...wrote].some((op_id) => !left.has(op_id))) return false
  const shown = live.get(row.noun, row.id)
  if (shown === undefined) return false
  const { marks, created_at: _, ...said } = row
  const { marks: shown_marks, created_at: __, ...saw } = shown
  return isSameValue(said, saw) && isSameByMarks(shown_marks, marks, author)
}

function isSameByMarks(shown: Row['marks'], said: Row['marks'], author: Author): boolean {
  const fields = Object.keys(said)
  return (
    fields.length === Object.keys(shown).length &&
    fields.every((field) => {
      const [before, after] = [shown[field], said[field]!]
      if (before?.op_id !== after.op_id) return false
      return before.seq === after.seq || (author.wrote(before) && author.wrote(after))
    })
  )
}

/** What operations asked and changed when they were decided again, in their order. */
export type Redecided = readonly (readonly [Entry, Footprint])[]

/**
 * Decides again what was reached, in order, on rows that go back to the base before. It stops after each operation, so that whoever has
 * others to serve can; at its end `live` is what it is to be, and nothing else of the fold is another.
 */
export function* replaying(
  fold: Fold,
  base: State,
  outbox: Waiting,
  author: Author,
  reach: Reach,
): Generator<void, Redecided> {
  let decided: Redecided | null = null
  while (decided === null) {
    yield* reach.grow()
    yield* reset(fold.live, base, reach.rows)
    decided = yield* replay(fold, outbox, author, reach)
  }
  return decided
}

/** The fold takes in what was decided again, and forgets the operations that left. */
export function* taking(fold: Fold, { gone }: Change, decided: Redecided): Generator<void> {
  for (const { op } of gone) forget(fold, op.op_id)
  for (const [entry, footprint] of decided) {
    remember(fold, entry.op.op_id, footprint)
    yield
  }
}

/** @returns null if it touched more than what was reached: the reach has grown and all starts again */
function* replay(
  fold: Fold,
  outbox: Waiting,
  author: Author,
  reach: Reach,
): Generator<void, Redecided | null> {
  const entries: Entry[] = []
  for (const op_id of reach.operations) {
    const entry = outbox.get(op_id)
    if (entry !== undefined) entries.push(entry)
    yield
  }
  entries.sort((a, b) => a.local_id - b.local_id)
  const footprints: [Entry, Footprint][] = []
  for (const entry of entries) {
    const { decision, footprint } = decideTracked(fold.live, author, entry)
    if (!reach.covers(entry.local_id, footprint)) return null
    for (const row of decision.changed) fold.live.put(row)
    footprints.push([entry, footprint])
    yield
  }
  return footprints
}

/** Back to the base: all rows let go of their keys before any takes one. */
function* reset(live: Memory, base: State, nodes: ReadonlySet<string>): Generator<void> {
  const rows = [...nodes].map((node) => node.split(':', 3))
  for (const [, noun, id] of rows) {
    live.drop(noun as Noun, id!)
    yield
  }
  for (const [, noun, id] of rows) {
    const row = base.get(noun as Noun, id!)
    if (row !== undefined) live.put(row)
    yield
  }
}

/** Keeps what an operation asked and changed, in the place of what it did when it was decided before. */
export function remember(fold: Fold, op_id: string, footprint: Footprint): void {
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
