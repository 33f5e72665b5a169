import type { Conflict, Noun, Row } from '../state.ts'
import { type Draft, holder, note, put, read, refuse, resolve, seen } from './draft.ts'
import { idOf, withField } from './field.ts'
import { join } from './join.ts'
import { nouns, type Reference } from './nouns.ts'

/**
 * The live row that an operation is about, or why there is none. A deletion that the author had not seen does not
 * count: the author is working with the row, so it comes back.
 */
export function open(d: Draft, noun: Noun, id: string): Row | undefined {
  const row = resolve(d, noun, id)
  if (row !== undefined && (!row.deleted || !seen(d, row.marks['deleted']))) return revived(d, row)
  refuse(d, { kind: row === undefined ? 'unknown_row' : 'gone', noun, id })
  return undefined
}

/** The live row that a reference names, brought back if need be; undefined if there is none to the author's knowledge. */
export function target(d: Draft, noun: Noun, id: string, needed: boolean): Row | undefined {
  const row = resolve(d, noun, id)
  if (row === undefined || !row.deleted) return row
  // The author's history was replaced: what undid this deletion may be lost with it, and a needed row that is away loses this one too.
  return (needed && d.author.rebased) || !seen(d, row.marks['deleted']) ? revived(d, row) : undefined
}

/** A reference that names nothing here: `other_id` says that the row is known, and deleted; otherwise it may still come. */
export function dangling(
  d: Draft,
  { noun, id }: Pick<Row, 'noun' | 'id'>,
  reference: Reference,
  wanted: string,
): Conflict {
  const { field } = reference
  const gone = resolve(d, reference.noun, wanted)
  return {
    kind: 'dangling_ref',
    noun,
    id,
    ...(gone === undefined ? {} : { other_id: gone.id }),
    field,
    wanted,
    kept: null,
  }
}

/** Brings a deleted row back. If its key was taken meanwhile, it is joined into the row that has it now. */
function revived(d: Draft, gone: Row): Row {
  if (!gone.deleted) return gone
  let row = gone
  for (const { field, noun, needed } of nouns[gone.noun].references) {
    const named = idOf(row.fields[field])
    if (named === null) continue
    const found = resolve(d, noun, named)
    const standing = found !== undefined && needed ? revived(d, found) : found
    const to = standing === undefined || standing.deleted ? null : standing.id
    if (to === null) row = withField(d, row, field, null)
    else if (to !== named) row = { ...row, fields: { ...row.fields, [field]: to } }
  }
  const { scope } = nouns[row.noun]
  if (scope !== null) row = { ...row, scope: idOf(row.fields[scope]) ?? '' }
  const other = holder(d, row.noun, row.scope, row.key)
  const about = { noun: row.noun, id: row.id }
  if (other !== undefined) {
    join(d, row, other, false)
    note(d, { kind: 'revive_merge', ...about, other_id: other.id })
    return read(d, row.noun, other.id)!
  }
  const back = { ...row, deleted: false, marks: { ...row.marks, deleted: d.mark } }
  put(d, back)
  note(d, { kind: 'revive', ...about })
  return back
}
