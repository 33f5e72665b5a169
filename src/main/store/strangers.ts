import { allNouns } from '../../model/decide/nouns.ts'
import type { Row, State } from '../../model/state.ts'
import type { ReadableDb } from './database.ts'
import { shapes } from './tables.ts'

/** A row's name, as overlays have it too: `noun:id`. An id alone names none ([S18]). */
export const nameOf = ({ noun, id }: Pick<Row, 'noun' | 'id'>) => `${noun}:${id}`

/** Names of rows that no table of this database has. */
export type Strangers = ReadonlySet<string>

export const noStrangers: Strangers = new Set()

/**
 * Which of these rows were never here: not live, not marked, not kept aside, not buried. Most of what a page brings was not, and
 * one look at all of them together takes the place of six looks at each.
 */
export function strangersAmong(db: ReadableDb, rows: readonly Row[]): Strangers {
  const found = new Set<string>()
  for (const noun of allNouns) {
    // A station may be met as the maker of something before its own row is laid down (births.ts).
    if (shapes[noun].stays) continue
    const ids = rows.flatMap((row) => (row.noun === noun ? row.id : []))
    if (ids.length === 0) continue
    const text = `SELECT value FROM json_each(+?) WHERE NOT EXISTS (SELECT 1 FROM row_marks WHERE id = value AND noun = '${noun}')
      AND NOT EXISTS (SELECT 1 FROM ${shapes[noun].table} WHERE id = value)
      AND NOT EXISTS (SELECT 1 FROM graves WHERE id = value AND noun = '${noun}')
      AND NOT EXISTS (SELECT 1 FROM base_rows WHERE id = value AND noun = '${noun}')`
    for (const [id] of db.rows<[string]>({ text, values: [JSON.stringify(ids)] }))
      found.add(nameOf({ noun, id }))
  }
  return found
}

/** A state that is not asked for rows which it cannot have. */
export function without(state: State, strangers: Strangers): State {
  return {
    ...state,
    get: (noun, id) => (strangers.has(nameOf({ noun, id })) ? undefined : state.get(noun, id)),
  }
}
