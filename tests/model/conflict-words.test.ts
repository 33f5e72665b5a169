import { expect, test } from 'vitest'

import { aboutConflict } from '../../src/model/conflict-about.ts'
import { conflictWords, type Facts } from '../../src/model/conflict-words.ts'
import { memory } from '../../src/model/memory.ts'
import type { Conflict } from '../../src/model/state.ts'
import { judge, part, revision, unit } from '../support/judge.ts'

const facts: Facts = { state: memory(), station_id: 's', stationName: () => undefined }

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

test('revisions are named with their part: many parts have a revision A', () => {
  const at = judge()
  at.all(part('p1', 'PSU-1'), revision('r1', 'p1', 'A'), part('p2', 'PSU-2'), revision('r2', 'p2', 'A'))
  at.all(unit('u', { serial_number: 'SN-1', revision_id: 'r2' }))
  const known = { ...facts, state: at.state }
  const twice: Conflict = {
    kind: 'merge_field',
    noun: 'unit',
    id: 'u',
    field: 'revision_id',
    wanted: 'r1',
    kept: 'r2',
  }
  expect(conflictWords(twice, known)).toEqual({
    summary:
      'Unit SN-1 was made twice with another revision: here PSU-1 A, at another station PSU-2 A. PSU-2 A stands',
    answers: [
      { id: 'keep', label: 'Leave PSU-2 A' },
      { id: 'mine', label: 'Use PSU-1 A' },
    ],
  })
  expect(aboutConflict(twice, known)).toMatchObject({ name: 'SN-1', wanted: 'PSU-1 A', kept: 'PSU-2 A' })
  expect(conflictWords({ kind: 'merged', noun: 'revision', id: 'r1', other_id: 'r1' }, known).summary).toBe(
    'Revision PSU-1 A was also made at another station: the two are taken for one',
  )
})
