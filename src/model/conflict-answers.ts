import {
  type AnswerId,
  type Facts,
  fieldOperation,
  freeName,
  joinedUnits,
  standing,
} from './conflict-words.ts'
import { nouns } from './decide/nouns.ts'
import type { Operation } from './operation.ts'
import type { Conflict, Row } from './state.ts'

/** What an answer means: ordinary operations, and those that take them back. */
export interface Answered {
  readonly operations: readonly Operation[]
  readonly undo: readonly Operation[]
}

const nothing: Answered = { operations: [], undo: [] }

/** @returns undefined if there is nothing left to do it to */
export function answerConflict(
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
      return conflict.noun === 'batch'
        ? splitBatch(conflict, facts, newId)
        : splitUnit(conflict, facts, newId)
    case 'mine':
      return mine(conflict, facts)
    case 'merge':
      return merge(conflict, facts, newId)
    case 'delete':
      return remove(conflict, facts, newId)
  }
}

/** The batch of this station again, under a name near the old one, with the units that this station put into it. */
function splitBatch(conflict: Conflict, facts: Facts, newId: () => string): Answered | undefined {
  const winner = standing(facts, 'batch', conflict.other_id ?? conflict.id)
  if (winner === undefined || winner.deleted) return undefined
  const id = newId()
  const units = joinedUnits(conflict, facts)
  return {
    operations: [
      { type: 'batch.create', id, number: freeName(facts, 'batch', winner.name) },
      ...units.map((unit) => ({ type: 'unit.move', id: unit.id, batch_id: id }) as const),
    ],
    undo: [
      ...units.map((unit) => ({ type: 'unit.move', id: unit.id, batch_id: winner.id }) as const),
      { type: 'batch.delete', id },
    ],
  }
}

/** The unit of this station again, as it was made here. */
function splitUnit(conflict: Conflict, facts: Facts, newId: () => string): Answered | undefined {
  const loser = facts.state.get('unit', conflict.id)
  const winner = standing(facts, 'unit', conflict.other_id ?? conflict.id)
  if (loser === undefined || winner === undefined) return undefined
  const id = newId()
  const made = creationOf({ ...loser, id, name: freeName(facts, 'unit', winner.name) }, facts)
  return made === undefined ? undefined : { operations: [made], undo: [{ type: 'unit.delete', id }] }
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

/** The operation that makes such a row. References are those of today. */
function creationOf(row: Row, facts: Facts): Operation | undefined {
  const { id, name, fields } = row
  const target = (noun: 'part' | 'revision' | 'batch', field: string) => {
    const named = fields[field]
    const found = typeof named === 'string' ? standing(facts, noun, named) : undefined
    return found === undefined || found.deleted ? null : found.id
  }
  switch (row.noun) {
    case 'part':
      return { type: 'part.create', id, number: name, name: fields['name'] as string }
    case 'revision': {
      const part_id = target('part', 'part_id')
      return part_id === null ? undefined : { type: 'revision.create', id, part_id, number: name }
    }
    case 'batch':
      return { type: 'batch.create', id, number: name }
    case 'unit': {
      const revision_id = target('revision', 'revision_id')
      if (revision_id === null) return undefined
      const sample = fields['sample'] as 'golden' | 'failing' | 'ignored' | null
      const metadata = fields['metadata'] as Readonly<Record<string, string | number | boolean>>
      return {
        type: 'unit.create',
        id,
        serial_number: name,
        revision_id,
        batch_id: target('batch', 'batch_id'),
        sample,
        metadata: { ...metadata },
      }
    }
    case 'station':
      return { type: 'station.create', id, name }
  }
}
