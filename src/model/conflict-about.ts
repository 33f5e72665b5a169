import { type Facts, joinedUnits, makerOf, nameOf, otherName, shown, waits } from './conflict-words.ts'
import { nouns } from './decide/nouns.ts'
import type { ConflictAbout } from './desk.ts'
import type { Conflict } from './state.ts'

/** What the sentence of a conflict says, as values. */
export function aboutConflict(conflict: Conflict, facts: Facts): ConflictAbout {
  const { kind, noun, field, wanted, kept } = conflict
  const value = (one: Conflict['wanted']) =>
    one === undefined || one === null ? null : shown(conflict, one, facts)
  return {
    kind: kind === 'dangling_ref' && waits(conflict) ? 'dangling_later' : kind,
    noun,
    name: nameOf(conflict, facts),
    other: otherName(conflict, facts) ?? null,
    at: makerOf(conflict, facts) ?? null,
    field: field ?? nouns[noun].label,
    wanted: value(wanted),
    kept: value(kept),
    units: noun === 'batch' && kind === 'merged' ? joinedUnits(conflict, facts).length : null,
  }
}
