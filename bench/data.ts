import { closeSync, existsSync, mkdirSync, openSync, readSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'

import { type Database, openDatabase } from '../src/main/store/database.ts'
import { createIdentity, userNamed } from '../src/main/store/identity.ts'
import { migrate } from '../src/main/store/migrate.ts'
import { mergePending, noteTextUnmerged } from '../src/main/store/search.ts'
import { sql } from '../src/main/store/sql.ts'

/*
 * A factory's five years: 500 parts of which few are popular (Zipf), 2,000 revisions, ten units a batch, one batch of 5,000
 * units, 1 % of batches made in the same millisecond as another. The same seed always gives the same rows.
 */
export const FOLDER = join(import.meta.dirname, 'data')
const FIRST = Date.UTC(2021, 0, 4)
const SPAN_MS = 5 * 365 * 86_400_000
export const LAST = FIRST + SPAN_MS
export const UNITS_PER_BATCH = 10
const PARTS = 500
const REVISIONS_PER_PART = 4
const BIG_BATCH_UNITS = 5_000
/** Moves with whatever changes the rows below or their tables. */
const EDITION = 1

/** A small generator that repeats itself: uniform in 0..1. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** Index of a part; the k-th is asked for in proportion to 1/k. */
function zipf(count: number): (chance: number) => number {
  const sums: number[] = []
  let total = 0
  for (let k = 1; k <= count; k++) sums.push((total += 1 / k))
  return (chance) => {
    const wanted = chance * total
    let low = 0
    let high = count - 1
    while (low < high) {
      const middle = (low + high) >> 1
      if (sums[middle]! < wanted) low = middle + 1
      else high = middle
    }
    return low
  }
}

const two = (n: number) => String(n).padStart(2, '0')
const letters = (n: number) =>
  String.fromCharCode(65 + (n % 26), 65 + (Math.floor(n / 26) % 26), 65 + ((n * 7) % 26))

export const partNumber = (index: number) => `${letters(index)}-${1000 + index}`

interface MadeBatch {
  readonly number: string
  readonly created_at: number
  readonly part: number
  readonly revision: number
  readonly serials: readonly string[]
}

/** The batches of a factory of this size, oldest first. */
export function* madeBatches(count: number): Generator<MadeBatch> {
  const chance = seeded(count)
  const pickPart = zipf(PARTS)
  let unit = 0
  let created_at = FIRST
  for (let i = 0; i < count; i++) {
    if (chance() >= 0.01) created_at = FIRST + Math.floor(((i + chance()) / count) * SPAN_MS)
    const part = pickPart(chance())
    const at = new Date(created_at)
    const month = `${two(at.getUTCFullYear() - 2000)}${two(at.getUTCMonth() + 1)}`
    const units =
      i === Math.floor(count / 2) ? BIG_BATCH_UNITS : 1 + Math.floor(chance() * (2 * UNITS_PER_BATCH - 1))
    const serials: string[] = []
    for (let u = 0; u < units; u++)
      serials.push(`${letters(part)}${month}-${String((unit += 1)).padStart(7, '0')}`)
    // Five batches in any factory carry a mark that nothing else has.
    const mark = i % Math.floor(count / 5) === 7 ? '.QX' : ''
    yield {
      number: `LOT-${at.getUTCFullYear()}-${String(i).padStart(6, '0')}${mark}`,
      created_at,
      part,
      revision: Math.floor(chance() * REVISIONS_PER_PART),
      serials,
    }
  }
}

/** Opens the database of this size, made when it is not there yet. */
export function openData(count: number): Database {
  const path = dataPath(count)
  if (!existsSync(path)) make(count, path)
  const db = openDatabase(path)
  migrate(db)
  return db
}

/** A data folder as the station has it, so that it can be started on it. */
export const dataFolder = (count: number) => join(FOLDER, `${count}-${EDITION}`)
const dataPath = (count: number) => join(dataFolder(count), 'lotkeeper.db')

/** Reads the file once, so that what is measured is not whether the system still had it in memory. */
export function warm(count: number): void {
  const file = openSync(dataPath(count), 'r')
  const bytes = Buffer.allocUnsafe(8 * 2 ** 20)
  while (readSync(file, bytes) > 0);
  closeSync(file)
}

export const uuid = (kind: number, index: number) =>
  `00000000-000${kind}-7000-8000-${index.toString(16).padStart(12, '0')}`

function make(count: number, path: string): void {
  mkdirSync(dataFolder(count), { recursive: true })
  const unfinished = `${path}.unfinished`
  for (const end of ['', '-wal', '-shm']) rmSync(unfinished + end, { force: true })
  const begun = performance.now()
  const db = openDatabase(unfinished)
  migrate(db)
  // A half-made file is thrown away: nothing here needs to survive a power cut.
  db.execute('PRAGMA synchronous = OFF; PRAGMA cache_size = -1000000; PRAGMA wal_autocheckpoint = 50000')
  db.execute('BEGIN')
  createIdentity(db, {
    station_id: uuid(1, 0),
    station_name: 'Line 1',
    incarnation: uuid(2, 0),
    created_at: FIRST,
  })
  userNamed(db, { id: uuid(3, 0), name: 'Ada', created_at: FIRST })
  makeParts(db)
  let texts = 0
  let unit = 0
  let pk = 0
  for (const batch of madeBatches(count)) {
    pk += 1
    const key = batch.number.toLowerCase()
    db.run(sql`INSERT INTO batches (pk, id, number, key, created_at, created_by_user_pk, created_by_station_pk)
      VALUES (${pk}, ${uuid(4, pk)}, ${batch.number}, ${key}, ${batch.created_at}, ${pk % 3 === 0 ? 1 : null}, ${pk % 3 === 0 ? null : 1})`)
    noteTextUnmerged(db, pk, key)
    for (const serial of batch.serials) {
      unit += 1
      const revision_pk = batch.part * REVISIONS_PER_PART + batch.revision + 1
      const serial_key = serial.toLowerCase()
      db.run(sql`INSERT INTO units (id, serial_number, key, revision_pk, batch_pk, created_at, created_by_station_pk)
        VALUES (${uuid(5, unit)}, ${serial}, ${serial_key}, ${revision_pk}, ${pk}, ${batch.created_at}, 1)`)
      noteTextUnmerged(db, pk, serial_key)
    }
    texts += batch.serials.length + 1
    if (texts < 100_000) continue
    texts = 0
    mergePending(db)
    db.execute('COMMIT; BEGIN')
    if (process.stderr.isTTY) process.stderr.write(`\r${pk} of ${count} batches `)
  }
  mergePending(db)
  db.execute('COMMIT')
  db.execute('PRAGMA wal_checkpoint(TRUNCATE)')
  db.close()
  renameSync(unfinished, path)
  console.error(`made ${path}: ${unit} units in ${Math.round((performance.now() - begun) / 1000)} s`)
}

function makeParts(db: Database): void {
  for (let part = 0; part < PARTS; part++) {
    const number = partNumber(part)
    db.run(sql`INSERT INTO parts (pk, id, number, key, name, created_at)
      VALUES (${part + 1}, ${uuid(6, part)}, ${number}, ${number.toLowerCase()}, ${`Part ${number}`}, ${FIRST})`)
    for (let revision = 0; revision < REVISIONS_PER_PART; revision++) {
      const pk = part * REVISIONS_PER_PART + revision + 1
      const name = String.fromCharCode(65 + revision)
      db.run(sql`INSERT INTO revisions (pk, id, part_pk, number, key, created_at)
        VALUES (${pk}, ${uuid(7, pk)}, ${part + 1}, ${name}, ${name.toLowerCase()}, ${FIRST})`)
    }
  }
}
