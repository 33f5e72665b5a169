import { answerConflict } from '../../model/conflict-answers.ts'
import { type AnswerId, conflictWords, type Facts, type Words } from '../../model/conflict-words.ts'
import { isRefusal, type Refusal, refuse } from '../../model/error.ts'
import type { Operation } from '../../model/operation.ts'
import type { Conflict } from '../../model/state.ts'
import type { Commit } from '../../model/sync/protocol.ts'
import { type Author, accept } from './accept.ts'
import { markedState } from './base.ts'
import type { ReadableDb, WritableDb } from './database.ts'
import { sql } from './sql.ts'
import { readSync } from './sync-state.ts'

/** Keeps what came of this station's own operations otherwise than asked. What others asked, they are told. */
export function keepConflicts(db: WritableDb, commits: readonly Commit[], now: number): void {
  const own = readSync(db)?.station_id
  for (const { seq, op_id, station_id, conflicts } of commits) {
    if (station_id !== own) continue
    conflicts.forEach((conflict, index) =>
      db.run(sql`INSERT INTO conflicts (id, seq, op_id, station_id, at, kind, conflict)
        VALUES (${`${op_id}-${index}`}, ${seq}, ${op_id}, ${station_id}, ${now}, ${conflict.kind}, ${JSON.stringify(conflict)})
        ON CONFLICT DO UPDATE SET seq = excluded.seq`),
    )
  }
}

export function openConflicts(db: ReadableDb): number {
  return db.one<{ n: number }>(sql`SELECT count(*) AS n FROM conflicts WHERE answer IS NULL`)!.n
}

interface Kept {
  id: string
  at: number
  station_id: string
  conflict: string
  answer: string | null
  undo: string | null
}

/** More than a person can look at; the rest comes when these are answered. */
const LISTED_MAX = 200

/** Unanswered ones, the newest first. */
export function listConflicts(db: ReadableDb): (Words & { readonly id: string; readonly at: number })[] {
  return db
    .all<Kept>(sql`SELECT id, at, station_id, conflict, answer, undo FROM conflicts WHERE answer IS NULL
      ORDER BY seq DESC, id LIMIT ${LISTED_MAX}`)
    .map(({ id, at, station_id, conflict }) => ({
      id,
      at,
      ...conflictWords(JSON.parse(conflict) as Conflict, factsOf(db, station_id)),
    }))
}

function factsOf(db: ReadableDb, station_id: string): Facts {
  return {
    state: markedState(db),
    station_id,
    stationName: (id) => db.one<{ name: string }>(sql`SELECT name FROM stations WHERE id = ${id}`)?.name,
  }
}

/** Does what a person said, by operations like any other; `undo` takes an answer back. */
export function decideConflict(
  db: WritableDb,
  author: Author,
  id: string,
  answer: string,
): { id: string } | Refusal {
  const kept = db.one<Kept>(
    sql`SELECT id, at, station_id, conflict, answer, undo FROM conflicts WHERE id = ${id}`,
  )
  if (kept === undefined) return refuse('NOT_FOUND', `Conflict ${id} not found`)
  if (answer === 'undo') return takeBack(db, author, kept)
  if (kept.answer !== null)
    return refuse('CONFLICT', 'This is answered already: send the answer undo to take it back')
  const conflict = JSON.parse(kept.conflict) as Conflict
  const facts = factsOf(db, kept.station_id)
  const known = conflictWords(conflict, facts).answers.map((one) => one.id)
  if (!known.some((one) => one === answer))
    return refuse('BAD_REQUEST', `Answer must be one of ${known.join(', ')}`)
  const meant = answerConflict(conflict, answer as AnswerId, facts, author.newId)
  if (meant === undefined) return refuse('CONFLICT', 'What this is about no longer exists: leave it as it is')
  const refusal = acceptAll(db, author, meant.operations)
  if (refusal) return refusal
  db.run(sql`UPDATE conflicts SET answer = ${answer}, answered_at = ${author.clock.wall_ms}, undo = ${JSON.stringify(meant.undo)}
    WHERE id = ${id}`)
  return { id }
}

function takeBack(db: WritableDb, author: Author, { id, answer, undo }: Kept): { id: string } | Refusal {
  if (answer === null) return refuse('CONFLICT', 'This is not answered yet')
  const refusal = acceptAll(db, author, JSON.parse(undo ?? '[]') as Operation[])
  if (refusal) return refusal
  db.run(sql`UPDATE conflicts SET answer = NULL, answered_at = NULL, undo = NULL WHERE id = ${id}`)
  return { id }
}

function acceptAll(db: WritableDb, author: Author, operations: readonly Operation[]): Refusal | undefined {
  for (const operation of operations) {
    const refusal = accept(db, author, operation)
    if (isRefusal(refusal)) return refusal
  }
  return undefined
}
