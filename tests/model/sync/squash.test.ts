import { expect, test } from 'vitest'

import { memory } from '../../../src/model/memory.ts'
import type { Operation } from '../../../src/model/operation.ts'
import { accepted } from '../../../src/model/sync/acceptance.ts'
import type { Entry } from '../../../src/model/sync/journal.ts'
import { reminted } from '../../../src/model/sync/station/incarnation.ts'
import { isSlip, squash } from '../../../src/model/sync/squash.ts'
import { batch, journaled, judge, unit } from '../../support/judge.ts'

const rename = (id: string, number: string): Operation => ({ type: 'batch.rename', id, number })
const hash = (text: string) => `hash of ${text}`

function entries(...operations: Operation[]): Entry[] {
  return operations.map((operation, index) =>
    accepted(index + 1, journaled(index + 1, operation), { seq: 0, hash: '' }, []),
  )
}

function names(outbox: readonly Entry[], base = memory()): string[] {
  const { changed, dropped } = squash(base, outbox, outbox.filter(isSlip), hash)
  const kept = outbox.filter((entry) => !dropped.includes(entry))
  const now = kept.map((entry) => changed.find(({ local_id }) => local_id === entry.local_id) ?? entry)
  return now.map(({ op: { operation } }) =>
    `${operation.type} ${'number' in operation ? operation.number : ''}`.trim(),
  )
}

const cases: { fact: string; outbox: Entry[]; left: string[] }[] = [
  {
    fact: 'a slip of the pen never leaves',
    outbox: entries(batch('b', 'X'), rename('b', 'Y')),
    left: ['batch.create Y'],
  },
  {
    fact: 'nor do several',
    outbox: entries(batch('b', 'X'), rename('b', 'Y'), rename('b', 'Z')),
    left: ['batch.create Z'],
  },
  {
    fact: 'other nouns in between do not matter',
    outbox: entries(batch('b', 'X'), unit('u'), rename('b', 'Y')),
    left: ['batch.create Y', 'unit.create'],
  },
  {
    fact: 'what is named in between does',
    outbox: entries(batch('b', 'X'), batch('c', 'Y'), rename('c', 'Z'), rename('b', 'Y')),
    left: ['batch.create X', 'batch.create Z', 'batch.rename Y'],
  },
  {
    fact: 'what was sealed stays as it is',
    outbox: entries(batch('b', 'X'), rename('b', 'Y')).map((entry, index) =>
      index === 0 ? { ...entry, seal: { incarnation: 'i', n: 1, prev: '', hash: 'h' } } : entry,
    ),
    left: ['batch.create X', 'batch.rename Y'],
  },
  {
    fact: 'what was sealed in an earlier incarnation too',
    outbox: entries(batch('b', 'X'), rename('b', 'Y')).map((entry) => ({ ...entry, resent: true })),
    left: ['batch.create X', 'batch.rename Y'],
  },
]

test.each(cases)('[S16] $fact', ({ outbox, left }) => {
  expect(names(outbox)).toEqual(left)
})

test('[S16] a name that somebody else has by now is not taken silently', () => {
  const other = judge()
  other.all(batch('a', 'y'))
  expect(names(entries(batch('b', 'X'), rename('b', 'Y')), other.state)).toEqual([
    'batch.create X',
    'batch.rename Y',
  ])
})

test('[S16] what was folded together remembers how it was made', () => {
  const outbox = entries(batch('b', 'X'), rename('b', 'Y'), rename('b', 'Z'))
  const [made] = squash(memory(), outbox, outbox.filter(isSlip), hash).changed
  expect(made?.made_as).toContain('"number":"X"')
})

test('[S16] a renaming that goes out by itself after all goes out where it stood', () => {
  const outbox = entries(batch('b', 'X'), unit('u'), rename('b', 'Y'), unit('v'))
  const { changed, dropped } = squash(memory(), outbox, outbox.filter(isSlip), hash)
  const folded = outbox.flatMap((entry) => {
    if (dropped.includes(entry)) return []
    return changed.find(({ local_id }) => local_id === entry.local_id) ?? entry
  })
  const left = reminted(memory(), folded, { op_id: 'op-1', as_made: true }, { hash, idFrom: () => 'new' })
  const order = [...left].sort((a, b) => a.local_id - b.local_id)
  expect(order.map(({ op }) => `${op.op_id} ${op.operation.type}`)).toEqual([
    'op-2 unit.create',
    'new batch.rename',
    'op-4 unit.create',
  ])
})
