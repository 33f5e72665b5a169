import { fold } from '../identifier.ts'
import type { Noun, Row, Value } from '../state.ts'
import { type Draft, holder, joined, markOf, members, note, put, read, resolve, seen } from './draft.ts'
import { closesCircle, idOf, inOrder, isEmpty, valueOf, withField } from './field.ts'
import { known, provisionalName } from './name.ts'
import { nouns, type Reference, referenceOf, referrers } from './nouns.ts'

/**
 * Makes two rows one: the winner stays, the loser answers for ever under its own id by pointing at the winner,
 * and everything that referred to the loser now refers to the winner.
 * @param fresh the loser is what the author is creating, so its values are the author's wish and may replace what the author had seen
 */
export function join(d: Draft, loser: Row, winner: Row, fresh: boolean): void {
  put(d, { ...loser, deleted: false, into: winner.id, marks: { ...loser.marks, into: d.mark } })
  // Joins never chain: what had been joined into the loser is now joined into the winner.
  for (const row of joined(d, loser.noun, loser.id)) put(d, { ...row, into: winner.id })
  for (const { noun, reference } of referrers[loser.noun]) {
    for (const member of members(d, noun, reference.field, loser.id)) repoint(d, member, reference, winner.id)
  }
  adopt(d, loser, winner, fresh)
}

/** Not a write: the author of the reference still means the same thing, which has another id now. Its mark stays. */
function repoint(d: Draft, member: Row, reference: Reference, to: string): void {
  const { field } = reference
  if (reference.acyclic && closesCircle(d, member.noun, field, member.id, to)) {
    note(d, { kind: 'cycle', noun: member.noun, id: member.id, other_id: to, field, wanted: to, kept: null })
    return put(d, withField(d, member, field, null))
  }
  const moved = { ...member, fields: { ...member.fields, [field]: to } }
  if (nouns[member.noun].scope !== field) return put(d, moved)
  const other = holder(d, member.noun, to, member.key)
  const rescoped = { ...moved, scope: to }
  if (other === undefined) return put(d, rescoped)
  if (known(d, member) && known(d, other)) return separate(d, rescoped, other)
  join(d, rescoped, read(d, other.noun, other.id)!, false)
  note(d, { kind: 'merged', noun: member.noun, id: member.id, other_id: other.id })
}

/** Two rows that the author knew side by side keep apart: the second gets a provisional name. */
export function separate(d: Draft, row: Row, other: Row): void {
  const name = provisionalName(d, row.noun, row.scope, row.name)
  const { label } = nouns[row.noun]
  put(d, { ...row, name, key: fold(name), marks: { ...row.marks, key: d.mark } })
  note(d, {
    kind: 'name_clash',
    noun: row.noun,
    id: row.id,
    other_id: other.id,
    field: label,
    wanted: row.name,
    kept: name,
  })
}

/** The winner takes the loser's values where it has none; where both have one, somebody should compare them. */
function adopt(d: Draft, loser: Row, winner: Row, fresh: boolean): void {
  for (const [field, value] of inOrder(loser.fields)) {
    if (nouns[loser.noun].scope === field) continue
    if (typeof value === 'object' && value !== null) {
      for (const [key, one] of inOrder(value)) adoptOne(d, loser, winner.id, `${field}.${key}`, one, fresh)
    } else adoptOne(d, loser, winner.id, field, value, fresh)
  }
}

function adoptOne(
  d: Draft,
  loser: Row,
  winner_id: string,
  field: string,
  value: Value,
  fresh: boolean,
): void {
  const winner = read(d, loser.noun, winner_id)!
  const wanted = standing(d, loser.noun, field, value)
  const kept = valueOf(winner, field)
  if (wanted === null || wanted === kept) return
  const reference = referenceOf(loser.noun, field)
  const named = idOf(wanted)
  const circle =
    reference?.acyclic === true && named !== null && closesCircle(d, loser.noun, field, winner_id, named)
  if (!circle && (isEmpty(winner, field) || (fresh && seen(d, markOf(winner, field))))) {
    return put(d, withField(d, winner, field, wanted, markOf(loser, field) ?? d.mark))
  }
  const about = { noun: loser.noun, id: winner_id, other_id: loser.id, field, wanted, kept }
  note(d, { kind: circle ? 'cycle' : 'merge_field', ...about })
}

/** A reference of a row that was away, as it reads today: what it names may have been joined, or deleted. */
function standing(d: Draft, noun: Noun, field: string, value: Value): Value {
  const reference = referenceOf(noun, field)
  const named = idOf(value)
  if (reference === undefined || named === null) return value
  const target = resolve(d, reference.noun, named)
  return target === undefined || target.deleted ? null : target.id
}
