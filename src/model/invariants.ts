import { idOf } from './decide/field.ts'
import { nouns } from './decide/nouns.ts'
import type { Memory } from './memory.ts'
import type { Row } from './state.ts'

/** What is wrong with a state: shipped with the product, so that a station can check its own database at night. */
export function faults(state: Memory): string[] {
  const found: string[] = []
  const say = (law: string, row: Row, what: string) => found.push(`${law} ${row.noun} ${row.id} ${what}`)
  for (const row of state.all()) {
    if (row.into !== null) {
      const into = state.get(row.noun, row.into)
      if (into === undefined) say('I7', row, `was joined into ${row.into}, which does not exist`)
      else if (into.into !== null) say('I7', row, `was joined into ${row.into}, which was joined itself`)
      if (state.holder(row.noun, row.scope, row.key)?.id === row.id)
        say('I7', row, 'was joined and holds its key')
      continue
    }
    const holds = state.holder(row.noun, row.scope, row.key)?.id === row.id
    if (row.deleted !== !holds)
      say('I1', row, row.deleted ? 'is deleted and holds its key' : 'does not hold its key')
    if (!row.deleted) for (const what of brokenReferences(state, row)) say('I6', row, what)
  }
  return found
}

function* brokenReferences(state: Memory, row: Row): Generator<string> {
  for (const { field, noun, needed, acyclic } of nouns[row.noun].references) {
    const id = row.fields[field]
    if (typeof id !== 'string') {
      if (needed) yield `needs a ${field}`
      continue
    }
    const named = state.get(noun, id)
    if (named === undefined || named.deleted || named.into !== null)
      yield `names ${id} as ${field}, which is not live`
    if (acyclic && comesRound(state, row, field)) yield `comes round to itself by ${field}`
    if (nouns[row.noun].scope === field && row.scope !== id)
      yield `has the scope ${row.scope} but ${field} ${id}`
  }
}

function comesRound(state: Memory, row: Row, field: string): boolean {
  const passed = new Set<string>()
  let at: Row | undefined = row
  while (at !== undefined) {
    if (passed.has(at.id)) return true
    passed.add(at.id)
    const next = idOf(at.fields[field])
    at = next === null ? undefined : state.get(row.noun, next)
  }
  return false
}
