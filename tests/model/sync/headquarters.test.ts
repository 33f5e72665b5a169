import { expect, test } from 'vitest'

import type { Operation } from '../../../src/model/operation.ts'
import { accepted } from '../../../src/model/sync/acceptance.ts'
import { contentHash, GENESIS, rootOf } from '../../../src/model/sync/chain.ts'
import { type Cursor, origin } from '../../../src/model/sync/cursor.ts'
import { handle } from '../../../src/model/sync/headquarters.ts'
import { onTheWire, sealed, type SealedOperation } from '../../../src/model/sync/journal.ts'
import { type Answer, PROTOCOL_VERSION, type Request } from '../../../src/model/sync/protocol.ts'
import { backupOf, newCentral, storeOf } from '../../simulation/central.ts'
import { digest } from '../../simulation/prng.ts'
import { batch, journaled } from '../../support/judge.ts'

const tools = { hash: digest, sign: (text: string) => digest(`key|${text}`) }

/** Headquarters, and a station's part of the conversation with it. */
function conversation() {
  let central = newCentral('epoch-0')
  const ask = (request: Request): Answer =>
    handle(
      storeOf(
        central,
        () => 0,
        () => {},
      ),
      request,
      tools,
    )
  const envelope = (incarnation: string, cursor: Cursor) => ({
    protocol: PROTOCOL_VERSION,
    station_id: 's',
    incarnation,
    cursor,
  })
  return {
    ask,
    envelope,
    push: (ops: SealedOperation[], incarnation = 'i', cursor = origin) =>
      ask({ kind: 'push', ...envelope(incarnation, cursor), parent: null, ops }),
    pull: (cursor: Cursor, limit = 100) => ask({ kind: 'pull', ...envelope('i', cursor), limit }),
    backup: () => backupOf(central),
    restore: (backup: typeof central) => (central = backupOf(backup)),
    central: () => central,
  }
}

/** A station's chain of these operations. The ones of one request have one `txn_id`. */
function chain(...operations: (Operation & { txn_id?: string })[]): SealedOperation[] {
  let head = { n: 0, hash: GENESIS }
  return operations.map(({ txn_id, ...operation }, index) => {
    const op = journaled(index + 1, operation)
    const made = { ...op, txn_id: txn_id ?? op.txn_id }
    const entry = sealed(digest, accepted(index + 1, made, { seq: 0, hash: '' }, []), 'i', head)
    head = { n: entry.seal!.n, hash: entry.seal!.hash }
    return onTheWire(entry)
  })
}

test('[S18] a push may come twice and late', () => {
  const { push, central } = conversation()
  const ops = chain(batch('a'), batch('b'), batch('c'))
  expect(push(ops.slice(0, 2))).toMatchObject({ kind: 'pushed', chain: { seq: 2 } })
  expect(push(ops)).toMatchObject({ results: [{ seq: 1 }, { seq: 2 }, { seq: 3 }] })
  expect(push(ops.slice(0, 1))).toMatchObject({ results: [{ seq: 1 }], chain: { seq: 3 } })
  expect(central().commits).toHaveLength(3)
})

test('[S18] an operation known from another incarnation is not done again', () => {
  const { push, central } = conversation()
  push(chain(batch('a')))
  expect(push(chain(batch('a')), 'another')).toMatchObject({ kind: 'pushed', results: [{ seq: 1 }] })
  expect(central().commits).toHaveLength(1)
})

test('[S3] [S11] a copy that sends a row as it was made did not know what it was renamed to before that left', () => {
  const { push, central } = conversation()
  const made = chain(batch('a', 'X'))[0]!
  const [folded] = chain(batch('a', 'Y'))
  const made_as = contentHash(digest, journaled(1, batch('a', 'X')), [])
  push([{ ...folded!, made_as }])
  const rename = { type: 'batch.rename', id: 'a', number: 'Z' } as const
  const copy = chain(batch('a', 'X'), rename)
  expect(copy[0]).toEqual(made)
  expect(push(copy, 'copy')).toMatchObject({ kind: 'pushed', results: [{ seq: 1 }, { seq: 2 }] })
  expect(central().commits[1]).toMatchObject({ result: 'rejected', conflicts: [{ kind: 'rename_rename' }] })
  expect(central().rows.get('batch', 'a')?.name).toBe('Y')
})

test('[S18] one op_id with two contents is never applied over the first', () => {
  const { push, central } = conversation()
  push(chain(batch('a', 'X')))
  expect(push(chain(batch('z', 'Y')), 'another')).toMatchObject({ kind: 'collision', op_id: 'op-1' })
  expect(central().incidents).toMatchObject([{ kind: 'collision' }])
  expect([...central().rows.all()]).toHaveLength(1)
})

test('[S18] one row id given to two rows is never taken for one row', () => {
  const { push, central } = conversation()
  push(chain(batch('a', 'X')))
  const [, twin] = chain(batch('a', 'X'), batch('a', 'Y'))
  expect(push(chain(batch('a', 'X'), batch('a', 'Y')))).toMatchObject({
    kind: 'collision',
    op_id: twin?.op_id,
  })
  expect([...central().rows.all()].map(({ name }) => name)).toEqual(['X'])
})

test.each([
  ['starts in the middle', chain(batch('a'), batch('b')).slice(1)],
  ['was tampered with', chain(batch('a')).map((op) => ({ ...op, operation: batch('a', 'EVIL') }))],
  [
    'does not continue itself',
    [chain(batch('a'))[0]!, chain(batch('a'), batch('b'))[0]!].map((op, n) => ({ ...op, n: n * 2 + 1 })),
  ],
])('[S13] a chain that %s is never mended', (_, ops) => {
  expect(conversation().push(ops)).toMatchObject({ kind: 'fork' })
})

