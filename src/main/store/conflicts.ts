import { answerOf, operationsFor } from '../../model/conflict-answers.ts'
import { aboutConflict } from '../../model/conflict-about.ts'
import { conflictWords, type Facts, type Words } from '../../model/conflict-words.ts'
import type { ConflictAbout } from '../../model/desk.ts'
import { isRefusal, type Refusal, refuse } from '../../model/error.ts'
import type { Operation } from '../../model/operation.ts'
import type { Conflict } from '../../model/state.ts'
import { AGAIN } from '../../model/sync/again.ts'
import type { Commit } from '../../model/sync/protocol.ts'
import { type Author, accept } from './accept.ts'
import { markedState } from './base.ts'
import type { ReadableDb, WritableDb } from './database.ts'
import { sql } from './sql.ts'
import { readSync } from './sync-state.ts'

/**
 * Keeps what came of this station's own operations otherwise than asked, and who answered it wherever. What others asked, they are told.
 * In a new history a record says what came of the operation there, and is open again if the second try that closed it belonged to the old one;
 * what a person answered stays.
 */
export function keepConflicts(db: WritableDb, commits: readonly Commit[], now: number): void {
  const own = readSync(db)?.station_id
  for (const { seq, op_id, station_id, conflicts } of commits) {
    conflicts.forEach((conflict, index) => {
      if (conflict.kind === 'answered') return close(db, answerOf(conflict), now)
      if (station_id !== own) return
      db.run(sql`INSERT INTO conflicts (id, seq, op_id, station_id, at, kind, conflict)
        VALUES (${`${op_id}-${index}`}, ${seq}, ${op_id}, ${station_id}, ${now}, ${conflict.kind}, ${JSON.stringify(conflict)})
        ON CONFLICT DO UPDATE SET seq = excluded.seq, kind = excluded.kind, conflict = excluded.conflict, answer = NULL, answered_at = NULL
        WHERE answer IS NULL OR answer = ${AGAIN}`)
    })
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

interface Listed extends Words {
  readonly id: string
  readonly at: number
  readonly about: ConflictAbout
}

/** Unanswered ones, the newest first. */
export function listConflicts(db: ReadableDb): Listed[] {
  return db
    .all<Kept>(sql`SELECT id, at, station_id, conflict, answer, undo FROM conflicts WHERE answer IS NULL
      ORDER BY seq DESC, id LIMIT ${LISTED_MAX}`)
    .map(({ id, at, station_id, conflict: text }) => {
      const conflict = JSON.parse(text) as Conflict
      const facts = factsOf(db, station_id)
      return { id, at, ...conflictWords(conflict, facts), about: aboutConflict(conflict, facts) }
    })
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
  const record = {
    id,
    conflict: JSON.parse(kept.conflict) as Conflict,
    answer: kept.answer,
    undo: JSON.parse(kept.undo ?? '[]') as Operation[],
  }
  const operations = operationsFor(record, answer, factsOf(db, kept.station_id), author.newId)
  if (isRefusal(operations)) return operations
  for (const operation of operations) {
    const refusal = accept(db, author, operation)
    if (refusal) return { ...refusal, ...inTheWay(refusal) }
    if (operation.type === 'conflict.answer') close(db, operation, author.clock.wall_ms)
  }
  return { id }
}

/** An answer is carried out as changes of rows like any others; what these are refused for is told without the contract's routes. */
function inTheWay({ code, existing_id }: Refusal): Pick<Refusal, 'reason'> {
  if (code === 'CONFLICT') return { reason: existing_id === undefined ? 'still_used' : 'name_taken' }
  return code === 'BAD_REQUEST' ? { reason: 'cannot_be' } : {}
}

/** Answered, here or elsewhere, or open again. */
function close(db: WritableDb, { id, answer, undo }: ReturnType<typeof answerOf>, now: number): void {
  db.run(sql`UPDATE conflicts SET answer = ${answer}, answered_at = ${answer === null ? null : now}, undo = ${undo}
    WHERE id = ${id}`)
}
