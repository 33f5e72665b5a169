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
  /** Follows what was said to its end. */
  grow(): void
  /** Whether a new footprint at this position stays within what was reached; if not, more is reached now. */
  covers(position: number, footprint: Footprint): boolean
}

interface Footprints {
  readonly footprints: ReadonlyMap<string, Footprint>
  readonly readers: ReadonlyMap<string, ReadonlySet<string>>
  readonly writers: ReadonlyMap<string, ReadonlySet<string>>
}

const nobody: ReadonlySet<string> = new Set()

/** @param positionOf of a waiting operation */
export function newReach(fold: Footprints, positionOf: (op_id: string) => number): Reach {
  const rows = new Set<string>()
  const operations = new Set<string>()
  const written = new Map<string, number>()
  const read = new Map<string, number>()
  const work: (() => void)[] = []
  const readers = (node: string) => fold.readers.get(node) ?? nobody
  const writers = (node: string) => fold.writers.get(node) ?? nobody

  // There is one image of a row: who wrote it before is undone with who wrote it last.
  function back(node: string): void {
    if (rows.has(node)) return
    rows.add(node)
    work.push(() => writers(node).forEach(operation))
  }
  function write(node: string, from: number): void {
    if ((written.get(node) ?? Infinity) <= from) return
    written.set(node, from)
    if (isRowNode(node)) back(node)
    work.push(() => {
      for (const op_id of readers(node)) if (positionOf(op_id) > from) operation(op_id)
    })
  }
  function readAt(node: string, at: number): void {
    if ((read.get(node) ?? Infinity) <= at) return
    read.set(node, at)
    work.push(() => {
      for (const op_id of writers(node)) if (positionOf(op_id) > at) operation(op_id)
    })
  }
  function operation(op_id: string): void {
    if (operations.has(op_id)) return
    operations.add(op_id)
    const footprint = fold.footprints.get(op_id)
    if (footprint !== undefined) follow(positionOf(op_id), footprint)
  }
  function follow(position: number, { reads, writes }: Footprint): void {
    for (const node of writes) write(node, position)
    for (const node of reads) readAt(node, position)
  }
  function grow(): void {
    for (let next = work.pop(); next !== undefined; next = work.pop()) next()
  }

  return {
    rows,
    operations,
    write,
    confirm(node, until) {
      if (isRowNode(node)) back(node)
      for (const op_id of readers(node)) if (positionOf(op_id) < until) operation(op_id)
    },
    operation,
    grow,
    covers(position, footprint) {
      const reached = operations.size
      follow(position, footprint)
      grow()
      return operations.size === reached
    },
  }
}
