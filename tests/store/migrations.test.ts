import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterEach, beforeEach, describe, expect, test } from 'vitest'

import { textOf } from '../../src/http/wire.ts'
import { createStationApp } from '../../src/main/api/app.ts'
import { nowhere } from '../../src/main/store/blob-files.ts'
import { openFiles } from '../../src/main/open-files.ts'
import { type Database, openDatabase } from '../../src/main/store/database.ts'
import { createKey } from '../../src/main/store/keys.ts'
import { knownVersion, migrate, schemaVersion } from '../../src/main/store/migrate.ts'
import { sql } from '../../src/main/store/sql.ts'
import { createStore } from '../../src/main/store/store.ts'
import { wireRequest } from '../support/station.ts'

let folder: string
let database: Database

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lotkeeper-migrations-'))
  database = openDatabase(join(folder, 'station.db'))
})

afterEach(() => {
  database.close()
  rmSync(folder, { recursive: true })
})

/** What a station of the first release had: one batch with two units, one of them inside the other, and its journal. */
function fillVersion1(): void {
  database.execute(`
    INSERT INTO meta (name, value) VALUES ('station_id', 's-1'), ('incarnation', 'i-1');
    INSERT INTO users (pk, id, email, name, created_at) VALUES (1, 'u-1', 'ada@example.com', 'Ada', 1);
    INSERT INTO stations (pk, id, name, created_at) VALUES (1, 's-1', 'Line 1', 1);
    INSERT INTO parts (pk, id, number, key, name, created_at, created_by_user_pk) VALUES (1, 'p-1', 'PCB-7', 'pcb-7', 'Board', 1, 1);
    INSERT INTO revisions (pk, id, part_pk, number, key, created_at, created_by_user_pk) VALUES (1, 'r-1', 1, 'A', 'a', 1, 1);
    INSERT INTO batches (pk, id, number, key, created_at, created_by_user_pk) VALUES (1, 'b-1', 'LOT-1', 'lot-1', 1, 1);
    INSERT INTO units (pk, id, serial_number, key, revision_pk, batch_pk, created_at, created_by_user_pk)
      VALUES (1, 'n-1', 'SN-1', 'sn-1', 1, 1, 1, 1);
    INSERT INTO units (pk, id, serial_number, key, revision_pk, batch_pk, parent_pk, created_at, created_by_station_pk)
      VALUES (2, 'n-2', 'SN-2', 'sn-2', 1, 1, 1, 1, 1);
    INSERT INTO search_pending (batch_pk, key) VALUES (1, 'lot-1'), (1, 'sn-1'), (1, 'sn-2');
    INSERT INTO authors (pk, actor_kind, actor_id, boot_id) VALUES (1, 'user', 'u-1', 'boot');
    INSERT INTO journal (op_id, txn_id, author_pk, wall_ms, uptime_ms, created_at, operation)
      VALUES ('o-1', 't-1', 1, 1, 1, 1, '{"type":"batch.create","id":"b-1","number":"LOT-1"}');`)
}

