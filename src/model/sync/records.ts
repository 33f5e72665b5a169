import { answerOf } from '../conflict-answers.ts'
import type { Operation } from '../operation.ts'
import type { Conflict } from '../state.ts'
import type { Commit } from './protocol.ts'

/**
 * What the order of all changes says of conflict records: one came up, or somebody answered one. Whoever keeps records does what these say,
 * in their order; an answer to a record that is not kept says nothing.
 */
export type Word =
  | {
      readonly kind: 'record'
      /** Its operation, and its place among what came of that. */
      readonly id: string
      readonly seq: number
      readonly op_id: string
      /** The station whose operation it was. */
      readonly station_id: string
      readonly conflict: Conflict
    }
  | ({ readonly kind: 'answer' } & Given)

/** An answer to the record `id`, or null if one was taken back; `undo` takes it back, as JSON. */
export interface Given {
  readonly id: string
  readonly answer: string | null
  readonly undo: string
}

/** @param station_id whose records are kept; null for those of all */
export function wordsOf(commits: readonly Commit[], station_id: string | null): readonly Word[] {
  return commits.flatMap(({ seq, op_id, station_id: by, conflicts }) =>
    conflicts.flatMap((conflict, index): Word[] => {
      if (conflict.kind === 'answered') return [{ kind: 'answer', ...answerOf(conflict) }]
      if (station_id !== null && by !== station_id) return []
      return [{ kind: 'record', id: `${op_id}-${index}`, seq, op_id, station_id: by, conflict }]
    }),
  )
}

/**
 * The last answer to each record that still waits to be sent. It will get its place after all that have one, so here it is the one that stands.
 * @param waiting in the order in which they were accepted
 */
export function answersIn(waiting: Iterable<Operation>): ReadonlyMap<string, Given> {
  const given = new Map<string, Given>()
  for (const operation of waiting) {
    if (operation.type !== 'conflict.answer') continue
    const { id, answer, undo } = operation
    given.set(id, { id, answer, undo })
  }
  return given
}
