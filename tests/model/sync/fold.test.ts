import { expect, test } from 'vitest'

import { decide } from '../../../src/model/decide.ts'
import { type Memory, memory } from '../../../src/model/memory.ts'
import type { Operation } from '../../../src/model/operation.ts'
import type { Mark, Row } from '../../../src/model/state.ts'
import { accepted, changeBelow } from '../../../src/model/sync/acceptance.ts'
import { append, emptyFold, refold } from '../../../src/model/sync/fold.ts'
import type { Author } from '../../../src/model/sync/footprint.ts'
import type { Entry } from '../../../src/model/sync/journal.ts'
import { authorHere } from '../../../src/model/sync/knowledge.ts'
import { batch, journaled, part, product, revision, unit } from '../../support/judge.ts'

const here = authorHere('s', 'i', [])

/** A station with waiting operations, and headquarters that it reads from. */
function station(...operations: Operation[]) {
  const headquarters = memory()
  const base = memory()
  let seq = 0
  let decided = 0
  const author: Author = {
    ...here,
    knowledge(entry) {
      decided += 1
      return here.knowledge(entry)
    },
  }
  const outbox = new Map<string, Entry>()
  for (const [index, operation] of operations.entries()) {
    const entry = accepted(index + 1, journaled(index + 1, operation), { seq: 0, hash: '' }, [])
    outbox.set(entry.op.op_id, entry)
  }
  const full = () => {
    const fold = emptyFold(memory(base.all()))
    for (const entry of outbox.values()) append(fold, here, entry)
    return fold
  }
  const fold = full()

  /** Headquarters takes an operation, of this station or of another that had seen nothing. */
  function take(operation: Operation, own: Entry | undefined): readonly Row[] {
    seq += 1
    const op = own?.op ?? { ...journaled(1_000 + seq, operation) }
    const mark: Mark = {
      op_id: op.op_id,
      incarnation: own === undefined ? 'other' : 'i',
      n: seq,
      station_id: own === undefined ? 'other' : 's',
      seq,
    }
    const seen = (other: Mark) => other.incarnation === mark.incarnation
    const { changed } = decide(headquarters, op, { seen, rebased: false, known_deleted: [] }, mark)
    for (const row of changed) headquarters.put(row)
    return changed
  }

  /** A page comes: others' changes, then own operations by their places in the journal. Tells how many were decided again. */
  function page(others: readonly Operation[], confirmed: readonly number[]): number {
    const shown = confirmed.map((local_id) => outbox.get(`op-${local_id}`)!)
    const rows = new Map<string, Row>()
    for (const changed of [
      ...others.map((operation) => take(operation, undefined)),
      ...shown.map((entry) => take(entry.op.operation, entry)),
    ])
      for (const row of changed) rows.set(`${row.noun}:${row.id}`, row)
    const write = { base: [...rows.values()], outbox: { put: [], remove: shown.map(({ op }) => op.op_id) } }
    const change = changeBelow(write, { base, outbox })!
    for (const { noun, id } of write.base) base.drop(noun, id)
    for (const row of write.base) base.put(row)
    for (const { op } of shown) outbox.delete(op.op_id)
    decided = 0
    refold(fold, base, outbox, author, change)
    return decided
  }

  const sorted = (state: Memory) => [...state.all()].sort((a, b) => (a.id < b.id ? -1 : 1))
  return {
    page,
    row: (noun: Row['noun'], id: string) => fold.live.get(noun, id),
    /** What scripts see, and what they would see if everything were decided again. */
    get views() {
      return { incremental: sorted(fold.live), full: sorted(full().live) }
    },
  }
}

function expectExact({ views }: ReturnType<typeof station>): void {
  expect(views.incremental).toEqual(views.full)
}

test('[S17] what headquarters does as it was shown has nothing decided again, whoever works with it', () => {
  const units = Array.from({ length: 300 }, (_, n) => unit(`u${n}`, { batch_id: 'b' }))
  const one = station(...product, batch('b'), ...units)
  expect(one.page([], [1, 2, 3])).toBe(0)
  expectExact(one)
  expect(
    one.page(
      [],
      Array.from({ length: 100 }, (_, n) => n + 4),
    ),
  ).toBe(0)
  expectExact(one)
})

test("[S17] others' units of one revision have nothing decided again", () => {
  const units = Array.from({ length: 300 }, (_, n) => unit(`u${n}`))
  const one = station(...units)
  one.page([...product], [])
  expect(one.page([unit('x'), unit('y')], [])).toBe(0)
  expectExact(one)
})

test('[S17] a number that somebody else has has only those decided again who work with its row', () => {
  const one = station(
    ...product,
    batch('b', 'LOT'),
    ...Array.from({ length: 50 }, (_, n) => unit(`v${n}`, { batch_id: 'b' })),
    batch('c', 'OTHER'),
    ...Array.from({ length: 50 }, (_, n) => unit(`w${n}`, { batch_id: 'c' })),
  )
  expect(one.page([batch('theirs', 'lot')], [])).toBe(51)
  expect(one.row('unit', 'v7')?.fields['batch_id']).toBe('theirs')
  expectExact(one)
})

test('[S17] what headquarters did otherwise reaches who worked with it', () => {
  const one = station(...product, batch('b', 'LOT'), { type: 'batch.rename', id: 'b', number: 'LOT-2' })
  one.page([batch('theirs', 'lot')], [1, 2, 3])
  expect(one.row('batch', 'b')).toMatchObject({ into: 'theirs' })
  expectExact(one)
})

test('[S17] who worked with a row before it was there is decided again when it comes', () => {
  const one = station(unit('u'), part('p'), revision('r', 'p', 'A'))
  expect(one.row('unit', 'u')).toBeUndefined()
  expect(one.page([], [2, 3])).toBe(1)
  expect(one.row('unit', 'u')).toBeDefined()
  expectExact(one)
})

test('[S17] a row is not as it was shown while a waiting operation moves it', () => {
  const one = station(
    part('p', 'P'),
    revision('r', 'p', 'A'),
    { type: 'revision.update', id: 'r', number: 'B' },
    unit('u'),
  )
  one.page([], [1, 2])
  expect(one.row('revision', 'r')?.name).toBe('B')
  expectExact(one)
  one.page([part('theirs', 'p')], [3])
  expectExact(one)
})