describe('a database of an earlier release', () => {
  test.each(Array.from({ length: knownVersion() }, (_, i) => i + 1))(
    'of version %i is brought up to date with all it holds',
    async (version) => {
      migrate(database, 1)
      fillVersion1()
      migrate(database, version)
      expect(schemaVersion(database)).toBe(version)
      expect(migrate(database)).toEqual({ kind: 'current', version: knownVersion(), from: version })

      expect(database.one(sql`PRAGMA integrity_check`)).toEqual({ integrity_check: 'ok' })
      expect(database.all(sql`PRAGMA foreign_key_check`)).toEqual([])
      expect(database.all(sql`SELECT n FROM batch_revisions`)).toEqual([{ n: 2 }])
      for (const run of ['batch_parts', 'batch_revision_keys'])
        expect(database.all({ text: `SELECT n FROM ${run}`, values: [] })).toEqual([{ n: 1 }])
      expect(database.one(sql`SELECT operation FROM journal`)).toEqual({
        operation: '{"type":"batch.create","id":"b-1","number":"LOT-1"}',
      })

      const clock = { wall_ms: 2, boot_id: 'boot', uptime_ms: 2 }
      let ids = 0
      const store = createStore(database, { newId: () => `new-${(ids += 1)}`, readClock: () => clock })
      await store.commits.write((db) =>
        createKey(db, {
          id: 'k-1',
          name: 'test',
          key: 'lk_user',
          owner: { kind: 'user', id: 'u-1' },
          created_at: 1,
        }),
      )
      const room = { attachment_max: 1, disk_reserve: 0 }
      const app = await createStationApp({
        store,
        files: {
          ...(await openFiles(store, { attachments: join(folder, 'attachments') }, room)),
          source: nowhere,
        },
        onDefect(error) {
          throw error
        },
      })
      const ask = async (method: string, target: string, body?: unknown) => {
        const answer = await app(wireRequest(method, target, { body }).request)
        return JSON.parse(await textOf(answer)) as unknown
      }
      expect(await ask('GET', '/v2/batches?search_query=n-2&part_numbers=pcb-7')).toMatchObject({
        data: [{ id: 'b-1', number: 'LOT-1', unit_count: 2, created_by_user: { name: 'Ada' } }],
      })
      expect(await ask('PATCH', '/v2/units/sn-2', { batch_number: null })).toEqual({ id: 'n-2' })
      expect(await ask('GET', '/v2/batches/lot-1')).toMatchObject({ units: [{ serial_number: 'SN-1' }] })
      expect(await ask('GET', '/v2/units/SN-2')).toMatchObject({ parent: { id: 'n-1' }, batch: null })
    },
  )
})

test('what is known of rows by their ids alone is known by noun and id afterwards, all of it', () => {
  migrate(database, 13)
  database.execute(`
    INSERT INTO row_marks (id, noun, in_base, marks) VALUES ('b', 'batch', 1, '{"created":["o",1,1,1]}'), ('a', 'unit', 0, '{}');
    INSERT INTO base_rows (id, noun, scope, key, row) VALUES ('a', 'unit', '', 'sn-1', '{"fields":{}}'), ('c', 'batch', '', NULL, '{}');
    INSERT INTO stage_rows (id, noun, same, row) VALUES ('a', 'unit', 1, NULL), ('b', 'batch', 0, '{}');
    INSERT INTO aliases (id, noun, into_id) VALUES ('d', 'batch', 'b');
    INSERT INTO graves (id, noun, row, scope, key) VALUES ('d', 'batch', '{}', '', NULL), ('e', 'part', '{}', '', 'pcb');
    INSERT INTO deferred_fields (id, noun, fields) VALUES ('b', 'batch', '{"new":1}');`)
  const tables = ['row_marks', 'base_rows', 'stage_rows', 'aliases', 'graves', 'deferred_fields']
  const dump = () =>
    tables.map((table) => database.all({ text: `SELECT * FROM ${table} ORDER BY id`, values: [] }))
  const indexes = () =>
    database.all(sql`SELECT name, tbl_name, sql FROM sqlite_schema WHERE type = 'index' ORDER BY name`)
  const before = [dump(), indexes()]
  migrate(database)
  expect([dump(), indexes()]).toEqual(before)
  expect(database.all(sql`SELECT name FROM sqlite_schema WHERE name LIKE '%_by_id'`)).toEqual([])
  for (const table of tables)
    expect(
      database.all({
        text: `SELECT name FROM pragma_table_info('${table}') WHERE pk > 0 ORDER BY pk`,
        values: [],
      }),
    ).toEqual([{ name: 'id' }, { name: 'noun' }])
})

test('a database of a later release is left as it is', () => {
  migrate(database)
  const future = knownVersion() + 1
  database.execute(`PRAGMA user_version = ${future}`)
  const before = database.all(sql`SELECT type, name, sql FROM sqlite_schema`)
  expect(migrate(database)).toEqual({ kind: 'newer', version: future, known: knownVersion() })
  expect(database.all(sql`SELECT type, name, sql FROM sqlite_schema`)).toEqual(before)
  expect(schemaVersion(database)).toBe(future)
})
