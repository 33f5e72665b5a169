import { expect, test } from 'vitest'

import { aboutConflict } from '../../src/model/conflict-about.ts'
import { conflictWords } from '../../src/model/conflict-words.ts'
import { memory } from '../../src/model/memory.ts'
import type { Conflict } from '../../src/model/state.ts'

const facts = { state: memory(), station_id: 's', stationName: () => undefined }

test.each([
  ['a noun', { kind: 'merged', noun: 'gadget', id: 'g', other_id: 'h' }, 'gadget (merged)'],
  ['a kind', { kind: 'of_tomorrow', noun: 'batch', id: 'b' }, 'batch (of_tomorrow)'],
])('%s that only a newer headquarters knows is told, and can be put away', (_, told, words) => {
  const conflict = told as unknown as Conflict
  expect(conflictWords(conflict, facts)).toEqual({
    summary: `Something came out otherwise than asked that this version does not know: ${words}`,
    answers: [{ id: 'ok', label: 'OK' }],
  })
  expect(aboutConflict(conflict, facts)).toMatchObject({ noun: told.noun, name: told.id })
})

test('what waits for a row says so, and what it has lost says that', () => {
  const dangling: Conflict = {
    kind: 'dangling_ref',
    noun: 'unit',
    id: 'u',
    field: 'batch_id',
    wanted: 'b',
    kept: null,
  }
  expect(conflictWords(dangling, facts)).toEqual({
    summary: 'Unit u waits for its batch, which headquarters does not know yet',
    answers: [{ id: 'ok', label: 'Do not wait' }],
  })
  expect(conflictWords({ ...dangling, other_id: 'b' }, facts)).toMatchObject({
    summary: 'Unit u was made without its batch, which no longer exists',
    answers: [{ id: 'ok', label: 'OK' }],
  })
  expect(aboutConflict(dangling, facts).kind).toBe('dangling_later')
})
