import type { Noun, Row, State } from '../../model/state.ts'

/**
 * For one who writes many rows in one transaction: the rows it has read or written stand in memory, since nobody else can
 * change them before it ends. Most units of an import ask for the same batch and revision.
 */
export interface Recall {
  over(state: State): State
  note(changed: readonly Row[]): void
}

export function createRecall(): Recall {
  const rows = new Map<string, Row>()
  const name = (noun: Noun, id: string) => `${noun}:${id}`
  return {
    over: (state) => ({
      get(noun, id) {
        let row = rows.get(name(noun, id))
        if (row === undefined && (row = state.get(noun, id)) !== undefined) rows.set(name(noun, id), row)
        return row
      },
      holder: (noun, scope, key) => state.holder(noun, scope, key),
      members: (noun, field, id) => state.members(noun, field, id),
      joined: (noun, id) => state.joined(noun, id),
    }),
    note(changed) {
      for (const row of changed) rows.set(name(row.noun, row.id), row)
    },
  }
}
