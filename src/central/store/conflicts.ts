import { operationsFor } from '../../model/conflict-answers.ts'
import { conflictWords, type Facts, type Words } from '../../model/conflict-words.ts'
import { isRefusal, type Refusal, refuse } from '../../model/error.ts'
import type { Operation } from '../../model/operation.ts'
import type { Conflict, State } from '../../model/state.ts'
import type { Database, Queryable } from './database.ts'
import type { Recorded } from './facts.ts'
import type { Desk } from './own.ts'
import type { Sequencer } from './sequencer.ts'
import { sql } from './sql.ts'

/** A record is named as at its station: by the operation that it is about, and its place among what came of that. */
export const recordOp = (id: string) => id.slice(0, Math.max(0, id.lastIndexOf('-')))
export const recordOrdinal = (id: string) => {
  const ordinal = Number(id.slice(id.lastIndexOf('-') + 1))
  return Number.isSafeInteger(ordinal) && ordinal < 100_000 ? ordinal : -1
}

interface Stored {
  op_id: string
  ordinal: number
  station_id: string
  detail: Conflict
  answer: string | null
  undo: Operation[] | null
}

const toRecord = ({ op_id, ordinal, station_id, detail, answer, undo }: Stored): Recorded => ({
  id: `${op_id}-${ordinal}`,
  station_id,
  conflict: detail,
  answer,
  undo: undo ?? [],
})

export async function readRecords(db: Queryable, ids: readonly string[]): Promise<Recorded[]> {
  const found = await db.rows<Stored>(sql`
    SELECT m.op_id, c.ordinal, c.station_id, c.detail, c.answer, c.undo FROM commits m JOIN conflicts c USING (seq)
    WHERE m.op_id = ANY(${ids.map(recordOp)}::text[])`)
  return found.map(toRecord).filter(({ id }) => ids.includes(id))
}

export interface ListedConflict extends Words {
  readonly id: string
  /** When it reached headquarters, milliseconds since 1970 UTC. */
  readonly at: number
  readonly station: { readonly id: string; readonly name: string | null }
}

/** More than a person can look at; the rest comes when these are answered. */
const LISTED_MAX = 100

/** What a person must decide, of all stations, the newest first. */
export async function listConflicts(db: Database, sequencer: Sequencer): Promise<ListedConflict[]> {
  const found = await db.rows<Stored & { received_at: number }>(sql`
    SELECT m.op_id, c.ordinal, c.station_id, c.detail, c.answer, c.undo, m.received_at FROM conflicts c JOIN commits m USING (seq)
    WHERE c.decided_at IS NULL ORDER BY c.seq DESC, c.ordinal LIMIT ${LISTED_MAX}`)
  return sequencer.read(({ rows }) =>
    found.map((stored) => {
      const { id, station_id, conflict } = toRecord(stored)
      const facts = factsOf(rows, station_id)
      const station = { id: station_id, name: facts.stationName(station_id) ?? null }
      return { id, at: stored.received_at, station, ...conflictWords(conflict, facts) }
    }),
  )
}

const factsOf = (state: State, station_id: string): Facts => ({
  state,
  station_id,
  stationName: (id) => state.get('station', id)?.name,
})

/** More questions than these come of no operation but one with very much metadata. */
const OTHERS_MAX = 40

/** Does what a person said, by operations like any other; `undo` takes an answer back, wherever it was given. */
export function decideConflict(desk: Desk, id: string, answer: string): { id: string } | Refusal {
  const record = desk.record(id)
  if (record === undefined) return refuse('NOT_FOUND', `Conflict ${id} not found`)
  // All asked at once: what is not known yet is read together.
  const others = () =>
    Array.from({ length: OTHERS_MAX }, (_, ordinal) => `${recordOp(id)}-${ordinal}`).flatMap((one) => {
      const other = one === id ? undefined : desk.record(one)
      return other === undefined ? [] : [other]
    })
  const facts = factsOf(desk.rows, record.station_id)
  const operations = operationsFor(record, answer, facts, desk.newId, others)
  if (isRefusal(operations)) return operations
  for (const operation of operations) {
    const refusal = desk.accept(operation)
    if (refusal) return refusal
  }
  return { id }
}
