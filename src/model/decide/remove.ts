import type { Conflict, Noun, Row } from '../state.ts'
import { type Draft, joined, markOf, members, put, read, refuse, resolve, seen } from './draft.ts'
import { inOrder, withField } from './field.ts'
import { referrers } from './nouns.ts'

/** Deletes a row, and what goes with it. A deletion only beats what its author had seen: any other change keeps the row. */
export function remove(d: Draft, noun: Noun, id: string): void {
  const row = resolve(d, noun, id)
  if (row === undefined) return refuse(d, { kind: 'unknown_row', noun, id })
  if (row.deleted) {
    if (seen(d, row.marks['deleted'])) refuse(d, { kind: 'gone', noun, id })
    return
  }
  const doomed = withDependents(d, row)
  const obstacles = doomed.map((one) => obstacle(d, one, doomed)).filter((one) => one !== undefined)
  if (obstacles.length > 0) return obstacles.forEach((one) => refuse(d, one))
  for (const one of doomed) if (unlinkMembers(d, one)) bury(d, read(d, one.noun, one.id)!)
}

function withDependents(d: Draft, row: Row): readonly Row[] {
  const dependents = referrers[row.noun]
    .filter(({ reference }) => reference.on_delete === 'delete')
    .flatMap(({ noun, reference }) => members(d, noun, reference.field, row.id))
  return [row, ...dependents.flatMap((one) => withDependents(d, one))]
}

/** Why this row must stay, if it must. What goes with it is no reason. */
function obstacle(d: Draft, row: Row, doomed: readonly Row[]): Conflict | undefined {
  const about = { noun: row.noun, id: row.id }
  const unseen = (one: Row) => !seen(d, one.marks['created']) || !seen(d, one.marks['into'])
  const parts = joined(d, row.noun, row.id)
  const stranger = parts.length === 0 ? undefined : [row, ...parts].find(unseen)
  if (stranger !== undefined) return { kind: 'delete_merged', ...about, other_id: stranger.id }
  const changed = inOrder(row.marks).find(([, mark]) => !seen(d, mark))
  if (changed !== undefined) return { kind: 'delete_stale', ...about, field: changed[0] }
  for (const { noun, reference } of referrers[row.noun]) {
    if (reference.on_delete !== 'forbid') continue
    const user = members(d, noun, reference.field, row.id).find(
      ({ id }) => !doomed.some((one) => one.id === id),
    )
    if (user !== undefined)
      return { kind: 'delete_nonempty', ...about, other_id: user.id, field: reference.field }
  }
  return undefined
}

/** Takes the members out that the author had seen in it. False if there are others: then the row stays with them. */
function unlinkMembers(d: Draft, row: Row): boolean {
  let empty = true
  for (const { noun, reference } of referrers[row.noun]) {
    if (reference.on_delete !== 'unlink') continue
    for (const member of members(d, noun, reference.field, row.id)) {
      if (seen(d, markOf(member, reference.field))) put(d, withField(d, member, reference.field, null))
      else if (empty) {
        empty = false
        refuse(d, {
          kind: 'delete_partial',
          noun: row.noun,
          id: row.id,
          other_id: member.id,
          field: reference.field,
        })
      }
    }
  }
  return empty
}

function bury(d: Draft, row: Row): void {
  put(d, { ...row, deleted: true, marks: { ...row.marks, deleted: d.mark } })
}
