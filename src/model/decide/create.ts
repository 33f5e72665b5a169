import type { Noun, Row, Value } from '../state.ts'
import { type Draft, holder, note, put, read, refuse } from './draft.ts'
import { idOf } from './field.ts'
import { join, separate } from './join.ts'
import { keyOf, known } from './name.ts'
import { nouns } from './nouns.ts'
import { dangling, target } from './reach.ts'

/**
 * Makes a row. If a live row holds its key, the two are one thing that two people recorded, unless the author knew
 * that row: then both stay and the new one gets a provisional name.
 */
export function create(d: Draft, noun: Noun, id: string, name: string, wanted: Row['fields']): void {
  const existing = read(d, noun, id)
  if (existing !== undefined) {
    if (existing.marks['created']?.op_id === d.entry.op_id) return
    return refuse(d, { kind: 'id_collision', noun, id, wanted: name, kept: existing.name })
  }
  const fields = withStandingReferences(d, noun, id, wanted)
  if (fields === undefined) return
  const { scope, unique } = nouns[noun]
  const row = newRow(d, noun, id, name, scope === null ? '' : (idOf(fields[scope]) ?? ''), fields)
  const other = unique ? holder(d, noun, row.scope, row.key) : undefined
  if (other === undefined) return put(d, row)
  if (known(d, other)) {
    d.met = 'renamed'
    return separate(d, row, other)
  }
  d.met = 'merged'
  note(d, { kind: 'merged', noun, id, other_id: other.id, wanted: name, kept: other.name })
  join(d, row, other, true)
}

/** The fields with references as they stand here; undefined if a needed one names nothing, and then nothing is made. */
function withStandingReferences(
  d: Draft,
  noun: Noun,
  id: string,
  wanted: Row['fields'],
): Row['fields'] | undefined {
  let fields = wanted
  for (const reference of nouns[noun].references) {
    const named = wanted[reference.field]
    if (typeof named !== 'string') continue
    const found = target(d, reference.noun, named, reference.needed)
    if (found?.id === named) continue
    if (found === undefined) refuse(d, dangling(d, { noun, id }, reference, named))
    if (found === undefined && reference.needed) return undefined
    fields = { ...fields, [reference.field]: found?.id ?? null }
  }
  return fields
}

function newRow(
  d: Draft,
  noun: Noun,
  id: string,
  name: string,
  scope: string,
  fields: Readonly<Record<string, Value>>,
): Row {
  const { actor, created_at } = d.entry
  return {
    noun,
    id,
    name,
    key: keyOf(noun, id, name),
    scope,
    created_at,
    created_by_user_id: actor.kind === 'user' ? actor.id : null,
    created_by_station_id: actor.kind === 'station' ? actor.id : null,
    deleted: false,
    into: null,
    fields,
    marks: { created: d.mark },
  }
}
