import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterEach, beforeEach, expect, test } from 'vitest'

import { type Database, openDatabase } from '../../src/main/store/database.ts'
import { sql } from '../../src/main/store/sql.ts'
import { chainHash } from '../../src/host/hash.ts'
import { openStation, type StationUnderTest } from '../support/station.ts'

/**
 * [I14] What a power cut leaves of a station: the database file as it was, and of its log (the WAL) whatever had reached the disk. A commit is
 * answered when its frames are there, so a log cut behind them must bring it back, and a log cut before must bring none of it.
 */
const HEADER = 32
const FRAME_HEADER = 24

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lotkeeper-cut-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

/** A moment at which everything so far had been answered: how long the log was, and what stood in the database. */
interface Moment {
  readonly length: number
  readonly contents: string
}

/** Every row of every table. */
function contentsOf(db: Database): string {
  const tables = db.all<{ name: string }>(
    sql`SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name`,
  )
  return chainHash(
    JSON.stringify(
      tables.map(({ name }) => [name, db.all({ text: `SELECT * FROM "${name}" ORDER BY 1, 2`, values: [] })]),
    ),
  )
}

/** What scripts do, a request or several at once, each of which is answered before the next. */
const requests = (station: StationUnderTest): readonly (() => Promise<unknown>)[] => {
  const { done } = station
  const unit = (serial_number: string) => ({
    body: { serial_number, part_number: 'PCB', revision_number: 'A' },
  })
  return [
    () => done('POST', '/v2/parts', { body: { number: 'PCB', revision_number: 'A' } }),
    () => done('POST', '/v2/batches', { body: { number: 'LOT-1' } }),
    () => Promise.all(['S-1', 'S-2', 'S-3'].map((name) => done('POST', '/v2/units', unit(name)))),
    () => done('PATCH', '/v2/units/S-1', { body: { batch_number: 'LOT-1' } }),
    () => done('PUT', '/v2/units/S-1/children', { body: { child_serial_number: 'S-2' } }),
    () => done('PATCH', '/v2/batches/LOT-1', { body: { new_number: 'LOT-2' } }),
    () => done('POST', '/v2/batches', { body: { number: 'LOT-1' } }),
    () => done('DELETE', '/v2/units?serial_numbers=S-3'),
    () => done('DELETE', '/v2/batches/LOT-1'),
    () =>
      Promise.all(['A', 'B', 'C', 'D'].map((number) => done('POST', '/v2/batches', { body: { number } }))),
  ]
}

async function liveThrough(): Promise<{ base: string; log: Buffer; moments: readonly Moment[] }> {
  const station = await openStation()
  const { database } = station
  // From here on the file stays as it is and everything new is in the log.
  database.all(sql`PRAGMA wal_checkpoint(TRUNCATE)`)
  database.all(sql`PRAGMA wal_autocheckpoint = 0`)
  expect(database.all(sql`PRAGMA synchronous`)).toEqual([{ synchronous: 2 }])
  const base = join(folder, 'base.db')
  copyFileSync(database.path, base)
  const read = () => readFileSync(`${database.path}-wal`)
  const moments: Moment[] = [{ length: 0, contents: contentsOf(database) }]
  for (const request of requests(station)) {
    await request()
    moments.push({ length: read().length, contents: contentsOf(database) })
  }
  return { base, log: read(), moments }
}

/** Opens what is left, as the next start would. */
function reopened<Found>(base: string, log: Buffer, look: (db: Database) => Found): Found {
  const file = join(folder, 'cut.db')
  copyFileSync(base, file)
  writeFileSync(`${file}-wal`, log)
  rmSync(`${file}-shm`, { force: true })
  const db = openDatabase(file)
  try {
    expect(db.all(sql`PRAGMA integrity_check`)).toEqual([{ integrity_check: 'ok' }])
    expect(db.all(sql`PRAGMA foreign_key_check`)).toEqual([])
    return look(db)
  } finally {
    db.close()
  }
}

test(
  '[I14] a log cut at any frame, and inside it, brings back exactly the commits that were on the disk',
  { timeout: 120_000 },
  async () => {
    const { base, log, moments } = await liveThrough()
    const page = log.readUInt32BE(8)
    const frame = FRAME_HEADER + page
    const frames = (log.length - HEADER) / frame
    expect(Number.isInteger(frames)).toBe(true)
    expect(frames).toBeGreaterThan(moments.length * 2)
    const ends = new Set(moments.map(({ length }) => length))
    let between = 0
    for (let n = 0; n <= frames; n += 1) {
      const end = HEADER + n * frame
      // At the frame's end; in the middle of the next one's page; within its header.
      for (const cut of [end, end + FRAME_HEADER + page / 2, end + FRAME_HEADER / 2]) {
        if (cut > log.length) continue
        if (!ends.has(cut)) between += 1
        const wanted = moments.findLast(({ length }) => length <= cut)!
        expect(reopened(base, log.subarray(0, cut), contentsOf), `cut at ${cut}`).toBe(wanted.contents)
      }
    }
    expect(between).toBeGreaterThan(frames)
  },
)

test(
  '[I14] what the disk wrote only in part, or not at all between two frames, takes back that commit and what came after it',
  { timeout: 120_000 },
  async () => {
    const { base, log, moments } = await liveThrough()
    const page = log.readUInt32BE(8)
    const frame = FRAME_HEADER + page
    for (const [index, { length }] of moments.entries()) {
      const before = moments[index - 1]
      if (before === undefined) continue
      for (const at of [Math.max(before.length, HEADER) + FRAME_HEADER + 7, length - 5]) {
        const torn = Buffer.from(log)
        // The sector still has what was there before: zeros.
        torn.fill(0, at, Math.min(at + 512, length))
        if (torn.equals(log)) torn[at] = torn[at]! ^ 0xff
        expect(reopened(base, torn, contentsOf), `torn at ${at}, frame ${(at - HEADER) / frame}`).toBe(
          before.contents,
        )
      }
    }
  },
)
