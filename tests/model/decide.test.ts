import { expect, test } from 'vitest'

import { decide } from '../../src/model/decide.ts'
import { batch, judge, part, product, proveAll, revision, unit, unseen } from '../support/judge.ts'

// The accepting station has seen everything: the API learns exactly why it cannot do what was asked.
proveAll([
  {
    fact: 'a batch is made',
    given: [],
    when: batch('b', 'LOT-7'),
    result: 'applied',
    rows: {
      'batch b': {
        name: 'LOT-7',
        key: 'lot-7',
        created_at: 1000,
        created_by_user_id: 'user-1',
        created_by_station_id: null,
      },
    },
  },
  {
    fact: 'a creator that is a station is kept as one',
    given: [batch('x')],
    when: batch('b'),
    result: 'applied',
    rows: { 'batch b': { created_at: 2000, created_by_user_id: null, created_by_station_id: 'station-1' } },
  },
  {
    fact: 'a number in use names its holder, whatever the case',
    given: [batch('a', 'LOT-7')],
    when: batch('b', 'lot-7'),
    result: 'renamed',
    conflicts: [{ kind: 'name_clash', other_id: 'a', field: 'number', wanted: 'lot-7', kept: 'lot-7+op2-1' }],
  },
  {
    fact: 'a serial number in use names its holder',
    given: [...product, unit('a', { serial_number: 'S1' })],
    when: unit('b', { serial_number: 's1' }),
    result: 'renamed',
    conflicts: [{ kind: 'name_clash', other_id: 'a', field: 'serial_number' }],
  },
  {
    fact: 'a rename onto a taken number is refused',
    given: [batch('a', 'A'), batch('b', 'B')],
    when: { type: 'batch.rename', id: 'b', number: 'a' },
    result: 'rejected',
    conflicts: [{ kind: 'rename_blocked', id: 'b', other_id: 'a', wanted: 'a', kept: 'B' }],
  },
  {
    fact: 'a rename that only changes case is done',
    given: [batch('a', 'lot')],
    when: { type: 'batch.rename', id: 'a', number: 'LOT' },
    result: 'applied',
    rows: { 'batch a': { name: 'LOT', key: 'lot' } },
  },
  {
    fact: 'a rename to the same number changes nothing',
    given: [batch('a')],
    when: { type: 'batch.rename', id: 'a', number: 'a' },
    result: 'noop',
  },
  {
    fact: 'an unknown batch cannot be renamed',
    given: [],
    when: { type: 'batch.rename', id: 'a', number: 'X' },
    result: 'rejected',
    conflicts: [{ kind: 'unknown_row', noun: 'batch', id: 'a' }],
  },
  {
    fact: 'a deleted batch is gone',
    given: [batch('a'), { type: 'batch.delete', id: 'a' }],
    when: { type: 'batch.delete', id: 'a' },
    result: 'rejected',
    conflicts: [{ kind: 'gone' }],
  },
  {
    fact: 'the number of a deleted batch is free',
    given: [batch('a', 'X'), { type: 'batch.delete', id: 'a' }],
    when: batch('b', 'X'),
    result: 'applied',
    rows: { 'batch a': { deleted: true, name: 'X' }, 'batch b': { name: 'X' } },
  },
  {
    fact: 'an id is used once',
    given: [batch('a', 'X')],
    when: batch('a', 'Y'),
    result: 'rejected',
    conflicts: [{ kind: 'id_collision' }],
  },
  {
    fact: 'a unit needs a revision',
    given: product,
    when: unit('u', { revision_id: 'nowhere' }),
    result: 'rejected',
    conflicts: [{ kind: 'dangling_ref', field: 'revision_id', wanted: 'nowhere' }],
  },
  {
    fact: 'a unit for an unknown batch is made without one',
    given: product,
    when: unit('u', { batch_id: 'nowhere' }),
    result: 'partial',
    conflicts: [{ kind: 'dangling_ref', field: 'batch_id' }],
    rows: { 'unit u': { fields: { batch_id: null } } },
  },
  {
    fact: 'a unit cannot move to an unknown batch',
    given: [...product, unit('u')],
    when: { type: 'unit.move', id: 'u', batch_id: 'b' },
    result: 'rejected',
    conflicts: [{ kind: 'dangling_ref', field: 'batch_id', wanted: 'b' }],
  },
  {
    fact: 'the same revision number stands in two parts',
    given: [...product, part('q')],
    when: revision('s', 'q', 'A'),
    result: 'applied',
    rows: { 'revision s': { scope: 'q', fields: { part_id: 'q', image_id: null } } },
  },
  {
    fact: 'and once inside a part',
    given: product,
    when: revision('s', 'p', 'a'),
    result: 'renamed',
    conflicts: [{ kind: 'name_clash', other_id: 'r' }],
  },
  {
    fact: 'a part with units in it cannot be deleted',
    given: [...product, unit('u')],
    when: { type: 'part.delete', id: 'p' },
    result: 'rejected',
    conflicts: [{ kind: 'delete_nonempty', noun: 'revision', id: 'r', other_id: 'u' }],
  },
  {
    fact: 'a revision with units in it cannot be deleted',
    given: [...product, unit('u')],
    when: { type: 'revision.delete', id: 'r' },
    result: 'rejected',
    conflicts: [{ kind: 'delete_nonempty', noun: 'revision', id: 'r', other_id: 'u' }],
  },
  {
    fact: 'an unused part goes with its revisions',
    given: product,
    when: { type: 'part.delete', id: 'p' },
    result: 'applied',
    rows: { 'part p': { deleted: true }, 'revision r': { deleted: true } },
  },
  {
    fact: 'a deleted batch leaves its units',
    given: [...product, batch('b'), unit('u', { batch_id: 'b' })],
    when: { type: 'batch.delete', id: 'b' },
    result: 'applied',
    rows: { 'unit u': { deleted: false, fields: { batch_id: null } } },
  },
  {
    fact: 'a deleted unit leaves its children',
    given: [...product, unit('u'), unit('v'), { type: 'unit.add_child', id: 'u', child_id: 'v' }],
    when: { type: 'unit.delete', id: 'u' },
    result: 'applied',
    rows: { 'unit v': { deleted: false, fields: { parent_id: null } } },
  },
  {
    fact: 'a unit is not its own child',
    given: [...product, unit('u')],
    when: { type: 'unit.add_child', id: 'u', child_id: 'u' },
    result: 'rejected',
    conflicts: [{ kind: 'cycle' }],
  },
  {
    fact: 'nor a child of its grandchild',
    given: [
      ...product,
      unit('u'),
      unit('v'),
      unit('w'),
      { type: 'unit.add_child', id: 'u', child_id: 'v' },
      { type: 'unit.add_child', id: 'v', child_id: 'w' },
    ],
    when: { type: 'unit.add_child', id: 'w', child_id: 'u' },
    result: 'rejected',
    conflicts: [{ kind: 'cycle', id: 'u', other_id: 'w' }],
  },
  {
    fact: 'a stranger cannot be taken out',
    given: [...product, unit('u'), unit('v')],
    when: { type: 'unit.remove_child', id: 'u', child_id: 'v' },
    result: 'rejected',
    conflicts: [{ kind: 'not_a_child', id: 'v', other_id: 'u' }],
  },
  {
    fact: 'metadata is merged key by key',
    given: [...product, unit('u', { metadata: { a: 1, b: 2 } })],
    when: { type: 'unit.update', id: 'u', metadata: { b: null, c: true, constructor: 'x' } },
    result: 'applied',
    rows: { 'unit u': { fields: { metadata: { a: 1, c: true, constructor: 'x' } } } },
  },
  {
    fact: 'station names are free',
    given: [{ type: 'station.create', id: 's', name: 'Line 1' }],
    when: { type: 'station.create', id: 't', name: 'Line 1' },
    result: 'applied',
  },
])

