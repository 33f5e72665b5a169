import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'

import type { Database } from '../../src/central/store/database.ts'
import { dueByProgram, TRIES_MAX } from '../../src/central/store/second-tries.ts'
import { createSequencer } from '../../src/central/store/sequencer.ts'
import { sql } from '../../src/central/store/sql.ts'
import { chainHash } from '../../src/host/hash.ts'
import type { JournaledOperation, Operation } from '../../src/model/operation.ts'
import { tryAgain } from '../../src/model/sync/again.ts'
import { handle } from '../../src/model/sync/headquarters.ts'
import { type Understand, understood } from '../../src/model/sync/judge.ts'
import type { Commit, PushRequest } from '../../src/model/sync/protocol.ts'
import { newCentral, storeOf } from '../simulation/central.ts'
import { prng } from '../simulation/prng.ts'
import { emptyDatabase, openDatabase, stopServer } from '../support/central.ts'
import { createChain } from '../support/chain.ts'

const tools = { hash: chainHash, sign: (text: string) => chainHash(`secret|${text}`) }

/** What comes of these pushes in memory. */
function inMemory(pushes: readonly PushRequest[]): readonly Commit[] {
  const central = newCentral('epoch-0')
  const store = () =>
    storeOf(
      central,
      () => 0,
      () => {},
      TRIES_MAX,
    )
  for (const push of pushes) {
    handle(store(), push, tools)
    while (store().due() !== undefined) tryAgain(store(), tools)
  }
  return central.commits
}

async function inDatabase(db: Database, pushes: readonly PushRequest[]): Promise<readonly Commit[]> {
  await emptyDatabase(db)
  await db.rows(sql`UPDATE headquarters SET epoch = 'epoch-0'`)
  for (const push of pushes) {
    // A new process each time: nothing that it knows can help.
    const sequencer = createSequencer(db, () => 0)
    await sequencer.write((store, entries) => {
      for (const op of push.ops) entries.set(op.op_id, op as unknown as JournaledOperation)
      return handle(store, push, tools)
    }, push)
    await sequencer.idle()
  }
  return db.rows<Commit>(sql`
    SELECT seq, hash, op_id, txn_id, station_id, result, rows, conflicts FROM commits ORDER BY seq`)
}

/** As a test reads it: the second try of what, and what came of it. */
const told = (commits: readonly Commit[]) =>
  commits.map(({ op_id, result, conflicts }) =>
    [op_id.includes('.') ? 'again' : 'first', result, ...conflicts.map(({ kind }) => kind)].join(' '),
  )

const last = (commits: readonly Commit[], id: string) =>
  commits
    .flatMap(({ rows }) => rows)
    .filter((row) => row.id === id)
    .at(-1)

const part: Operation = { type: 'part.create', id: 'p', number: 'PCB', name: 'Board' }
const revision: Operation = { type: 'revision.create', id: 'r', part_id: 'p', number: 'A' }
const batch: Operation = { type: 'batch.create', id: 'b', number: 'LOT-7' }
const unit = (id: string, batch_id: string | null = null): Operation => ({
  type: 'unit.create',
  id,
  serial_number: `SN-${id}`,
  revision_id: 'r',
  batch_id,
  sample: null,
  metadata: {},
})
const set = (id: string, a: number): Operation => ({ type: 'unit.update', id, metadata: { a } })
const move = (id: string, batch_id: string | null): Operation => ({ type: 'unit.move', id, batch_id })

const early = () => createChain('early')
const late = () => createChain('late')

