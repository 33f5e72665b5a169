import { fold, IDENTIFIER_MAX } from '../identifier.ts'
import type { Noun, Row } from '../state.ts'
import { type Draft, holder, joined, markOf, put, read, refuse, seen } from './draft.ts'
import { nouns } from './nouns.ts'

/** What a row of this noun holds while it lives. */
export function keyOf(noun: Noun, id: string, name: string): string {
  return nouns[noun].unique ? fold(name) : id
}

/** Gives the row a new name, unless another row has it or somebody else renamed the row first. */
export function rename(d: Draft, noun: Noun, id: string, name: string): void {
  const row = read(d, noun, id)!
  const { label, unique } = nouns[noun]
  if (row.name === name) return
  const key = keyOf(noun, id, name)
  const other = key === row.key ? undefined : holder(d, noun, row.scope, key)
  const about = { noun, id, field: label, wanted: name, kept: row.name }
  // Never a join: renaming says that this thing has another name, not that two things are one.
  if (other !== undefined) return refuse(d, { kind: 'rename_blocked', other_id: other.id, ...about })
  if (!seen(d, markOf(row, 'key')))
    return refuse(d, { kind: unique ? 'rename_rename' : 'field_field', ...about })
  put(d, { ...row, name, key, marks: { ...row.marks, key: d.mark } })
}

/**
 * Did the author know the row, under whatever name, as something other than what it names now?
 * Then equal names are a clash, never one thing. Rows it knew to be deleted do not count: their names were free again.
 */
export function known(d: Draft, row: Row): boolean {
  if (d.author.rebased) return true
  return knownItself(d, row) || joined(d, row.noun, row.id).some((part) => knownItself(d, part))
}

function knownItself(d: Draft, row: Row): boolean {
  const created = row.marks['created']
  const same_station =
    created !== undefined && created.station_id !== null && created.station_id === d.mark.station_id
  return (same_station || seen(d, created)) && !d.author.known_deleted.includes(row.id)
}

/**
 * A free name close to the wanted one, legal as an identifier. Worked out from the operation alone,
 * so that every station and headquarters give the same one.
 */
export function provisionalName(d: Draft, noun: Noun, scope: string, wanted: string): string {
  const code = d.entry.op_id.replace(/[^a-zA-Z0-9]/g, '').slice(-4)
  for (let count = 1; ; count += 1) {
    const suffix = `+${code}-${count}`
    const name = wanted.slice(0, IDENTIFIER_MAX - suffix.length) + suffix
    if (holder(d, noun, scope, fold(name)) === undefined) return name
  }
}
