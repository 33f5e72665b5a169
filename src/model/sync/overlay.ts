import { type Memory, memory } from '../memory.ts'
import type { Noun, Row, State } from '../state.ts'

/** A state with changes laid over it, while what lies under stays as it is: for working out what a page does before doing it. */
export interface Overlay extends Memory {
  /** `noun:id` of every row that was put or dropped. */
  readonly touched: ReadonlySet<string>
}

export function overlay(under: State): Overlay {
  const over = memory()
  const touched = new Set<string>()
  const name = (noun: Noun, id: string) => `${noun}:${id}`
  const isUnder = (row: Row) => !touched.has(name(row.noun, row.id))
  const both = (ours: readonly Row[], theirs: readonly Row[]) =>
    touched.size === 0 ? theirs : [...ours, ...theirs.filter(isUnder)]
  return {
    touched,
    get: (noun, id) => (touched.has(name(noun, id)) ? over.get(noun, id) : under.get(noun, id)),
    holder(noun, scope, key) {
      const ours = over.holder(noun, scope, key)
      if (ours !== undefined) return ours
      const theirs = under.holder(noun, scope, key)
      return theirs !== undefined && isUnder(theirs) ? theirs : undefined
    },
    members(noun, field, id, but) {
      const known = (member: string) => touched.has(name(noun, member)) || but?.(member) === true
      const theirs = under.members(noun, field, id, touched.size === 0 ? but : known)
      return both(over.members(noun, field, id), theirs)
    },
    joined: (noun, id) => both(over.joined(noun, id), under.joined(noun, id)),
    put(row) {
      touched.add(name(row.noun, row.id))
      over.put(row)
    },
    drop(noun, id) {
      touched.add(name(noun, id))
      over.drop(noun, id)
    },
    all: () => over.all(),
  }
}
