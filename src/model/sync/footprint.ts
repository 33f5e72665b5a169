import { decide } from '../decide.ts'
import { nouns } from '../decide/nouns.ts'
import type { Decision, Knowledge, Mark, Noun, Row, State } from '../state.ts'
import type { Entry } from './journal.ts'

/** What one operation asked of the state and what it changed, as nodes: a row, a key, the rows that refer to a row. */
export interface Footprint {
  readonly reads: ReadonlySet<string>
  readonly writes: ReadonlySet<string>
}

/** Who the author of a waiting operation was and what it knew, on this station. */
export interface Author {
  knowledge(entry: Entry): Knowledge
  mark(entry: Entry): Mark
  /** Whether whatever waits here counts as knowing what this mark stands for, because this station wrote it. */
  wrote(mark: Mark): boolean
}

/** Decides an operation and notes every question it asked. */
export function decideTracked(
  state: State,
  author: Author,
  entry: Entry,
): { decision: Decision; footprint: Footprint } {
  const reads = new Set<string>()
  const writes = new Set<string>()
  const saw = (row: Row) => reads.add(rowNode(row.noun, row.id))
  const tracked: State = {
    get: (noun, id) => {
      reads.add(rowNode(noun, id))
      return state.get(noun, id)
    },
    holder: (noun, scope, key) => {
      reads.add(keyNode(noun, scope, key))
      const row = state.holder(noun, scope, key)
      if (row !== undefined) saw(row)
      return row
    },
    members: (noun, field, id) => {
      reads.add(referenceNode(noun, field, id))
      const rows = state.members(noun, field, id)
      rows.forEach(saw)
      return rows
    },
    joined: (noun, id) => {
      reads.add(referenceNode(noun, 'into', id))
      const rows = state.joined(noun, id)
      rows.forEach(saw)
      return rows
    },
  }
  const decision = decide(tracked, entry.op, author.knowledge(entry), author.mark(entry))
  for (const row of decision.changed) {
    const before = state.get(row.noun, row.id)
    if (before !== undefined) for (const node of nodesOf(before)) writes.add(node)
    for (const node of nodesOf(row)) writes.add(node)
  }
  return { decision, footprint: { reads, writes } }
}

export const rowNode = (noun: Noun, id: string) => `row:${noun}:${id}`
export const isRowNode = (node: string) => node.startsWith('row:')
const keyNode = (noun: Noun, scope: string, key: string) => `key:${noun}:${scope}:${key}`
const referenceNode = (noun: Noun, field: string, id: string) => `ref:${noun}.${field}:${id}`

/** Every question whose answer the row is part of. */
export function* nodesOf(row: Row): Generator<string> {
  yield rowNode(row.noun, row.id)
  yield keyNode(row.noun, row.scope, row.key)
  if (row.into !== null) yield referenceNode(row.noun, 'into', row.into)
  for (const { field } of nouns[row.noun].references) {
    const id = row.fields[field]
    if (typeof id === 'string') yield referenceNode(row.noun, field, id)
  }
}
