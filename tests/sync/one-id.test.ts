import { afterAll, expect, test } from 'vitest'

import { standingId } from '../../src/main/store/aliases.ts'
import { baseState, markedState } from '../../src/main/store/base.ts'
import type { Query } from '../../src/main/store/sql.ts'
import { firstMeta } from '../../src/main/store/sync-state.ts'
import { whereaboutsOf } from '../../src/main/store/whereabouts.ts'
import type { Operation } from '../../src/model/operation.ts'
import type { Noun, Row } from '../../src/model/state.ts'
import { closeTwins, enter, liveRows, newTwin, type Twin, write } from './twin.ts'

/** [S18] Rows of two nouns that have one id, as a machine whose memory was resumed twice gives it: neither takes anything of the other's. */

afterAll(closeTwins)

const ID = 'one'

function row(noun: Noun, id: string, said: Partial<Row> = {}): Row {
  const mark = { op_id: `made ${noun} ${id}`, incarnation: 'far', n: 1, station_id: null, seq: 0 }
  const name = `${noun}-${id}`
  const fields: Partial<Record<Noun, Row['fields']>> = {
    part: { name: 'Board' },
    revision: { part_id: ID, image_id: null },
    unit: { revision_id: ID, batch_id: ID, parent_id: null, sample: null, metadata: {} },
  }
  return {
    noun,
    id,
    name,
    key: name.toLowerCase(),
    scope: noun === 'revision' ? ID : '',
    created_at: 1,
    created_by_user_id: null,
    created_by_station_id: null,
    deleted: false,
    into: null,
    fields: fields[noun] ?? {},
    marks: { created: mark },
    ...said,
  }
}

const part = row('part', ID)
const revision = row('revision', ID)
const batch = row('batch', ID)
const unit = row('unit', ID)
const all = [part, revision, batch, unit]

function station(): Twin {
  const twin = newTwin(firstMeta('s', 'i'))
  write(twin, { base: all })
  return twin
}

let ops = 0
const ask = (twin: Twin, operation: Operation) =>
  enter(
    twin,
    {
      op_id: `op-${(ops += 1)}`,
      txn_id: `txn-${ops}`,
      actor: { kind: 'station', id: 's' },
      clock: { wall_ms: 2, boot_id: 'boot', uptime_ms: 2 },
      created_at: 2,
      operation,
    },
    true,
  )

const at = (state: ReturnType<typeof baseState>) => all.map(({ noun, id }) => state.get(noun, id))
const base = ({ db }: Twin) => at(baseState(db))
const live = ({ db }: Twin) => at(markedState(db))

test('[S18] a page brings rows of one id together or one after the other, each with its own marks', () => {
  const together = station()
  const one_by_one = newTwin(firstMeta('s', 'i'))
  for (const one of all) write(one_by_one, { base: [one] })
  for (const twin of [together, one_by_one]) {
    expect(base(twin)).toEqual(all)
    expect(live(twin)).toEqual(all)
  }
})

test('[S18] what waits for the one leaves the other as headquarters has it', () => {
  const twin = station()
  expect(ask(twin, { type: 'batch.rename', id: ID, number: 'LOT-8' })).toBe(true)
  expect(base(twin)).toEqual(all)
  expect(live(twin)).toEqual([part, revision, expect.objectContaining({ name: 'LOT-8' }), unit])
  expect(ask(twin, { type: 'part.update', id: ID, name: 'Case' })).toBe(true)
  expect(ask(twin, { type: 'unit.update', id: ID, sample: 'golden' })).toBe(true)
  expect(base(twin)).toEqual(all)
  expect(whereaboutsOf(twin.db, twin.synced, ID)).toBe('local')

  // Headquarters changes one of them below what waits.
  const named = { ...batch, fields: {}, created_at: 7 }
  write(twin, { base: [named] })
  expect(base(twin)).toEqual([part, revision, named, unit])
  expect(live(twin)[0]).toMatchObject({ noun: 'part', fields: { name: 'Case' } })
  expect(live(twin)[2]).toMatchObject({ noun: 'batch', name: 'LOT-8', created_at: 7 })
})

