import type { ConflictRecord } from '../../src/model/conflict-answers.ts'
import type { Operation } from '../../src/model/operation.ts'
import { canonical } from '../../src/model/sync/chain.ts'
import type { Given, Word } from '../../src/model/sync/records.ts'

/** A conflict record as it is kept, and the station whose operation it was. */
export interface Kept extends ConflictRecord {
  readonly station_id: string
  readonly seq: number
}

/** By their ids. */
export type Records = Map<string, Kept>

/** Does what the order of all changes says, in its order. */
export function keep(records: Records, words: readonly Word[]): void {
  for (const word of words) {
    if (word.kind === 'record') {
      const { id, seq, station_id, conflict } = word
      records.set(id, { id, seq, station_id, conflict, answer: null, undo: [] })
    } else {
      const record = records.get(word.id)
      if (record !== undefined) records.set(word.id, answered(record, word))
    }
  }
}

export function answered(record: Kept, { answer, undo }: Given): Kept {
  return { ...record, answer, undo: JSON.parse(undo) as Operation[] }
}

export const textOf = (records: Records) =>
  canonical([...records.values()].sort((a, b) => (a.id < b.id ? -1 : 1)))
