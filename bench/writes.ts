import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'

import { newId } from '../src/host/id.ts'
import { readClock } from '../src/host/clock.ts'
import { createAdmin } from '../src/main/admin.ts'
import { createBatch } from '../src/main/store/batches.ts'
import { listBatches } from '../src/main/store/batch-list.ts'
import { type Database, openDatabase } from '../src/main/store/database.ts'
import { createIdentity, userNamed } from '../src/main/store/identity.ts'
import { migrate } from '../src/main/store/migrate.ts'
import type { Brought } from '../src/main/store/records.ts'
import { keepSearchMerged } from '../src/main/store/search-upkeep.ts'
import { sql } from '../src/main/store/sql.ts'
import { type Store, createStore } from '../src/main/store/store.ts'
import type { FileRecord } from '../src/model/record.ts'
import { formatTime } from '../src/model/time.ts'
import { madeBatches, partNumber, uuid } from './data.ts'
import { type Result, atLeast, atMost, median } from './results.ts'

export const actor = { kind: 'user', id: uuid(3, 0) } as const

/** A station on an empty database on the disk, thrown away afterwards. */
export async function withStation<Value>(
  work: (store: Store, database: Database) => Promise<Value>,
): Promise<Value> {
  const folder = mkdtempSync(join(tmpdir(), 'lotkeeper-bench-'))
  const database = openDatabase(join(folder, 'lotkeeper.db'))
  let search: { stop(): void } | undefined
  try {
    migrate(database)
    createIdentity(database, {
      station_id: uuid(1, 0),
      station_name: 'Line 1',
      incarnation: uuid(2, 0),
      created_at: 0,
    })
    userNamed(database, { id: actor.id, name: 'Ada', created_at: 0 })
    const store = createStore(database, { newId, readClock })
    search = keepSearchMerged(store)
    return await work(store, database)
  } finally {
    search?.stop()
    database.close()
    rmSync(folder, { recursive: true })
  }
}

const COUNT = 3_000
const perSecond = (count: number, begun: number) => (count * 1_000) / (performance.now() - begun)

/** Creates of batches, `together` of them in flight at any time. */
function creates(together: number): Promise<number> {
  return withStation(async (store) => {
    const begun = performance.now()
    let made = 0
    const client = async () => {
      while (made < COUNT) {
        const number = `LOT-2026-${String((made += 1)).padStart(6, '0')}`
        await store.commits.write((db) => createBatch(db, store.author(actor), number))
      }
    }
    await Promise.all(Array.from({ length: together }, client))
    return perSecond(COUNT, begun)
  })
}

/** What SQLite alone does for a row with a unique number: one INSERT, one commit, one fsync. */
function bareInserts(): Promise<number> {
  return withStation((_, database) => {
    database.execute(
      'CREATE TABLE bare (pk INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, number TEXT NOT NULL, key TEXT NOT NULL UNIQUE, created_at INTEGER NOT NULL) STRICT',
    )
    const begun = performance.now()
    for (let i = 0; i < COUNT; i++) {
      const number = `LOT-2026-${String(i).padStart(6, '0')}`
      database.run(
        sql`INSERT INTO bare (id, number, key, created_at) VALUES (${newId()}, ${number}, ${number.toLowerCase()}, ${i})`,
      )
    }
    return Promise.resolve(perSecond(COUNT, begun))
  })
}

export async function measureCreates(): Promise<Result[]> {
  const rates = { one: [] as number[], many: [] as number[], bare: [] as number[] }
  for (let round = 0; round < 5; round++) {
    rates.bare.push(await bareInserts())
    rates.one.push(await creates(1))
    rates.many.push(await creates(64))
  }
  const say = (rate: number[]) => Math.round(median(rate))
  return [
    {
      what: 'creates, 64 at a time against one at a time',
      value: median(rates.many.map((rate, i) => rate / rates.one[i]!)),
      target: atLeast(4),
      detail: `${say(rates.many)} against ${say(rates.one)} a second, synchronous=FULL`,
    },
    {
      what: 'create with journal, search and counters against a bare INSERT',
      value: median(rates.one.map((rate, i) => rate / rates.bare[i]!)),
      target: atLeast(0.5),
      detail: `${say(rates.one)} against ${say(rates.bare)} a second, synchronous=FULL`,
    },
  ]
}