/** Three stations do things with each other's rows, and their pushes come in any order. */
function disorder(seed: number): readonly PushRequest[] {
  const r = prng(seed)
  const kinds = ['part', 'revision', 'batch', 'unit', 'unit', 'unit'] as const
  const made: { readonly noun: (typeof kinds)[number]; readonly id: string }[] = []
  const some = (noun: (typeof kinds)[number]) => r.pick(made.filter((one) => one.noun === noun))?.id
  const next = (): Operation | null => {
    const noun = r.pick(kinds)
    const id = `${noun}-${made.length}`
    const number = `N-${r.int(1, 30)}`
    const [part_id, revision_id, unit_id] = [some('part'), some('revision'), some('unit')]
    const batch_id = some('batch') ?? null
    if (r.chance(0.4) && unit_id !== undefined)
      return r.pick<() => Operation>([
        () => ({ type: 'unit.move', id: unit_id, batch_id }),
        () => set(unit_id, r.int(1, 5)),
        () => ({ type: 'unit.update', id: unit_id, sample: 'golden', revision_id: revision_id }),
        () => ({ type: 'unit.add_child', id: unit_id, child_id: some('unit') }),
        () => ({ type: 'unit.delete', id: unit_id }),
        () => ({ type: 'batch.delete', id: batch_id ?? 'none' }),
      ])()
    if (noun === 'revision' && part_id === undefined) return null
    if (noun === 'unit' && revision_id === undefined) return null
    made.push({ noun, id })
    if (noun === 'part') return { type: 'part.create', id, number, name: number }
    if (noun === 'revision') return { type: 'revision.create', id, part_id: part_id, number }
    if (noun === 'batch') return { type: 'batch.create', id, number }
    return { ...unit(id, batch_id), serial_number: number, revision_id } as Operation
  }
  const chains = ['a', 'b', 'c'].map(createChain)
  const queues = chains.map((): Operation[] => [])
  for (let count = 0; count < 60; count += 1) {
    const operation = next()
    if (operation !== null) r.pick(queues).push(operation)
  }
  const pushes: PushRequest[] = []
  while (queues.some(({ length }) => length > 0)) {
    const at = r.int(0, 2)
    const ops = queues[at]!.splice(0, r.int(1, 8))
    if (ops.length > 0) pushes.push(chains[at]!.push(ops))
  }
  return pushes
}

