import { isRowNode, type Footprint } from './footprint.ts'

/**
 * How far a change goes: the operations that must be decided again, and the rows that go back to the base before. Only ever grows.
 * Positions are those of the journal (`local_id`); the base stands before all of them, at 0.
 */
export interface Reach {
  readonly rows: ReadonlySet<string>
  readonly operations: ReadonlySet<string>
  /** What the node stands for is another from this position on. */
  write(node: string, from: number): void
  /** It is another up to this position, and from there on what it was. */
  confirm(node: string, until: number): void
  operation(op_id: string): void
  /** Follows what was said to its end, a step at a time: what was reached by then may be looked at after each. */
  grow(): Generator<void>
  /** Whether a new footprint at this position stays within what was reached; if not, there is more to follow now. */
  covers(position: number, footprint: Footprint): boolean
}

interface Footprints {
  readonly footprints: ReadonlyMap<string, Footprint>
  readonly readers: ReadonlyMap<string, ReadonlySet<string>>
  readonly writers: ReadonlyMap<string, ReadonlySet<string>>
}

const nobody: ReadonlySet<string> = new Set()

/** @param positionOf of a waiting operation; undefined if it is none of those that may be reached */
export function newReach(fold: Footprints, positionOf: (op_id: string) => number | undefined): Reach {
  const rows = new Set<string>()
  const operations = new Set<string>()
  const written = new Map<string, number>()
  const read = new Map<string, number>()
  /** Operations that are reached if they stand after a position, to be looked at one by one, and footprints to be followed. */
  const asked: { readonly ids: Iterator<string>; readonly after: number }[] = []
  const left: { readonly footprint: Footprint; readonly position: number }[] = []
  let looked = 0
  let followed = 0
  const readers = (node: string) => (fold.readers.get(node) ?? nobody).values()
  const writers = (node: string) => (fold.writers.get(node) ?? nobody).values()
  const isAfter = (op_id: string, at: number) => (positionOf(op_id) ?? -Infinity) > at

  // There is one image of a row: who wrote it before is undone with who wrote it last.
  function back(node: string): void {
    if (rows.has(node)) return
    rows.add(node)
    asked.push({ ids: writers(node), after: -Infinity })
  }
  function write(node: string, from: number): void {
    if ((written.get(node) ?? Infinity) <= from) return
    written.set(node, from)
    if (isRowNode(node)) back(node)
    asked.push({ ids: readers(node), after: from })
  }
  function readAt(node: string, at: number): void {
    if ((read.get(node) ?? Infinity) <= at) return
    read.set(node, at)
    asked.push({ ids: writers(node), after: at })
  }
  function operation(op_id: string): void {
    const position = positionOf(op_id)
    if (position === undefined || operations.has(op_id)) return
    operations.add(op_id)
    const footprint = fold.footprints.get(op_id)
    if (footprint !== undefined) left.push({ footprint, position })
  }
  function follow(position: number, { reads, writes }: Footprint): void {
    for (const node of writes) write(node, position)
    for (const node of reads) readAt(node, position)
  }
  /** Footprints in the order in which they were reached: the earliest position of a node is known first, and there is nothing to correct. */
  function step(): boolean {
    const at = asked[looked]
    if (at !== undefined) {
      const next = at.ids.next()
      if (next.done === true) looked += 1
      else if (isAfter(next.value, at.after)) operation(next.value)
      return true
    }
    asked.length = looked = 0
    const next = left[followed++]
    if (next !== undefined) {
      follow(next.position, next.footprint)
      return true
    }
    left.length = followed = 0
    return false
  }

  return {
    rows,
    operations,
    write,
    confirm(node, until) {
      if (isRowNode(node)) back(node)
      for (const op_id of readers(node)) if (!isAfter(op_id, until)) operation(op_id)
    },
    operation,
    *grow() {
      while (step()) yield
    },
    covers(position, footprint) {
      const reached = operations.size
      follow(position, footprint)
      while (step()) if (operations.size > reached) return false
      return true
    },
  }
}
