import type { Footprint } from './footprint.ts'

/** How far a change goes: dirty nodes, and the operations that must be decided again. Only ever grows. */
export interface Reach {
  readonly written: Set<string>
  readonly operations: Set<string>
  write(node: string): void
  operation(op_id: string): void
  grow(): void
  covers(footprint: Footprint): boolean
}

interface Footprints {
  readonly footprints: ReadonlyMap<string, Footprint>
  readonly readers: ReadonlyMap<string, ReadonlySet<string>>
  readonly writers: ReadonlyMap<string, ReadonlySet<string>>
}

export function newReach(fold: Footprints): Reach {
  const written = new Set<string>()
  const read = new Set<string>()
  const operations = new Set<string>()
  const work: (() => void)[] = []
  const write = (node: string) => {
    if (written.has(node)) return
    written.add(node)
    work.push(() => {
      for (const op_id of fold.readers.get(node) ?? []) operation(op_id)
      for (const op_id of fold.writers.get(node) ?? []) operation(op_id)
    })
  }
  const readBy = (node: string) => {
    if (read.has(node)) return
    read.add(node)
    work.push(() => {
      for (const op_id of fold.writers.get(node) ?? []) operation(op_id)
    })
  }
  const operation = (op_id: string) => {
    if (operations.has(op_id)) return
    operations.add(op_id)
    const footprint = fold.footprints.get(op_id)
    for (const node of footprint?.writes ?? []) write(node)
    for (const node of footprint?.reads ?? []) readBy(node)
  }
  return {
    written,
    operations,
    write,
    operation,
    grow: () => {
      for (let next = work.pop(); next !== undefined; next = work.pop()) next()
    },
    covers: ({ reads, writes }) => {
      const reached = operations.size
      const dirty = written.size
      for (const node of writes) write(node)
      for (const node of reads) readBy(node)
      if (written.size === dirty) for (let next = work.pop(); next !== undefined; next = work.pop()) next()
      return written.size === dirty && operations.size === reached
    },
  }
}