test('[S13] a chain that says another past than its station did is another chain', () => {
  const { ask, envelope, push } = conversation()
  push(chain(batch('a')))
  const parent = { incarnation: 'i', upto: 1, hash: chain(batch('a'))[0]!.hash }
  const send = (said: typeof parent) => {
    const entry = accepted(2, journaled(2, batch('b')), { seq: 0, hash: '' }, [])
    const ops = [onTheWire(sealed(digest, entry, 'j', { n: 0, hash: rootOf(digest, said) }))]
    return ask({ kind: 'push', ...envelope('j', origin), parent, ops })
  }
  expect(send({ ...parent, upto: 0 })).toMatchObject({ kind: 'fork', index: [] })
  expect(send(parent)).toMatchObject({ kind: 'pushed', chain: { seq: 1 } })
})

test('[S13] a copied disk is answered fork and reported', () => {
  const { push, central } = conversation()
  push(chain(batch('a'), batch('b')))
  const copy = chain(batch('a'), batch('c')).map((op) => ({ ...op, op_id: `${op.op_id}-copy` }))
  expect(push(copy.slice(1))).toMatchObject({
    kind: 'fork',
    index: [
      [1, expect.any(String)],
      [2, expect.any(String)],
    ],
  })
  expect(central().incidents).toMatchObject([{ kind: 'copied', incarnation: 'i', n: 2 }])
})

test('[S12] a cursor from a history that was lost is answered forked and opens an epoch', () => {
  const { push, pull, backup, restore, central, ask, envelope } = conversation()
  const ops = chain(batch('a'), batch('b'))
  push(ops.slice(0, 1))
  const before = backup()
  push(ops)
  const page = pull(origin)
  if (page.kind !== 'page') throw new Error(page.kind)
  expect(page).toMatchObject({ more: false, to: { seq: 2, epoch: 'epoch-0' } })
  restore(before)
  expect(push(ops, 'i', page.to)).toEqual({ kind: 'forked' })
  expect(central().commits).toHaveLength(1)
  expect(central().epoch).not.toBe('epoch-0')
  expect(central().incidents).toMatchObject([{ kind: 'restored', lost: { seq: 2 } }])
  expect(ask({ kind: 'hello', ...envelope('i', page.to), chain: { seq: 2, hash: 'x' } })).toEqual({
    kind: 'forked',
  })
  expect(central().incidents).toHaveLength(1)
})

test('[S12] a cursor that headquarters never gave out proves nothing', () => {
  const { pull, central } = conversation()
  expect(pull({ epoch: 'epoch-0', seq: 7, hash: 'h', mac: 'forged' })).toEqual({ kind: 'forked' })
  expect(central().epoch).toBe('epoch-0')
})

test('[S19] operations of one request stay on one page', () => {
  const { push, pull } = conversation()
  const request = { txn_id: 'together' }
  push(chain(batch('a'), { ...batch('b'), ...request }, { ...batch('c'), ...request }, batch('d')))
  const page = pull(origin, 2)
  expect(page.kind === 'page' && page.commits.map(({ op_id }) => op_id)).toEqual(['op-1', 'op-2', 'op-3'])
})

test('[S9] [L3] what headquarters cannot read gets a place, and the rest goes on', () => {
  const { push, central } = conversation()
  const gadget = { type: 'gadget.create', id: 'g' } as unknown as Operation
  expect(push(chain(batch('a'), gadget, batch('b')))).toMatchObject({ kind: 'pushed', chain: { seq: 3 } })
  expect(central().commits.map(({ result }) => result)).toEqual(['applied', 'rejected', 'applied'])
  expect(central().commits[1]?.conflicts).toMatchObject([
    { kind: 'unknown_row', field: 'operation', wanted: 'gadget.create' },
  ])
})

test('[S9] of what headquarters is too old to understand whole, what it understands is done and the rest is said', () => {
  const { push, central } = conversation()
  const coloured = { ...batch('a'), colour: 'red' } as unknown as Operation
  expect(push(chain(coloured, batch('b')))).toMatchObject({ kind: 'pushed', chain: { seq: 2 } })
  expect(central().commits).toMatchObject([
    { result: 'partial', conflicts: [{ field: 'operation', wanted: 'batch.create colour' }] },
    { result: 'applied', conflicts: [] },
  ])
  expect(central().rows.get('batch', 'a')?.name).toBeDefined()
})

test('[S9] what cannot be stored gets a place, and the rest goes on', () => {
  const { push, central } = conversation()
  const odd = { type: 'part.create', id: 'p', number: 'P', name: 'a\0b' } as const
  expect(push(chain(batch('a'), odd, batch('b')))).toMatchObject({ kind: 'pushed', chain: { seq: 3 } })
  expect(central().commits.map(({ result }) => result)).toEqual(['applied', 'rejected', 'applied'])
  expect(central().commits[1]?.conflicts).toMatchObject([{ field: 'text', wanted: 'part.create' }])
})

test('[S20] another version is told so', () => {
  const { ask, envelope } = conversation()
  expect(ask({ kind: 'pull', ...envelope('i', origin), protocol: 99, limit: 1 })).toEqual({
    kind: 'upgrade_required',
    protocol: PROTOCOL_VERSION,
  })
})
