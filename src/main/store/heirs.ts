import { nouns } from '../../model/decide/nouns.ts'
import type { Noun, Row, State } from '../../model/state.ts'
import { nameOf, type Strangers } from './strangers.ts'
import { shapes } from './tables.ts'

/** What becomes of a row: as the tables show it, if they do, and as it is to be, if at all. */
export interface Turn {
  readonly noun: Noun
  readonly id: string
  readonly old: Row | undefined
  readonly row: Row | undefined
}

/**
 * A row that is joined into one that no table has yet leaves it its place: the winner stands where the loser stood, so that whatever refers to
 * the loser refers to the winner without being written, be it twenty thousand units of one revision.
 */
export interface Heirs {
  readonly places: readonly { readonly noun: Noun; readonly id: string; readonly heir: string }[]
  /** The row as the tables show it once the places have changed hands. */
  readonly renamed: (row: Row) => Row
}

export function turnOf(name: string, before: State, live: State): Turn {
  const noun = name.slice(0, name.indexOf(':')) as Noun
  const id = name.slice(noun.length + 1)
  return { noun, id, old: before.get(noun, id), row: live.get(noun, id) }
}

const isLive = (row: Row | undefined): row is Row => row !== undefined && !row.deleted && row.into === null

/** Rows that no table has, without those that stand where another stood. */
export function withoutHeirs(strangers: Strangers, { places }: Heirs): Strangers {
  if (places.length === 0) return strangers
  const rest = new Set(strangers)
  for (const { noun, heir } of places) rest.delete(nameOf({ noun, id: heir }))
  return rest
}

export function heirsAmong(turns: readonly Turn[]): Heirs {
  const losers = turns.filter(
    ({ noun, old, row }) => !shapes[noun].stays && isLive(old) && row && row.into !== null,
  )
  if (losers.length === 0) return nobody
  const arriving = new Set(
    turns.flatMap(({ noun, id, old, row }) => (!isLive(old) && isLive(row) ? nameOf({ noun, id }) : [])),
  )
  const heirs = new Map<string, string>()
  const places = losers.flatMap(({ noun, id, row }) => {
    const heir = row!.into!
    // Of two that are joined into one row, one has it stand in its place.
    if (!arriving.delete(`${noun}:${heir}`)) return []
    heirs.set(`${noun}:${id}`, heir)
    return { noun, id, heir }
  })
  return { places, renamed: (row) => renamed(row, heirs) }
}

const nobody: Heirs = { places: [], renamed: (row) => row }

function renamed(row: Row, heirs: ReadonlyMap<string, string>): Row {
  const fields = { ...row.fields }
  let changed = false
  for (const { field, noun } of nouns[row.noun].references) {
    const id = fields[field]
    const heir = typeof id === 'string' ? heirs.get(`${noun}:${id}`) : undefined
    if (heir === undefined) continue
    fields[field] = heir
    changed = true
  }
  if (!changed) return row
  const { scope } = nouns[row.noun]
  return { ...row, fields, scope: scope === null ? row.scope : (fields[scope] as string) }
}
