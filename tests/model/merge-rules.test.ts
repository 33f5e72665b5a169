import { expect, test } from 'vitest'

import { batch, judge, part, product, proveAll, revision, unit, unseen } from '../support/judge.ts'

// At headquarters: what others did meanwhile was not seen.
proveAll([
  {
    fact: '[S1] one number made twice unseen is one batch',
    given: [batch('a', 'LOT-7')],
    when: batch('b', 'lot-7'),
    by: unseen(1),
    result: 'merged',
    conflicts: [{ kind: 'merged', id: 'b', other_id: 'a' }],
    rows: { 'batch b': { into: 'a', name: 'lot-7' }, 'batch a': { name: 'LOT-7' } },
  },
  {
    fact: '[S1] a joined unit brings what the other lacks and reports what differs',
    given: [...product, batch('b'), revision('r2', 'p'), unit('u', { sample: 'golden', metadata: { a: 1 } })],
    when: unit('v', {
      serial_number: 'U',
      batch_id: 'b',
      revision_id: 'r2',
      sample: 'failing',
      metadata: { a: 2, b: 3 },
    }),
    by: unseen(5),
    result: 'merged',
    rows: {
      'unit u': { fields: { batch_id: 'b', revision_id: 'r', sample: 'golden', metadata: { a: 1, b: 3 } } },
    },
    conflicts: [
      { kind: 'merged' },
      { kind: 'merge_field', field: 'metadata.a', wanted: 2, kept: 1 },
      { kind: 'merge_field', field: 'revision_id', wanted: 'r2', kept: 'r' },
      { kind: 'merge_field', field: 'sample' },
    ],
  },
  {
    fact: '[S2] a number that was seen under another name is another thing',
    given: [batch('a', 'X'), { type: 'batch.rename', id: 'a', number: 'Y' }],
    when: batch('b', 'y'),
    by: unseen(2),
    result: 'renamed',
    conflicts: [{ kind: 'name_clash', other_id: 'a' }],
    rows: { 'batch b': { name: 'y+op3-1', into: null } },
  },
  {
    fact: '[S2] after a change of history, equal numbers are never one thing',
    given: [batch('a', 'X')],
    when: batch('b', 'X'),
    by: { unseen: [1], rebased: true },
    result: 'renamed',
    conflicts: [{ kind: 'name_clash' }],
  },
  {
    fact: '[S3] the first rename wins',
    given: [batch('a', 'X'), { type: 'batch.rename', id: 'a', number: 'Y' }],
    when: { type: 'batch.rename', id: 'a', number: 'Z' },
    by: unseen(2),
    result: 'rejected',
    conflicts: [{ kind: 'rename_rename', wanted: 'Z', kept: 'Y' }],
    rows: { 'batch a': { name: 'Y' } },
  },
  {
    fact: '[S3] the same rename twice is one',
    given: [batch('a', 'X'), { type: 'batch.rename', id: 'a', number: 'Y' }],
    when: { type: 'batch.rename', id: 'a', number: 'Y' },
    by: unseen(2),
    result: 'noop',
  },
  {
    fact: '[S5] a deletion does not beat a rename it had not seen',
    given: [batch('a', 'X'), { type: 'batch.rename', id: 'a', number: 'Y' }],
    when: { type: 'batch.delete', id: 'a' },
    by: unseen(2),
    result: 'rejected',
    conflicts: [{ kind: 'delete_stale', field: 'key' }],
  },
  {
    fact: '[S5] nor the units it had not seen',
    given: [...product, batch('b'), unit('u', { batch_id: 'b' }), unit('v', { batch_id: 'b' })],
    when: { type: 'batch.delete', id: 'b' },
    by: unseen(5),
    result: 'partial',
    conflicts: [{ kind: 'delete_partial', other_id: 'v' }],
    rows: {
      'batch b': { deleted: false },
      'unit u': { fields: { batch_id: null } },
      'unit v': { fields: { batch_id: 'b' } },
    },
  },
  {
    fact: '[S5] nor a row that was joined with one its author never saw',
    given: [batch('a', 'X')],
    when: { type: 'batch.delete', id: 'a' },
    by: unseen(1),
    result: 'rejected',
    conflicts: [{ kind: 'delete_stale' }],
  },
  {
    fact: '[S5] an unseen revision keeps its part',
    given: [...product, revision('s', 'p', 'B')],
    when: { type: 'part.delete', id: 'p' },
    by: unseen(3),
    result: 'rejected',
    conflicts: [{ kind: 'delete_stale', noun: 'revision', id: 's' }],
    rows: { 'revision r': { deleted: false } },
  },
  {
    fact: '[S6] a unit put into a batch deleted elsewhere brings it back',
    given: [...product, batch('b', 'X'), { type: 'batch.delete', id: 'b' }],
    when: unit('u', { batch_id: 'b' }),
    by: unseen(4),
    result: 'applied',
    conflicts: [{ kind: 'revive', noun: 'batch', id: 'b' }],
    rows: { 'batch b': { deleted: false }, 'unit u': { fields: { batch_id: 'b' } } },
  },
  {
    fact: '[S6] and joins it to whoever has its number now',
    given: [...product, batch('b', 'X'), { type: 'batch.delete', id: 'b' }, batch('c', 'X')],
    when: unit('u', { batch_id: 'b' }),
    by: unseen(4, 5),
    result: 'applied',
    conflicts: [{ kind: 'revive_merge', id: 'b', other_id: 'c' }],
    rows: { 'batch b': { into: 'c' }, 'unit u': { fields: { batch_id: 'c' } } },
  },
  {
    fact: '[S6] a revision that comes back brings its part, and the joined parts join their revisions',
    given: [...product, { type: 'part.delete', id: 'p' }, part('p2', 'P'), revision('r2', 'p2', 'a')],
    when: unit('u'),
    by: unseen(3, 4, 5),
    result: 'applied',
    conflicts: [
      { kind: 'merge_field' },
      { kind: 'revive_merge', noun: 'part', other_id: 'p2' },
      { kind: 'revive_merge', noun: 'revision', other_id: 'r2' },
    ],
    rows: {
      'part p': { into: 'p2' },
      'revision r': { into: 'r2' },
      'unit u': { fields: { revision_id: 'r2' } },
    },
  },
  {
    fact: '[S4] the first move wins',
    given: [...product, batch('b'), batch('c'), unit('u'), { type: 'unit.move', id: 'u', batch_id: 'b' }],
    when: { type: 'unit.move', id: 'u', batch_id: 'c' },
    by: unseen(6),
    result: 'rejected',
    conflicts: [{ kind: 'field_field', field: 'batch_id', wanted: 'c', kept: 'b' }],
  },
  {
    fact: '[S4] each field is judged by itself',
    given: [...product, unit('u'), { type: 'unit.update', id: 'u', sample: 'golden', metadata: { a: 1 } }],
    when: { type: 'unit.update', id: 'u', serial_number: 'U9', sample: 'failing', metadata: { a: 2, b: 3 } },
    by: unseen(4),
    result: 'partial',
    conflicts: [
      { kind: 'field_field', field: 'sample' },
      { kind: 'field_field', field: 'metadata.a', wanted: 2, kept: 1 },
    ],
    rows: { 'unit u': { name: 'U9', fields: { sample: 'golden', metadata: { a: 1, b: 3 } } } },
  },
  {
    fact: '[S4] a second parent is a conflict',
    given: [...product, unit('u'), unit('v'), unit('w'), { type: 'unit.add_child', id: 'u', child_id: 'w' }],
    when: { type: 'unit.add_child', id: 'v', child_id: 'w' },
    by: unseen(6),
    result: 'rejected',
    conflicts: [{ kind: 'field_field', field: 'parent_id', kept: 'u' }],
  },
  {
    fact: '[S4] the first name of a station wins',
    given: [
      { type: 'station.create', id: 's', name: 'L1' },
      { type: 'station.update', id: 's', name: 'L2' },
    ],
    when: { type: 'station.update', id: 's', name: 'L3' },
    by: unseen(2),
    result: 'rejected',
    conflicts: [{ kind: 'field_field', field: 'name' }],
  },
  {
    fact: '[S7] a number made again joins the row whose deletion did not hold',
    given: [batch('a', 'X')],
    when: batch('b', 'X'),
    by: { known_deleted: ['a'] },
    result: 'merged',
    conflicts: [{ kind: 'merged' }],
    rows: { 'batch b': { into: 'a' } },
  },
])

test('[S1] an id that was joined keeps standing for the row', () => {
  const at = judge()
  at.all(batch('a', 'X'))
  at.do(batch('b', 'X'), unseen(1))
  expect(at.do({ type: 'batch.rename', id: 'b', number: 'Y' }).result).toBe('applied')
  expect(at.state.get('batch', 'a')?.name).toBe('Y')
  expect(at.do({ type: 'batch.delete', id: 'a' }, unseen(2)).conflicts).toMatchObject([
    { kind: 'delete_merged', other_id: 'b' },
  ])
})

test('[S2] one station never makes one thing twice', () => {
  const at = judge()
  at.do(batch('a', 'X'), { station: 's' })
  expect(at.do(batch('b', 'X'), { station: 's', unseen: [1] }).result).toBe('renamed')
})
