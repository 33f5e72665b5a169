import { type ConflictRecord, operationsFor } from '../../model/conflict-answers.ts'
import { aboutConflict } from '../../model/conflict-about.ts'
import { conflictWords, type Facts, type Words } from '../../model/conflict-words.ts'
import { type ConflictAbout, CONFLICTS_LISTED_MAX } from '../../model/desk.ts'
import { isRefusal, type Refusal, refuse } from '../../model/error.ts'
import type { Operation } from '../../model/operation.ts'
import type { Conflict } from '../../model/state.ts'
import { answersIn, type Word } from '../../model/sync/records.ts'
import { type Author, accept } from './accept.ts'
import { markedState } from './base.ts'
import type { ReadableDb, WritableDb } from './database.ts'
import { type Query, sql } from './sql.ts'

/** Conflict records as the base has them, or as headquarters' new history has them while it is read. */
const tables = { base: sql`conflicts`, stage: sql`stage_conflicts` }

/** Does what the order of all changes says of this station's records, in its order. */
export function keepConflicts(
  db: WritableDb,
  kept_in: keyof typeof tables,
  words: readonly Word[],
  now: number,
): void {
  const table = tables[kept_in]
  for (const word of words) {
    if (word.kind === 'answer') {
      const { id, answer, undo } = word
      db.run(sql`UPDATE ${table} SET answer = ${answer}, answered_at = ${answer === null ? null : now}, undo = ${undo}
        WHERE id = ${id}`)
      continue
    }
    const { id, seq, op_id, station_id, conflict } = word
    db.run(sql`INSERT INTO ${table} (id, seq, op_id, station_id, at, kind, conflict)
      VALUES (${id}, ${seq}, ${op_id}, ${station_id}, ${now}, ${conflict.kind}, ${JSON.stringify(conflict)})
      ON CONFLICT DO UPDATE SET seq = excluded.seq, kind = excluded.kind, conflict = excluded.conflict,
        answer = NULL, answered_at = NULL, undo = NULL`)
  }
}

export function emptyStagedConflicts(db: WritableDb): void {
  db.run(sql`DELETE FROM stage_conflicts`)
}

/** The records of the new history, and no others; what is in both keeps the time at which it came up here. */
export function takeStagedConflicts(db: WritableDb): void {
  db.run(sql`UPDATE stage_conflicts SET at = (SELECT at FROM conflicts WHERE conflicts.id = stage_conflicts.id)
    WHERE id IN (SELECT id FROM conflicts)`)
  db.run(sql`DELETE FROM conflicts`)
  db.run(sql`INSERT INTO conflicts (id, seq, op_id, station_id, at, kind, conflict, answer, answered_at, undo)
    SELECT id, seq, op_id, station_id, at, kind, conflict, answer, answered_at, undo FROM stage_conflicts`)
  emptyStagedConflicts(db)
}

function waitingAnswers(db: ReadableDb): ReturnType<typeof answersIn> {
  const found = db.all<{ operation: string }>(
    sql`SELECT operation FROM journal WHERE operation LIKE '{"type":"conflict.answer"%' ORDER BY local_id`,
  )
  return answersIn(found.map(({ operation }) => JSON.parse(operation) as Operation))
}

/** Which records are open here: the base's, but for answers that wait. */
function openHere(db: ReadableDb): { readonly base: Query; readonly reopened: Query } {
  const given = [...waitingAnswers(db).values()]
  const ids = (taken_back: boolean) =>
    JSON.stringify(given.filter(({ answer }) => (answer === null) === taken_back).map(({ id }) => id))
  return {
    base: sql`answer IS NULL AND id NOT IN (SELECT value FROM json_each(${ids(false)}))`,
    reopened: sql`answer IS NOT NULL AND id IN (SELECT value FROM json_each(${ids(true)}))`,
  }
}

export function openConflicts(db: ReadableDb): number {
  const { base, reopened } = openHere(db)
  return db.one<{ n: number }>(sql`SELECT
    (SELECT count(*) FROM conflicts WHERE ${base}) + (SELECT count(*) FROM conflicts WHERE ${reopened}) AS n`)!
    .n
}

interface Kept {
  id: string
  at: number
  station_id: string
  conflict: string
  answer: string | null
  undo: string | null
}

interface Listed extends Words {
  readonly id: string
  readonly at: number
  readonly about: ConflictAbout
}

/** Unanswered ones, the newest first. */
export function listConflicts(db: ReadableDb): Listed[] {
  const { base, reopened } = openHere(db)
  const columns = sql`id, seq, at, station_id, conflict, answer, undo`
  return db
    .all<Kept>(sql`
      SELECT ${columns} FROM conflicts WHERE ${base} UNION ALL SELECT ${columns} FROM conflicts WHERE ${reopened}
      ORDER BY seq DESC, id LIMIT ${CONFLICTS_LISTED_MAX}`)
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
  const waiting = waitingAnswers(db)
  const record = (one: Kept): ConflictRecord => {
    const { answer: given, undo } = waiting.get(one.id) ?? one
    return {
      id: one.id,
      conflict: JSON.parse(one.conflict) as Conflict,
      answer: given,
      undo: JSON.parse(undo ?? '[]') as Operation[],
    }
  }
  const others = () =>
    db
      .all<Kept>(sql`SELECT id, at, station_id, conflict, answer, undo FROM conflicts
        WHERE op_id = (SELECT op_id FROM conflicts WHERE id = ${id}) AND id <> ${id} ORDER BY id`)
      .map(record)
  const facts = factsOf(db, kept.station_id)
  const operations = operationsFor(record(kept), answer, facts, author.newId, others)
  if (isRefusal(operations)) return operations
  for (const operation of operations) {
    const refusal = accept(db, author, operation)
    if (refusal) return { ...refusal, ...inTheWay(refusal) }
  }
  return { id }
}

/** An answer is carried out as changes of rows like any others; what these are refused for is told without the contract's routes. */
function inTheWay({ code, existing_id }: Refusal): Pick<Refusal, 'reason'> {
  if (code === 'CONFLICT') return { reason: existing_id === undefined ? 'still_used' : 'name_taken' }
  return code === 'BAD_REQUEST' ? { reason: 'cannot_be' } : {}
}