test('[S18] one is deleted, one is joined, and each answers for itself', () => {
  const twin = station()
  const gone = row('unit', ID, { deleted: true })
  const winner = row('batch', 'winner')
  const joined = row('batch', ID, { into: 'winner' })
  write(twin, { base: [gone, winner, joined] })
  const { db } = twin
  expect(live(twin)).toEqual([part, revision, joined, gone])
  expect(base(twin)).toEqual([part, revision, joined, gone])
  expect(markedState(db).joined('batch', 'winner')).toEqual([joined])
  expect(markedState(db).joined('part', 'winner')).toEqual([])
  expect([standingId(db, 'batch', ID), standingId(db, 'part', ID)]).toEqual(['winner', ID])

  // The unit comes back: the batch stays where it went.
  const back = row('unit', ID, { fields: { ...unit.fields, batch_id: 'winner' } })
  write(twin, { base: [back] })
  expect(live(twin)).toEqual([part, revision, joined, back])
  expect(standingId(db, 'batch', ID)).toBe('winner')
  // Two of one id in the earth.
  write(twin, { base: [gone] })
  expect(live(twin)).toEqual([part, revision, joined, gone])
})

test('[S18] what was never done after all leaves the row of its id', () => {
  const twin = newTwin(firstMeta('s', 'i'))
  write(twin, { base: [part] })
  expect(ask(twin, { type: 'batch.create', id: ID, number: 'LOT-1' })).toBe(true)
  expect(live(twin).map((found) => found?.noun)).toEqual(['part', undefined, 'batch', undefined])
  const [entry] = twin.synced.outbox.list(twin.db)
  write(twin, { outbox: { put: [], remove: [entry!.op.op_id] }, base: [] })
  expect(live(twin)).toEqual([part, undefined, undefined, undefined])
  expect(base(twin)).toEqual([part, undefined, undefined, undefined])
})

test('[S18] a new history has the one and not the other', () => {
  const twin = station()
  write(twin, { stage_is: 'empty' })
  const other = { ...revision, name: 'B', key: 'b' }
  write(twin, { stage: { rows: [part, other], words: [], own: new Map() } })
  write(twin, { stage_is: 'take' })
  expect(live(twin)).toEqual([part, other, undefined, undefined])
  expect(base(twin)).toEqual([part, other, undefined, undefined])
})

test('[S18] fields that are unknown here are kept for each', () => {
  const twin = newTwin(firstMeta('s', 'i'))
  const newer = all.map((one) => ({ ...one, fields: { ...one.fields, [`${one.noun}_new`]: 1 } }))
  write(twin, { base: newer })
  write(twin, { base: [batch] })
  const kept = { text: 'SELECT noun FROM deferred_fields ORDER BY noun', values: [] }
  expect(twin.db.all(kept)).toEqual([{ noun: 'part' }, { noun: 'revision' }, { noun: 'unit' }])
})

test('a page and a script find rows by their names, and read none of these tables whole', () => {
  const { db, synced } = station()
  const asked = new Map<string, Query>()
  const watch = (query: Query) => (asked.set(query.text, query), query)
  const watched: Twin = {
    synced,
    db: {
      ...db,
      one: (query) => db.one(watch(query)),
      all: (query) => db.all(watch(query)),
      rows: (query) => db.rows(watch(query)),
      run: (query) => db.run(watch(query)),
    },
  }
  for (const operation of [
    { type: 'batch.rename', id: ID, number: 'LOT-8' },
    { type: 'unit.delete', id: ID },
    { type: 'batch.create', id: 'b', number: 'LOT-9' },
  ] as const)
    expect(ask(watched, operation)).toBe(true)
  write(watched, {
    base: [row('unit', ID), row('batch', 'b'), row('part', 'b'), row('batch', 'c', { into: 'b' })],
  })
  liveRows(watched.db).forEach(({ noun, id }) => {
    baseState(watched.db).get(noun, id)
    baseState(watched.db).joined(noun, id)
    standingId(watched.db, noun, id)
  })
  baseState(watched.db).members('unit', 'batch_id', ID)
  const named = /\b(row_marks|base_rows|base_references|graves|aliases|deferred_fields)\b/
  const plans = [...asked.values()]
    .filter(({ text }) => named.test(text) && !/LIMIT 1$|UNION ALL/.test(text))
    .flatMap(({ text, values }) =>
      db
        .all<{ detail: string }>({ text: `EXPLAIN QUERY PLAN ${text}`, values })
        .map(({ detail }) => ({ detail, text })),
    )
  expect(plans.length).toBeGreaterThan(15)
  expect(
    plans.filter(({ detail }) => detail.startsWith('SCAN') && !/^SCAN (json_each|CONSTANT ROW)/.test(detail)),
  ).toEqual([])
  // By the whole name, not by the id alone.
  const by_name = plans.filter(({ detail }) => /PRIMARY KEY/.test(detail) && named.test(detail))
  expect(by_name.length).toBeGreaterThan(8)
  expect(by_name.filter(({ detail }) => !/\(id=\? AND noun=\?\)|base_references/.test(detail))).toEqual([])
})
