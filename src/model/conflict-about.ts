import {
  type Facts,
  isNewer,
  joinedUnits,
  makerOf,
  nameOf,
  otherName,
  shown,
  waits,
} from './conflict-words.ts'
import { nouns } from './decide/nouns.ts'
import type { ConflictAbout } from './desk.ts'
import type { Conflict } from './state.ts'

const nothing = { other: null, at: null, field: 'id', wanted: null, kept: null, units: null } as const

/** What the sentence of a conflict says, as values. */
export function aboutConflict(conflict: Conflict, facts: Facts): ConflictAbout {
  const { kind, noun, field, wanted, kept } = conflict
  // No page has a sentence for a kind that only a newer version knows: it shows the station's own.
  if (isNewer(conflict)) return { ...nothing, kind: `newer_${kind}`, noun, name: conflict.id }
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