function* records(batches: number): Generator<FileRecord> {
  for (const batch of madeBatches(batches))
    for (const serial_number of batch.serials)
      yield {
        batch_number: batch.number,
        batch_created_at: formatTime(batch.created_at),
        serial_number,
        part_number: partNumber(batch.part),
        revision_number: String.fromCharCode(65 + batch.revision),
        created_at: formatTime(batch.created_at),
      }
}

const SLICE_MS = 4
const SLICE = 100

/** The import as a running station does it: slice by slice, each a transaction, checked like any request. */
async function bring(store: Store, all: readonly FileRecord[]): Promise<number> {
  const admin = createAdmin({ store }, undefined, SLICE_MS)
  const begun = performance.now()
  let units = 0
  for (let at = 0; at < all.length;) {
    const records = all.slice(at, at + SLICE)
    const brought = (await admin('records-bring', { records, last: at + SLICE >= all.length })) as Brought
    at += brought.done
    units += brought.units
  }
  return perSecond(units, begun)
}

/** The same rows into the same tables with their indexes, in one transaction, without triggers, journal and search. */
function bareImport(batches: number): Promise<number> {
  return withStation((_, database) => {
    database.execute('PRAGMA foreign_keys = OFF; DROP TRIGGER unit_enters_batch; BEGIN')
    const begun = performance.now()
    let units = 0
    let pk = 0
    for (const batch of madeBatches(batches)) {
      pk += 1
      database.run(sql`INSERT INTO batches (pk, id, number, key, created_at)
        VALUES (${pk}, ${newId()}, ${batch.number}, ${batch.number.toLowerCase()}, ${batch.created_at})`)
      for (const serial of batch.serials) {
        units += 1
        database.run(sql`INSERT INTO units (id, serial_number, key, revision_pk, batch_pk, created_at)
          VALUES (${newId()}, ${serial}, ${serial.toLowerCase()}, ${batch.part * 4 + batch.revision + 1}, ${pk}, ${batch.created_at})`)
      }
    }
    database.execute('COMMIT')
    return Promise.resolve(perSecond(units, begun))
  })
}

export async function measureImport(): Promise<Result[]> {
  const batches = 1_500
  const all = [...records(batches)]
  const rates = { bare: [] as number[], whole: [] as number[] }
  for (let round = 0; round < 3; round++) {
    rates.bare.push(await bareImport(batches))
    rates.whole.push(await withStation((store) => bring(store, all)))
  }
  return [
    {
      what: 'bulk import against a bare indexed insert',
      value: median(rates.whole.map((rate, i) => rate / rates.bare[i]!)),
      target: atLeast(0.3),
      detail: `${Math.round(median(rates.whole))} against ${Math.round(median(rates.bare))} units a second`,
    },
    await measureDelay(),
  ]
}

/** How late the event loop is while 100,000 changes come in and somebody reads. */
function measureDelay(): Promise<Result> {
  return withStation(async (store) => {
    const all = [...records(10_000)].slice(0, 100_000)
    const delay = monitorEventLoopDelay({ resolution: 1 })
    const ask = { limit: 50, cursor: 0, sort_by: 'created_at', sort_order: 'desc' } as const
    const reading = setInterval(
      () => listBatches({ db: store.db, people: store.people, version: store.commits.version }, ask),
      5,
    )
    delay.enable()
    const rate = await bring(store, all)
    delay.disable()
    clearInterval(reading)
    return {
      what: 'largest event-loop delay while 100,000 changes are applied, ms',
      value: delay.max / 1e6,
      target: atMost(50),
      detail: `p99 ${(delay.percentile(99) / 1e6).toFixed(1)} ms, ${Math.round(rate)} changes a second, a list every 5 ms`,
    }
  })
}