describe.each(['postgres', 'pglite'] as const)('%s', (kind) => {
  let db: Database
  beforeAll(async () => {
    db = await openDatabase(kind)
  }, 120_000)
  beforeEach(() => emptyDatabase(db))
  afterAll(async () => {
    await db.close()
    stopServer()
  })

  /** What comes of the pushes in this database, which is what comes of them in memory, hash for hash. */
  async function came(pushes: readonly PushRequest[]): Promise<readonly Commit[]> {
    const commits = await inDatabase(db, pushes)
    expect(commits).toEqual(JSON.parse(JSON.stringify(inMemory(pushes))))
    return commits
  }

  test('[S22] what waits for a row is done when the row comes, in the order in which it came', async () => {
    const one = early()
    const pushes = [
      one.push([unit('u', 'b'), set('u', 1), set('u', 2)]),
      one.push([move('u', null), move('u', 'b')]),
      late().push([part, revision]),
      createChain('later').push([batch]),
    ]
    const commits = await came(pushes)
    expect(told(commits)).toEqual([
      'first rejected dangling_ref',
      'first rejected unknown_row',
      'first rejected unknown_row',
      'first rejected unknown_row',
      'first rejected unknown_row',
      'first applied',
      'first applied',
      'again partial answered dangling_ref',
      'again applied answered',
      'again applied answered',
      'again noop answered',
      'again rejected answered dangling_ref',
      'first applied',
      'again applied answered',
      'again noop answered',
    ])
    expect(last(commits, 'u')).toMatchObject({ fields: { batch_id: 'b', metadata: { a: 2 } } })
    expect(await db.rows(sql`SELECT 1 FROM conflicts WHERE decided_at IS NULL`)).toEqual([])
    expect(await db.rows(sql`SELECT 1 FROM conflicts WHERE awaits IS NOT NULL OR due`)).toEqual([])
  })

  test('[S22] of what was done without a row, only that is done which was left', async () => {
    const here = createChain('here')
    const pushes = [
      here.push([part, revision, batch]),
      early().push([unit('u', 'b2'), unit('v', 'b2'), unit('w', 'b2')]),
    ]
    // Somebody who saw them without the batch goes on with two of them.
    const [base] = inMemory(pushes).slice(-1)
    pushes.push(here.push([move('v', 'b'), { type: 'unit.delete', id: 'w' }], undefined, base))
    pushes.push(late().push([{ ...batch, id: 'b2', number: 'LOT-8' }]))
    const commits = await came(pushes)
    expect(told(commits).slice(-6)).toEqual([
      'first applied',
      'first applied',
      'first applied',
      'again applied answered',
      'again rejected answered field_field',
      'again noop answered',
    ])
    expect(last(commits, 'u')!.fields['batch_id']).toBe('b2')
    expect(last(commits, 'v')!.fields['batch_id']).toBe('b')
    expect(last(commits, 'w')!.deleted).toBe(true)
  })

  test('[S22] what headquarters was too old for is done when it is upgraded, and what waited for that', async () => {
    const one = early()
    const push = one.push([part, revision, unit('u'), set('u', 1), batch])
    const old: Understand = (operation) =>
      operation.type === 'revision.create' ? undefined : understood(operation)
    const sequencer = createSequencer(db, () => 0)
    await sequencer.write((store, entries) => {
      for (const op of push.ops) entries.set(op.op_id, op as unknown as JournaledOperation)
      return handle(store, push, { ...tools, understand: old })
    }, push)
    await sequencer.idle()
    const commits = () =>
      db.rows<Commit>(sql`SELECT op_id, result, rows, conflicts FROM commits ORDER BY seq`)
    expect(told(await commits())).toEqual([
      'first applied',
      'first rejected unknown_row',
      'first rejected dangling_ref',
      'first rejected unknown_row',
      'first applied',
    ])

    expect(await dueByProgram(db)).toBe(1)
    const upgraded = createSequencer(db, () => 0)
    upgraded.goOn()
    await upgraded.idle()
    expect(told(await commits()).slice(5)).toEqual([
      'again applied answered',
      'again applied answered',
      'again applied answered',
    ])
    expect(last(await commits(), 'u')).toMatchObject({ fields: { revision_id: 'r', metadata: { a: 1 } } })
    expect(await db.rows(sql`SELECT 1 FROM conflicts WHERE awaits IS NOT NULL OR due`)).toEqual([])
    expect(await dueByProgram(db)).toBe(0)
  })

  test('[S22] what a person answered is not tried again, and a repetition is no second try', async () => {
    const one = early()
    const asked = one.push([set('u', 1), set('u', 2)])
    const record = `${asked.ops[0]!.op_id}-0`
    const pushes = [
      asked,
      one.push([{ type: 'conflict.answer', id: record, answer: 'ok', undo: '[]' }]),
      one.push([{ type: 'conflict.answer', id: record, answer: null, undo: '[]' }]),
      asked,
      late().push([part, revision, unit('u')]),
      asked,
    ]
    const commits = await came(pushes)
    expect(told(commits).slice(4)).toEqual([
      'first applied',
      'first applied',
      'first applied',
      'again applied answered',
    ])
    expect(last(commits, 'u')!.fields['metadata']).toEqual({ a: 2 })
    const open = await db.rows<{ answer: string | null }>(sql`SELECT answer FROM conflicts ORDER BY seq`)
    expect(open.map(({ answer }) => answer)).toEqual([null, 'again'])
  })

  test('[S22] more than one transaction tries again is done in several, and nothing is left', async () => {
    const waiting = Array.from({ length: TRIES_MAX + 20 }, (_, i) => unit(`u${i}`))
    const commits = await came([early().push(waiting), late().push([part, revision])])
    expect(told(commits).filter((words) => words === 'again applied answered')).toHaveLength(waiting.length)
    expect(await db.rows(sql`SELECT 1 FROM conflicts WHERE awaits IS NOT NULL`)).toEqual([])
  })

  test.each(kind === 'postgres' ? [1, 2, 3, 4, 5, 6, 7, 8] : [1, 2])(
    '[S22] pushes in any order come out as in memory (%i)',
    async (seed) => {
      const commits = await came(disorder(seed))
      expect(told(commits).some((words) => words.startsWith('again'))).toBe(true)
    },
    60_000,
  )
})
