import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterEach, beforeEach, expect, test } from 'vitest'

import { newId, newIds } from '../../src/host/id.ts'
import { createAdmin } from '../../src/main/admin.ts'
import { type Database, openDatabase } from '../../src/main/store/database.ts'
import { createIdentity, userNamed } from '../../src/main/store/identity.ts'
import { migrate } from '../../src/main/store/migrate.ts'
import { sql } from '../../src/main/store/sql.ts'
import { createStore } from '../../src/main/store/store.ts'

let folder: string
let database: Database
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lotkeeper-import-'))
  database = openDatabase(join(folder, 'lotkeeper.db'))
  migrate(database)
  createIdentity(database, { station_id: 'S', station_name: 'Line 1', incarnation: 'I', created_at: 0 })
  userNamed(database, { id: 'U', name: 'Ada', created_at: 0 })
})
afterEach(() => {
  database.close()
  rmSync(folder, { recursive: true })
})

const clock = { wall_ms: 1, boot_id: 'boot', uptime_ms: 1 }
const lines = (from: number) =>
  Array.from({ length: 3 }, (_, i) => ({
    batch_number: 'LOT-7',
    serial_number: `SN-${from + i}`,
    part_number: 'PCB',
    revision_number: 'A',
  }))

test('an import waits for the disk once, with its last slice', async () => {
  const waited: boolean[] = []
  let durable = true
  const watched: Database = {
    ...database,
    get in_transaction() {
      return database.in_transaction
    },
    execute(text) {
      if (text.startsWith('PRAGMA synchronous')) durable = text.endsWith('FULL')
      if (text === 'COMMIT') waited.push(durable)
      database.execute(text)
    },
  }
  const store = createStore(watched, { newId, readClock: () => clock })
  const admin = createAdmin({ store }, undefined, Number.POSITIVE_INFINITY)
  for (const [slice, last] of [false, false, true].entries())
    expect(await admin('records-bring', { records: lines(slice * 3), last })).toMatchObject({ units: 3 })
  expect(waited).toEqual([false, false, true])
  expect(database.one(sql`SELECT unit_count FROM batches`)).toEqual({ unit_count: 9 })
  expect(database.one(sql`SELECT count(*) AS n FROM journal`)).toEqual({ n: 12 })
})

test('ids drawn many at once are UUIDs of version 7, none of them twice', () => {
  const next = newIds()
  const ids = Array.from({ length: 1_000 }, () => next())
  expect(new Set(ids).size).toBe(1_000)
  for (const id of ids)
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  expect(ids.at(-1)!.slice(0, 8) >= ids[0]!.slice(0, 8)).toBe(true)
})
