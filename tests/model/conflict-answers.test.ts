import { expect, test } from 'vitest'

import { type ConflictRecord, operationsFor } from '../../src/model/conflict-answers.ts'
import { isRefusal } from '../../src/model/error.ts'
import type { Operation } from '../../src/model/operation.ts'
import type { Conflict } from '../../src/model/state.ts'
import { batch, judge, product, unit } from '../support/judge.ts'

/** A record, and what is said to it one after the other as at one place: its row is found under whatever id it has now. */
function record(at: ReturnType<typeof judge>, conflict: Conflict) {
  const facts = { state: at.state, station_id: 's', stationName: () => undefined }
  let kept: ConflictRecord = { id: 'op-0-0', conflict, answer: null, undo: [] }
  let ids = 0
  return (answer: string) => {
    const operations = operationsFor(kept, answer, facts, () => `new-${(ids += 1)}`)
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
