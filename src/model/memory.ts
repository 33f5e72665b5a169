import { nouns } from './decide/nouns.ts'
import type { Noun, Row, State } from './state.ts'

/** A state held in memory: what the simulator, the tests and a station's replay work on. */
export interface Memory extends State {
  /** Stores the row in place of what was there. Throws if another live row holds its key: rows must come releases first. */
  put(row: Row): void
  /** Forgets the row, as if it had never been. */
  drop(noun: Noun, id: string): void
  /** Every row, deleted and joined ones too. */
  all(): IterableIterator<Row>
}

export function memory(rows: Iterable<Row> = []): Memory {
  const byId = new Map<string, Row>()
  const byKey = new Map<string, string>()
  const byReference = new Map<string, Set<string>>()

  const forget = (row: Row) => {
    if (byKey.get(keyName(row)) === row.id) byKey.delete(keyName(row))
    for (const name of referenceNames(row)) byReference.get(name)?.delete(row.id)
    byId.delete(`${row.noun}:${row.id}`)
  }
  const rowsOf = (noun: Noun, ids: Set<string> | undefined) =>
    ids === undefined ? [] : [...ids].map((id) => byId.get(`${noun}:${id}`)!)

  const self: Memory = {
    get: (noun, id) => byId.get(`${noun}:${id}`),
    holder: (noun, scope, key) => {
      const id = byKey.get(`${noun}:${scope}:${key}`)
      return id === undefined ? undefined : byId.get(`${noun}:${id}`)
    },
    members: (noun, field, id) => rowsOf(noun, byReference.get(`${noun}.${field}:${id}`)),
    joined: (noun, id) => rowsOf(noun, byReference.get(`${noun}.into:${id}`)),
    put: (row) => {
      const before = byId.get(`${row.noun}:${row.id}`)
      if (before !== undefined) forget(before)
      byId.set(`${row.noun}:${row.id}`, row)
      for (const name of referenceNames(row)) {
        const ids = byReference.get(name)
        if (ids === undefined) byReference.set(name, new Set([row.id]))
        else ids.add(row.id)
      }
      if (row.deleted || row.into !== null) return
      const held = byKey.get(keyName(row))
      if (held !== undefined)
        throw new Error(`${row.noun} ${row.id} claims the key ${row.key}, which ${held} holds`)
      byKey.set(keyName(row), row.id)
    },
    drop: (noun, id) => {
      const row = byId.get(`${noun}:${id}`)
      if (row !== undefined) forget(row)
    },
    all: () => byId.values(),
  }
  for (const row of rows) self.put(row)
  return self
}

const keyName = (row: Row) => `${row.noun}:${row.scope}:${row.key}`

function referenceNames(row: Row): readonly string[] {
  if (row.into !== null) return [`${row.noun}.into:${row.into}`]
  const { references } = nouns[row.noun]
  if (row.deleted || references.length === 0) return none
  return references.flatMap(({ field }) => {
    const id = row.fields[field]
    return typeof id === 'string' ? [`${row.noun}.${field}:${id}`] : none
  })
}

const none: readonly string[] = []

/** Live rows of one noun, or of all. */
export function* live(state: Memory, noun?: Noun): Generator<Row> {
  for (const row of state.all())
    if (!row.deleted && row.into === null && (noun ?? row.noun) === row.noun) yield row
}
