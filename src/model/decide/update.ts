import type { Noun, Row, Value } from '../state.ts'
import { type Draft, markOf, put, read, refuse, seen } from './draft.ts'
import { closesCircle, idOf, inOrder, isEmpty, valueOf, withField } from './field.ts'
import { rename } from './name.ts'
import { referenceOf } from './nouns.ts'
import { dangling, open, target } from './reach.ts'

/** What an update names; a field that is undefined is left as it is. A map is changed key by key. */
export interface Change {
  readonly name?: string | undefined
  readonly fields?: Readonly<Record<string, Value | Readonly<Record<string, Value>> | undefined>>
}

/** Changes a row, each field judged by itself: one that somebody else changed first does not hold up the others. */
export function update(d: Draft, noun: Noun, id: string, change: Change): void {
  const row = open(d, noun, id)
  if (row === undefined) return
  if (change.name !== undefined) rename(d, noun, row.id, change.name)
  for (const [field, value] of Object.entries(change.fields ?? {})) {
    if (value === undefined) continue
    if (typeof value !== 'object' || value === null) assign(d, row, field, value)
    else for (const [key, one] of inOrder(value)) assign(d, row, `${field}.${key}`, one)
  }
}

/** Writes one field if the author had seen what stands there, or nothing ever did. */
function assign(d: Draft, { noun, id }: Row, field: string, value: Value): void {
  const reference = referenceOf(noun, field)
  const named = reference === undefined ? null : idOf(value)
  const found = named === null ? undefined : target(d, reference!.noun, named, reference!.needed)
  if (named !== null && found === undefined) return refuse(d, dangling(d, { noun, id }, reference!, named))
  const wanted = found?.id ?? value
  const row = read(d, noun, id)!
  const kept = valueOf(row, field)
  if (kept === wanted) return
  const about = { noun, id, field, wanted, kept }
  if (!isEmpty(row, field) && !seen(d, markOf(row, field)))
    return refuse(d, { kind: 'field_field', ...about })
  if (found !== undefined && reference!.acyclic && closesCircle(d, noun, field, id, found.id)) {
    return refuse(d, { kind: 'cycle', other_id: found.id, ...about })
  }
  put(d, withField(d, row, field, wanted))
}

/** Puts a unit under another one. */
export function addChild(d: Draft, parent_id: string, child_id: string): void {
  const parent = open(d, 'unit', parent_id)
  if (parent === undefined) return
  const child = open(d, 'unit', child_id)
  if (child === undefined) return
  assign(d, child, 'parent_id', parent.id)
}

/** Takes a unit out from under another one. */
export function removeChild(d: Draft, parent_id: string, child_id: string): void {
  const parent = open(d, 'unit', parent_id)
  if (parent === undefined) return
  const child = open(d, 'unit', child_id)
  if (child === undefined) return
  const { parent_id: kept } = read(d, 'unit', child.id)!.fields
  if (kept === parent.id) return assign(d, child, 'parent_id', null)
  // Somebody took it out or moved it before: out from under this parent it is.
  if (!seen(d, markOf(child, 'parent_id'))) return
  refuse(d, { kind: 'not_a_child', noun: 'unit', id: child.id, other_id: parent.id, field: 'parent_id' })
}
