import { expect, test } from 'vitest'

import { type ConflictRecord, operationsFor } from '../../src/model/conflict-answers.ts'
import { isRefusal } from '../../src/model/error.ts'
import type { Operation } from '../../src/model/operation.ts'
import type { Conflict } from '../../src/model/state.ts'
import { batch, judge, product, revision, unit, unseen } from '../support/judge.ts'

/** A record, and what is said to it one after the other as at one place: its row is found under whatever id it has now. */
function record(at: ReturnType<typeof judge>, conflict: Conflict) {
  const facts = { state: at.state, station_id: 's', stationName: () => undefined }
  let kept: ConflictRecord = { id: 'op-0-0', conflict, answer: null, undo: [] }
  let ids = 0
  return (answer: string) => {
    const operations = operationsFor(
      kept,
      answer,
      facts,
      () => `new-${(ids += 1)}`,
      () => [],
    )
    if (isRefusal(operations)) throw new Error(operations.message)
    for (const operation of operations) {
      expect(at.do(operation).result).toBe('applied')
      if (operation.type === 'conflict.answer')
        kept = { ...kept, answer: operation.answer, undo: JSON.parse(operation.undo) as Operation[] }
    }
  }
}

const numbers = (at: ReturnType<typeof judge>) =>
  [...at.state.all()].flatMap(({ noun, name, deleted }) => (noun === 'batch' && !deleted ? [name] : []))

test('[S21] deleting, taken back, can be said again: the row that was made anew is meant', () => {
  const at = judge()
  at.all(...product, batch('b', 'LOT-7'), unit('u', { batch_id: 'b' }))
  const say = record(at, { kind: 'delete_partial', noun: 'batch', id: 'b' })
  for (let time = 1; time <= 3; time += 1) {
    say('delete')
    expect(numbers(at)).toEqual([])
    say('undo')
    expect(numbers(at)).toEqual(['LOT-7'])
    const { id } = at.state.holder('batch', '', 'lot-7')!
    expect(at.state.get('unit', 'u')).toMatchObject({ fields: { batch_id: id } })
  }
})

test('[S21] units put into the other batch, taken back, can be put there again', () => {
  const at = judge()
  at.all(...product, batch('a', 'LOT-7'), batch('b', 'LOT-7+1'), unit('u', { batch_id: 'b' }))
  const clash: Conflict = {
    kind: 'name_clash',
    noun: 'batch',
    id: 'b',
    other_id: 'a',
    wanted: 'LOT-7',
    kept: 'LOT-7+1',
  }
  const say = record(at, clash)
  for (let time = 1; time <= 3; time += 1) {
    say('merge')
    expect(numbers(at)).toEqual(['LOT-7'])
    expect(at.state.get('unit', 'u')).toMatchObject({ fields: { batch_id: 'a' } })
    say('undo')
    expect(numbers(at).toSorted()).toEqual(['LOT-7', 'LOT-7+1'])
    expect(at.state.members('unit', 'batch_id', 'a')).toEqual([])
  }
  say('keep')
  expect(numbers(at).toSorted()).toEqual(['LOT-7', 'LOT-7+1'])
})

test('[S21] what two things differ in is no question once they are two, and is one again when that is taken back', () => {
  const at = judge()
  at.all(...product, revision('r2', 'p', 'B'), unit('a', { serial_number: 'SN-1' }))
  const made = at.do(unit('b', { serial_number: 'sn-1', revision_id: 'r2', sample: 'golden' }), unseen(4))
  const [joined, differing] = made.conflicts.map((conflict, ordinal): ConflictRecord => ({
    id: `op-5-${ordinal}`,
    conflict,
    answer: null,
    undo: [],
  }))
  expect([joined?.conflict.kind, differing?.conflict.kind]).toEqual(['merged', 'merge_field'])
  const facts = { state: at.state, station_id: 's', stationName: () => undefined }
  const say = (record: ConflictRecord, answer: string, other = differing!) => {
    const operations = operationsFor(
      record,
      answer,
      facts,
      () => `new-${answer}`,
      () => [other],
    )
    if (isRefusal(operations)) throw new Error(operations.message)
    for (const operation of operations) expect(at.do(operation).result).toBe('applied')
    return operations.flatMap((one) => (one.type === 'conflict.answer' ? [one] : []))
  }
  expect(say(joined!, 'same')).toMatchObject([{ id: joined!.id, answer: 'same' }])
  const said = say(joined!, 'different')
  expect(said).toMatchObject([
    { id: differing!.id, answer: 'keep' },
    { id: joined!.id, answer: 'different' },
  ])
  const undo = JSON.parse(said[1]!.undo) as Operation[]
  const split = { ...joined!, answer: 'different', undo }
  // Somebody opened it again by itself since.
  const opened = operationsFor(
    split,
    'undo',
    facts,
    () => 'new',
    () => [differing!],
  )
  expect(opened).not.toContainEqual(expect.objectContaining({ id: differing!.id }))
  expect(say(split, 'undo', { ...differing!, answer: 'keep' })).toMatchObject([
    { id: differing!.id, answer: null },
    { id: joined!.id, answer: null },
  ])
})
