import { fieldOperation } from './conflict-fields.ts'
import { type AnswerId, conflictWords, type Facts, standing } from './conflict-words.ts'
import { creationOf } from './conflict-remaking.ts'
import { split } from './conflict-splits.ts'
import { nounOf, nouns } from './decide/nouns.ts'
import { type Refusal, refuse } from './error.ts'
import { replaced } from './moved.ts'
import type { Operation } from './operation.ts'
import type { Conflict, Row } from './state.ts'
import { AGAIN } from './sync/again.ts'

/** A conflict as it is kept: what a person said to it, if anybody did. */
export interface ConflictRecord {
  readonly id: string
  readonly conflict: Conflict
  readonly answer: string | null
  /** What takes the answer back; where one was taken back, what made its row again. */
  readonly undo: readonly Operation[]
}

/**
 * What an answer asks for, or `undo` for one that was given: ordinary operations, the last of which closes the record wherever it is kept.
 * @param others what else came of the operation that the record is about, as far as it is kept
 * @returns a refusal if the answer is none of the record's, or comes too late
 */
export function operationsFor(
  { id, conflict, answer: given, undo }: ConflictRecord,
  answer: string,
  facts: Facts,
  newId: () => string,
  others: () => readonly ConflictRecord[],
): readonly Operation[] | Refusal {
  if (answer === 'undo') {
    if (given === null) return refuse('CONFLICT', 'This is not answered yet', { reason: 'not_answered' })
    if (given === AGAIN)
      return refuse('CONFLICT', 'Headquarters tried this again: there is no answer to take back', {
        reason: 'tried_again',
      })
    const back = withNewIds(undo, newId).filter(
      // What a person has opened or answered otherwise since stays so.
      (one) =>
        one.type !== 'conflict.answer' ||
        others().some(({ id: own, answer: kept }) => own === one.id && kept === 'keep'),
    )
    const again = JSON.stringify(back.filter(({ type }) => type === `${conflict.noun}.create`))
    return [...back, { type: 'conflict.answer', id, answer: null, undo: again }]
  }
  if (given !== null)
    return refuse('CONFLICT', 'This is answered already: send the answer undo to take it back', {
      reason: 'answered_already',
    })
  const known = conflictWords(conflict, facts).answers.map((one) => one.id)
  if (!known.some((one) => one === answer))
    return refuse('BAD_REQUEST', `Answer must be one of ${known.join(', ')}`, { reason: 'no_such_answer' })
  // The row that it is about went with an answer and was made again when that was taken back: under another id.
  const about = {
    ...conflict,
    id: undo.find(({ type }) => type === `${conflict.noun}.create`)?.id ?? conflict.id,
  }
  const meant = answerConflict(about, answer as AnswerId, facts, newId)
  if (meant === undefined)
    return refuse('CONFLICT', 'What this is about no longer exists: leave it as it is', {
      reason: 'nothing_left',
    })
  // What two things differ in is no question once they are two.
  const settled = answer === 'different' ? others().filter((one) => isOfJoining(one, conflict)) : []
  const back = [...meant.undo, ...settled.map((one) => answered(one.id, null))]
  return [
    ...meant.operations,
    ...settled.map((one) => answered(one.id, 'keep')),
    { type: 'conflict.answer', id, answer, undo: JSON.stringify(back) },
  ]
}

const answered = (id: string, answer: string | null) =>
  ({ type: 'conflict.answer', id, answer, undo: '[]' }) as const

/** Is it an open question about what the joined row and the one that stands had different values in? */
const isOfJoining = ({ conflict, answer }: ConflictRecord, joining: Conflict) =>
  answer === null &&
  conflict.kind === 'merge_field' &&
  conflict.noun === joining.noun &&
  conflict.other_id === joining.id

/** Whoever takes an answer back makes rows of their own: at two places at once they are two, and not one id given twice. */
function withNewIds(undo: readonly Operation[], newId: () => string): readonly Operation[] {
  const made = undo.filter(({ type }) => type.endsWith('.create'))
  return made.reduce<readonly Operation[]>((operations, one) => {
    const moved = { noun: nounOf(one), from: one.id, to: newId() }
    return operations.map((operation) => replaced(operation, moved))
  }, undo)
}

/** What an answer means: ordinary operations, and those that take them back. */
export interface Answered {
  readonly operations: readonly Operation[]
  readonly undo: readonly Operation[]
}

/** What the order of all changes says of an answer (kind `answered`); `undo` as JSON. */
export function answerOf({ id, wanted, kept }: Conflict) {
  return {
    id,
    answer: typeof wanted === 'string' ? wanted : null,
    undo: typeof kept === 'string' ? kept : '[]',
  }
}

const nothing: Answered = { operations: [], undo: [] }

/** @returns undefined if there is nothing left to do it to */
function answerConflict(
  conflict: Conflict,
  answer: AnswerId,
  facts: Facts,
  newId: () => string,
): Answered | undefined {
  switch (answer) {
    case 'ok':
    case 'same':
    case 'keep':
      return nothing
    case 'different':
      return split(conflict, facts, newId)
    case 'mine':
      return mine(conflict, facts)
    case 'merge':
      return merge(conflict, facts, newId)
    case 'delete':
      return remove(conflict, facts, newId)
  }
}

function mine(conflict: Conflict, facts: Facts): Answered | undefined {
  const row = standing(facts, conflict.noun, conflict.id)
  if (row === undefined || row.deleted) return undefined
  const about = { ...conflict, id: row.id }
  const operation = fieldOperation(about, conflict.wanted ?? null)
  const back = fieldOperation(about, currently(row, conflict.field ?? ''))
  return operation === undefined
    ? undefined
    : { operations: [operation], undo: back === undefined ? [] : [back] }
}

function currently(row: Row, field: string) {
  if (field === nouns[row.noun].label) return row.name
  if (!field.startsWith('metadata.')) return row.fields[field] ?? null
  const metadata = row.fields['metadata'] as Readonly<Record<string, string | number | boolean>>
  const key = field.slice(9)
  return Object.hasOwn(metadata, key) ? metadata[key]! : null
}

/** All units into the batch that has the number; the emptied one goes. */
function merge(conflict: Conflict, facts: Facts, newId: () => string): Answered | undefined {
  const from = standing(facts, 'batch', conflict.id)
  const into = conflict.other_id === undefined ? undefined : standing(facts, 'batch', conflict.other_id)
  if (from === undefined || into === undefined || from.deleted || into.deleted || from.id === into.id)
    return undefined
  const units = facts.state.members('unit', 'batch_id', from.id)
  const id = newId()
  return {
    operations: [
      ...units.map((unit) => ({ type: 'unit.move', id: unit.id, batch_id: into.id }) as const),
      { type: 'batch.delete', id: from.id },
    ],
    undo: [
      { type: 'batch.create', id, number: from.name },
      ...units.map((unit) => ({ type: 'unit.move', id: unit.id, batch_id: id }) as const),
    ],
  }
}

function remove({ noun, id }: Conflict, facts: Facts, newId: () => string): Answered | undefined {
  const row = standing(facts, noun, id)
  if (row === undefined || row.deleted) return undefined
  const again = newId()
  const made = creationOf({ ...row, id: again }, facts)
  const members = noun === 'batch' ? facts.state.members('unit', 'batch_id', row.id) : []
  const type = noun === 'station' ? 'station.remove' : (`${noun}.delete` as const)
  return {
    operations: [{ type, id: row.id }],
    undo:
      made === undefined
        ? []
        : [made, ...members.map((unit) => ({ type: 'unit.move', id: unit.id, batch_id: again }) as const)],
  }
}