test('keys are released before they are claimed', () => {
  const at = judge()
  at.all(...product, batch('b', 'X'), { type: 'batch.delete', id: 'b' }, batch('c', 'X'))
  const { changed } = at.do(unit('u', { batch_id: 'b' }), unseen(4, 5))
  const holding = changed.map((row) => !row.deleted && row.into === null)
  expect(holding).toEqual([...holding].sort((x, y) => Number(x) - Number(y)))
})

test('a provisional number is legal and at most 60 characters long', () => {
  const long = 'L'.repeat(60)
  const at = judge()
  at.all(batch('a', long))
  const [row] = at.do(batch('b', long)).changed
  expect(row?.name).toHaveLength(60)
  expect(row?.name).toMatch(/^[a-zA-Z0-9_.:+-]+$/)
  expect(at.state.holder('batch', '', row!.key)?.id).toBe('b')
})

test('deciding changes nothing by itself', () => {
  const at = judge()
  at.all(...product, batch('b'), unit('u', { batch_id: 'b', metadata: { a: 1 } }))
  const before = JSON.stringify([...at.state.all()])
  const entry = {
    op_id: 'x',
    txn_id: 'x',
    actor: { kind: 'user', id: 'u' } as const,
    clock: { wall_ms: 0, boot_id: '', uptime_ms: 0 },
    created_at: 0,
  }
  const mark = { op_id: 'x', incarnation: 'z', n: 1, station_id: null, seq: null }
  const blind = { seen: () => false, rebased: false, known_deleted: [] }
  for (const operation of [
    batch('x', 'b'),
    { type: 'batch.delete', id: 'b' } as const,
    { type: 'unit.update', id: 'u', metadata: { a: 2 } } as const,
  ]) {
    decide(at.state, { ...entry, operation }, blind, mark)
  }
  expect(JSON.stringify([...at.state.all()])).toBe(before)
})
