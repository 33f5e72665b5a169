import { expect } from 'vitest'

import type { ReadableDb } from '../../src/main/store/database.ts'
import { readJournal } from '../../src/main/store/journal.ts'
import { liveState } from '../../src/main/store/live.ts'
import { sql } from '../../src/main/store/sql.ts'
import { referredFirst, shapes } from '../../src/main/store/tables.ts'
import { decide } from '../../src/model/decide.ts'
import { faults } from '../../src/model/invariants.ts'
import { live, memory } from '../../src/model/memory.ts'
import type { Row } from '../../src/model/state.ts'
import { START } from './station.ts'

const everything = { seen: () => true, rebased: false, known_deleted: [] }

/** The station itself, as its first start made it: no operation did. */
const itself = (id: string): Row => ({
  noun: 'station',
  id,
  name: 'Line 1',
  key: id,
  scope: '',
  created_at: Date.parse(START),
  created_by_user_id: null,
  created_by_station_id: null,
  deleted: false,
  into: null,
  fields: { image_id: null, team_id: null },
  marks: {},
})

/** Every row that the journal's operations make, decided again from nothing. */
function replay(db: ReadableDb, station_id: string) {
  const state = memory([itself(station_id)])
  for (const entry of readJournal(db)) {
    const mark = { op_id: entry.op_id, incarnation: '', n: 0, station_id: null, seq: null }
    const { result, changed } = decide(state, entry, everything, mark)
    expect(result, `${entry.operation.type} in the journal`).toBe('applied')
    for (const row of changed) state.put(row)
  }
  return state
}

const byId = (rows: Iterable<Row>) =>
  Object.fromEntries([...rows].map((row) => [`${row.noun} ${row.id}`, { ...row, marks: {} }]))

function rowsOf(db: ReadableDb): Record<string, Row> {
  const state = liveState(db)
  return byId(
    referredFirst.flatMap((noun) => {
      const { table, stays } = shapes[noun]
      const text = `SELECT id FROM ${table}${stays ? ' WHERE removed = 0' : ''}`
      return db.all<{ id: string }>({ text, values: [] }).map(({ id }) => state.get(noun, id)!)
    }),
  )
}

/** Rows, deleted rows and counts are what the journal says, and nothing refers to what is not there. */
export function expectJournalToExplainRows(db: ReadableDb, station_id: string): void {
  const state = replay(db, station_id)
  expect(faults(state)).toEqual([])
  expect(rowsOf(db)).toEqual(byId(live(state)))
  const graves = db.all<{ row: string }>(sql`SELECT row FROM graves`)
  const buried = byId(graves.map(({ row }) => JSON.parse(row) as Row))
  expect(buried).toEqual(byId([...state.all()].filter(({ deleted }) => deleted)))
  const counts = db.all<{ id: string; unit_count: number }>(sql`SELECT id, unit_count FROM batches`)
  for (const { id, unit_count } of counts)
    expect(unit_count).toBe(state.members('unit', 'batch_id', id).length)
  const runs = [...live(state, 'run')]
  const shown = db.all<{ noun: string; id: string; run_count: number; last_run: string | null }>(sql`
    SELECT 'procedure' AS noun, id, run_count, NULL AS last_run FROM procedures
    UNION ALL SELECT 'version', id, run_count, NULL FROM versions
    UNION ALL SELECT 'unit', units.id, run_count, runs.id FROM units LEFT JOIN runs ON runs.pk = last_run_pk`)
  for (const { noun, id, run_count, last_run } of shown) {
    const own = runs.filter(({ fields }) => fields[`${noun}_id`] === id)
    expect(run_count, `runs of ${noun} ${id}`).toBe(own.length)
    const started = own.map(({ fields }) => fields['started_at'] as number)
    const last = own.find((run) => run.id === last_run)?.fields['started_at']
    if (noun === 'unit') expect(last).toBe(own.length === 0 ? undefined : Math.max(...started))
  }
}
