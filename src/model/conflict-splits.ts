import type { Answered } from './conflict-answers.ts'
import { creationOf } from './conflict-remaking.ts'
import { type Facts, freeName, isOwn, joinedUnits, standing } from './conflict-words.ts'
import type { Operation } from './operation.ts'
import type { Conflict, Row } from './state.ts'

/**
 * Two things that were taken for one, apart again: what the author's station had made is made anew under a name near the old one, with what
 * that station put into it.
 * @returns undefined if there is nothing left to take apart
 */
export function split(conflict: Conflict, facts: Facts, newId: () => string): Answered | undefined {
  const { noun, id, other_id } = conflict
  const loser = facts.state.get(noun, id)
  const winner = standing(facts, noun, other_id ?? id)
  if (loser === undefined || winner === undefined || winner.deleted) return undefined
  switch (noun) {
    case 'batch':
      return splitBatch(conflict, winner, facts, newId)
    case 'unit':
      return splitUnit(loser, winner, facts, newId)
    case 'part':
      return splitPart(loser, winner, facts, newId)
    case 'revision':
      return splitRevision(loser, winner, facts, newId)
    // Their names are free: no two of them are ever taken for one.
    case 'station':
    case 'procedure':
    case 'run':
    case 'link':
    case 'attachment':
      return undefined
    // It is nothing but its tag: two of one tag are one.
    case 'version':
      return undefined
  }
}

function splitBatch(conflict: Conflict, winner: Row, facts: Facts, newId: () => string): Answered {
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

/** The unit as it was made at the author's station. */
function splitUnit(loser: Row, winner: Row, facts: Facts, newId: () => string): Answered | undefined {
  const id = newId()
  const made = creationOf({ ...loser, id, name: freeName(facts, 'unit', winner.name) }, facts)
  return made === undefined ? undefined : { operations: [made], undo: [{ type: 'unit.delete', id }] }
}

function splitRevision(loser: Row, winner: Row, facts: Facts, newId: () => string): Answered {
  const { part_id } = winner.fields
  const number = freeName(facts, 'revision', winner.name, winner.scope)
  return revisionApart(loser, winner, part_id as string, number, facts, newId())
}

/** The part with all of its revisions that the author's station had made for it, joined into others or not. */
function splitPart(loser: Row, winner: Row, facts: Facts, newId: () => string): Answered {
  const id = newId()
  const number = freeName(facts, 'part', winner.name)
  const revisions = facts.state.members('revision', 'part_id', winner.id).flatMap((live) => {
    const made = [live, ...facts.state.joined('revision', live.id)]
    const own = made.find((row) => isOwn(row, 'created', facts))
    return own === undefined ? [] : [revisionApart(own, live, id, own.name, facts, newId())]
  })
  return {
    operations: [
      { type: 'part.create', id, number, name: loser.fields['name'] as string },
      ...revisions.flatMap(({ operations }) => operations),
    ],
    undo: [...revisions.flatMap(({ undo }) => undo), { type: 'part.delete', id }],
  }
}

/** One revision under a part, with the units that the author's station made as such. */
function revisionApart(
  own: Row,
  live: Row,
  part_id: string,
  number: string,
  facts: Facts,
  id: string,
): Answered {
  const units = facts.state
    .members('unit', 'revision_id', live.id)
    .filter((unit) => isOwn(unit, 'revision_id', facts))
  const { image_id } = own.fields
  const image: Operation[] = typeof image_id === 'string' ? [{ type: 'revision.update', id, image_id }] : []
  return {
    operations: [
      { type: 'revision.create', id, part_id, number },
      ...image,
      ...units.map((unit) => ({ type: 'unit.update', id: unit.id, revision_id: id }) as const),
    ],
    undo: [
      ...units.map((unit) => ({ type: 'unit.update', id: unit.id, revision_id: live.id }) as const),
      { type: 'revision.delete', id },
    ],
  }
}
